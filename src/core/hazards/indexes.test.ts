import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  archiveOf,
  catalogOf,
  column,
  customer,
  index,
  judge,
  logTable,
  policyOf,
  shape,
} from '../../../test/support/shapes.ts'
import type { Index } from '../table.ts'

const warnings = (...indexes: readonly Index[]) => {
  const subject = customer()
  const order = shape('crm.Order', [column('customer_id', 'bigint')], { indexes })
  const relations = [{ table: 'crm.Order', columns: ['customer_id'] }]
  return judge(policyOf({ relations }), catalogOf([subject, archiveOf(subject), order, archiveOf(order), logTable()]))
    .all
}

test('an unindexed reference is told, with the statement that mends it', () => {
  const [found] = warnings()
  assert.equal(found?.code, 'missing_index')
  assert.equal(found?.object, 'crm.Order.customer_id')
  assert.match(found?.hint ?? '', /create index concurrently on crm\."Order" \(customer_id\);/)
})

test('only a whole, valid index that begins with the column finds its rows', () => {
  assert.deepEqual(warnings(index('a', ['customer_id', 'id'])), [])
  assert.deepEqual(warnings(index('a', ['customer_id'], { method: 'hash' })), [])
  for (const useless of [
    index('a', ['id', 'customer_id']),
    index('a', null),
    index('a', ['customer_id'], { partial: true }),
    index('a', ['customer_id'], { valid: false }),
    index('a', ['customer_id'], { method: 'brin' }),
  ])
    assert.equal(warnings(useless).length, 1)
})
