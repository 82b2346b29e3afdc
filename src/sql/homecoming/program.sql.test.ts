import assert from 'node:assert/strict'
import { test } from 'node:test'
import { archiveOf, catalogOf, column, customer, policyOf, shape } from '../../../test/support/shapes.ts'
import { archivedFamily } from '../../core/archived-family.ts'
import { resolveFamily } from '../../core/family.ts'
import { guardedTables } from '../../core/homecoming.ts'
import { qualifiedText } from '../../core/names.ts'
import { literal } from '../tag.ts'
import { createFunctionSql } from './function.sql.ts'
import { homecomingProgram } from './program.sql.ts'

function programOf(table: string) {
  const tables = [customer(), shape(table, [column('customer_id', 'bigint'), column('kind', 'crm.kind')])]
  const catalog = catalogOf([...tables, ...tables.map((each) => archiveOf(each))])
  const policy = policyOf({ relations: [{ table, columns: ['customer_id'] }] })
  const { family } = resolveFamily(policy, catalog)
  const archived = family === null ? null : archivedFamily(family, catalog)
  assert.ok(family && archived)
  const forms = ['["id"]', '["id", "kind"]'].map((columns) => ({ columns, as_text: '[]' }))
  const sealedForms = new Map(archived.tables.map(({ home }) => [qualifiedText(home.name), forms]))
  const guards = guardedTables(family, archived, false)
  return homecomingProgram({ policy, family: archived, sealedForms }, guards)
}

test('a family is waited for and never passed by, and nothing is bound, so that it can be printed', () => {
  const { bring, triggers } = programOf('plan')
  const made = [bring, ...triggers.flatMap(({ functions }) => functions)].flatMap(createFunctionSql)
  const statements = [...made, ...triggers.flatMap((each) => each.statements)]
  assert.match(bring.body, / for update\)/)
  assert.doesNotMatch(bring.body, /skip locked/)
  assert.deepEqual(
    statements.flatMap(({ values }) => values),
    [],
  )
})

test('every function runs under a search path of its own, and nobody else may call it', () => {
  const { bring, triggers } = programOf('plan')
  for (const each of [bring, ...triggers.flatMap(({ functions }) => functions)]) {
    assert.equal(each.settings['search_path'], 'pg_catalog, crm, pg_temp')
    const [create, revoke] = createFunctionSql(each)
    assert.match(create?.text ?? '', /security definer\n(set .*\n)*set search_path to/)
    assert.match(revoke?.text ?? '', /^revoke all on function .* from public$/)
  }
})

test('a name cannot end the quotation that a body stands in', () => {
  const { bring } = programOf('$mothball$')
  const [create] = createFunctionSql(bring)
  assert.match(create?.text ?? '', /as \$mothball1\$[\s\S]*\$mothball1\$$/)
  assert.ok(bring.body.includes(literal('public.$mothball$').text))
})
