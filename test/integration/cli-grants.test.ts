import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertError, program, sampleDatabase } from '../support/program.ts'

test('doctor --grants prints a script, and with --json the same beside its roles', async (t) => {
  const db = await sampleDatabase(t, { migrated: true })
  const { plain, json } = program(t, db)
  const text = await plain('doctor', '--grants', '--role-prefix', 'crm_')
  assert.equal(text.code, 0)
  assert.match(text.stdout, /^-- Roles of Mothball[\s\S]*create role "crm_archiver" nologin[\s\S]*\ncommit;\n$/)
  assert.equal(text.stderr, '')
  const { last, code } = await json('doctor', '--grants', '--role-prefix', 'crm_')
  assert.deepEqual([code, last['type'], last['version']], [0, 'grants', 1])
  assert.equal(`${String(last['sql'])}`, text.stdout)
  assert.ok(Array.isArray(last['roles']))
  assert.deepEqual(
    last['roles'].map(({ name }) => name),
    ['crm_reader', 'crm_archiver', 'crm_restorer', 'crm_purger', 'crm_eraser'],
  )
  const [row] = await db.query("select count(*) as n from pg_roles where rolname like 'crm_%'")
  assert.equal(row?.['n'], '0')
})

test('a prefix that cannot begin a role, or stands alone, is refused; before migrate there is nothing to grant', async (t) => {
  const db = await sampleDatabase(t)
  const { json } = program(t, db)
  assertError(await json('doctor', '--grants', '--role-prefix', 'pg_x'), 'option_invalid', 2)
  assertError(await json('doctor', '--role-prefix', 'crm_'), 'usage_invalid', 2)
  assertError(await json('doctor', '--grants'), 'journal_missing', 4)
})
