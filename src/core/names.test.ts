import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nameProblem, parseTableName, qualifiedText, sameTable, tableText } from './names.ts'

test('a name without a schema is in public, and is shown without it', () => {
  const name = parseTableName('orders')
  assert.deepEqual(name, { schema: 'public', table: 'orders' })
  assert.equal(name && tableText(name), 'orders')
  assert.equal(name && qualifiedText(name), 'public.orders')
})

test('a name with a schema keeps it', () => {
  const name = parseTableName('crm.orders')
  assert.equal(name && tableText(name), 'crm.orders')
})

test('two dots are no table name', () => assert.equal(parseTableName('a.b.c'), null))

test('tables of one name in two schemas differ', () => {
  assert.equal(sameTable({ schema: 'a', table: 't' }, { schema: 'b', table: 't' }), false)
  assert.equal(sameTable({ schema: 'a', table: 't' }, { schema: 'a', table: 't' }), true)
})

for (const [name, problem] of [
  ['', /is empty/],
  [' x', /begins or ends with a space/],
  ['x"y', /holds a quote/],
  ["x'y", /holds a quote/],
  ['x;drop', /holds a quote/],
  ['x\0', /holds a quote/],
  ['é'.repeat(32), /has 64 bytes; PostgreSQL keeps 63/],
] as const)
  test(`the name ${JSON.stringify(name).slice(0, 20)} is refused`, () => assert.match(nameProblem(name) ?? '', problem))

test('a name of 63 bytes with spaces and letters of any script is sound', () => {
  assert.equal(nameProblem(`Kunde ${'ä'.repeat(28)}x`), null)
})
