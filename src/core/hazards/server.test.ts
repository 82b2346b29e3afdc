import assert from 'node:assert/strict'
import { test } from 'node:test'
import { archiveOf, catalogOf, customer, judge, logTable, policyOf } from '../../../test/support/shapes.ts'
import type { Catalog } from '../table.ts'

const refusals = (server: Partial<Catalog['server']>) => {
  const subject = customer()
  return judge(policyOf(), catalogOf([subject, archiveOf(subject), logTable()], { server })).refusals
}

test('a server older than 14, a standby, one without fsync and one where no foreign key holds are refused', () => {
  assert.deepEqual(refusals({}), [])
  assert.deepEqual(refusals({ version: 140_000 }), [])
  assert.deepEqual(refusals({ version: 130_021 }), ['server_too_old test'])
  assert.deepEqual(refusals({ primary: false }), ['server_not_primary test'])
  assert.deepEqual(refusals({ fsync: false }), ['fsync_off test'])
  assert.deepEqual(refusals({ origin: false }), ['replica_role test'])
})

test('a database in SQL_ASCII has a warning: nobody can tell what its texts are', () => {
  const subject = customer()
  const warnings = (encoding: string) =>
    judge(policyOf(), catalogOf([subject, archiveOf(subject), logTable()], { server: { encoding } })).warnings
  assert.deepEqual(warnings('UTF8'), warnings('LATIN1'))
  assert.deepEqual(warnings('SQL_ASCII'), ['encoding_unknown test', ...warnings('UTF8')])
})
