import assert from 'node:assert/strict'
import { test } from 'node:test'
import { archiveOf, catalogOf, customer, judge, logTable, policyOf } from '../../../test/support/shapes.ts'

test('a search column that does not exist is told and endangers nothing', () => {
  const subject = customer(['mobile'])
  const policy = policyOf({ search: { phone: ['mobile', 'fax'], email: ['mail'] } })
  const { refusals, warnings, all } = judge(policy, catalogOf([subject, archiveOf(subject), logTable()]))
  assert.deepEqual(refusals, [])
  assert.deepEqual(warnings, ['search_column_missing customer.fax', 'search_column_missing customer.mail'])
  assert.equal(all[1]?.hint, 'Correct search.email of the policy.')
})
