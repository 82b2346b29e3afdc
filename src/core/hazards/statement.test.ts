import assert from 'node:assert/strict'
import { test } from 'node:test'
import { namesText, nameText, tableNameText } from './statement.ts'

test('a name is quoted only where PostgreSQL would read it otherwise', () => {
  assert.equal(nameText('customer_id'), 'customer_id')
  assert.equal(nameText('Customer'), '"Customer"')
  assert.equal(nameText('user'), '"user"')
  assert.equal(nameText('say "hi"'), '"say ""hi"""')
  assert.equal(namesText(['a', 'b c']), 'a, "b c"')
})

test('the schema public is left out', () => {
  assert.equal(tableNameText({ schema: 'public', table: 'order' }), '"order"')
  assert.equal(tableNameText({ schema: 'Crm', table: 'invoice' }), '"Crm".invoice')
})
