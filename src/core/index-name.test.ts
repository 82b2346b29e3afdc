import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { indexName } from './index-name.ts'
import { nameProblem } from './names.ts'

const orders = { schema: 'public', table: 'orders' }

test('the same table and columns have the same name, others another', () => {
  assert.equal(indexName(orders, ['customer_id']), indexName(orders, ['customer_id']))
  assert.match(indexName(orders, ['customer_id']), /^mothball_orders_customer_id_[0-9a-f]{6}$/)
  const names = [
    indexName(orders, ['customer_id']),
    indexName(orders, ['customer', 'id']),
    indexName(orders, ['phone(customer_id)']),
    indexName({ schema: 'crm', table: 'orders' }, ['customer_id']),
    indexName({ schema: 'public', table: 'orders_customer' }, ['id']),
  ]
  assert.equal(new Set(names).size, names.length)
})

test('a name of any table and columns is one that PostgreSQL keeps whole', () => {
  const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
  fc.assert(
    fc.property(text, fc.array(text, { minLength: 1, maxLength: 4 }), (table, columns) => {
      assert.equal(nameProblem(indexName({ schema: 'public', table }, columns)), null)
    }),
  )
})
