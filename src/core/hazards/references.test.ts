import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  archiveOf,
  catalogOf,
  column,
  customer,
  foreignKey,
  index,
  judge,
  logTable,
  policyOf,
  shape,
} from '../../../test/support/shapes.ts'
import type { ForeignKey, TableShape } from '../table.ts'

const subject = customer()
const child = (name: string, ...columns: string[]): TableShape =>
  shape(
    name,
    columns.map((each) => column(each, 'bigint')),
    { indexes: columns.map((each) => index(`${name}_${each}`, [each])) },
  )
const order = child('order', 'customer_id')
const withKeys = (keys: readonly ForeignKey[], ...tables: readonly TableShape[]) =>
  catalogOf([subject, archiveOf(subject), logTable(), ...tables, ...tables.map((each) => archiveOf(each))], { keys })

test('a foreign key that no relation names is refused, with the relation to add', () => {
  const key = foreignKey('crm.invoice(customer_id)', 'customer(id)', { onDelete: 'cascade' })
  const { refusals, all } = judge(policyOf(), withKeys([key], child('crm.invoice', 'customer_id')))
  assert.deepEqual(refusals, ['unnamed_reference crm.invoice.invoice_customer_id_fkey'])
  assert.match(all[0]?.message ?? '', /crm\.invoice \(customer_id\) references customer \(id\) on delete cascade/)
  assert.match(
    all[0]?.hint ?? '',
    /\{"table":"crm\.invoice","columns":\["customer_id"\],"references":\["id"\],"action":"archive"\}/,
  )
})

test('a foreign key that a relation names is no hazard', () => {
  const key = foreignKey('order(customer_id)', 'customer(id)')
  assert.deepEqual(judge(policyOf({ relations: [{ table: 'order' }] }), withKeys([key], order)).refusals, [])
})

test('a composite key is named by its pairs, in whatever order they stand', () => {
  const keyed = customer([column('branch', 'bigint', { notNull: true })], { key: ['branch', 'id'] })
  const other = child('order', 'b', 'c')
  const key = foreignKey('order(b,c)', 'customer(branch,id)')
  const catalog = catalogOf([keyed, archiveOf(keyed), other, archiveOf(other), logTable()], { keys: [key] })
  const relation = (columns: string[], references: string[]) =>
    policyOf({ relations: [{ table: 'order', columns, references }] })
  assert.deepEqual(judge(relation(['c', 'b'], ['id', 'branch']), catalog).refusals, [])
  assert.deepEqual(judge(relation(['c', 'b'], ['branch', 'id']), catalog).refusals, [
    'unnamed_reference order.order_b_c_fkey',
  ])
})

test('a second foreign key of a named table needs its own relation', () => {
  const two = child('order', 'customer_id', 'payer_id')
  const keys = [foreignKey('order(customer_id)', 'customer(id)'), foreignKey('order(payer_id)', 'customer(id)')]
  const relations = [{ table: 'order', columns: ['customer_id'] }]
  assert.deepEqual(judge(policyOf({ relations }), withKeys(keys, two)).refusals, [
    'unnamed_reference order.order_payer_id_fkey',
  ])
})

test('a key into a related table names that relation as the parent', () => {
  const keys = [foreignKey('order(customer_id)', 'customer(id)'), foreignKey('line(order_id)', 'order(id)')]
  const { all } = judge(policyOf({ relations: [{ table: 'order' }] }), withKeys(keys, order, child('line', 'order_id')))
  assert.match(all.find(({ code }) => code === 'unnamed_reference')?.hint ?? '', /"parent":"order"/)
})

test('a cascade is followed as far as it goes, once round a circle', () => {
  const keys = [
    foreignKey('order(customer_id)', 'customer(id)', { onDelete: 'cascade' }),
    foreignKey('line(order_id)', 'order(id)', { onDelete: 'cascade' }),
    foreignKey('order(line_id)', 'line(id)', { onDelete: 'cascade' }),
    foreignKey('note(line_id)', 'line(id)', { onDelete: 'set null' }),
    foreignKey('mark(note_id)', 'note(id)', { onDelete: 'cascade' }),
  ]
  const tables = ['order', 'line', 'note', 'mark'].map((name) => child(name))
  const { refusals, all } = judge(policyOf(), withKeys(keys, ...tables))
  assert.deepEqual(refusals, [
    'unnamed_reference order.order_customer_id_fkey',
    'unnamed_reference line.line_order_id_fkey',
    'unnamed_reference order.order_line_id_fkey',
    'unnamed_reference note.note_line_id_fkey',
  ])
  assert.match(all[1]?.message ?? '', /reached by the cascade of order\.order_customer_id_fkey/)
})

test('a cascade into a table that the catalog no longer has ends there', () => {
  const key = foreignKey('gone(customer_id)', 'customer(id)', { onDelete: 'cascade' })
  assert.deepEqual(judge(policyOf(), withKeys([key])).refusals, ['unnamed_reference gone.gone_customer_id_fkey'])
})

test('a key that is not enforced guards nothing and is not refused', () => {
  const key = foreignKey('order(customer_id)', 'customer(id)', { enforced: false })
  assert.deepEqual(judge(policyOf(), withKeys([key], order)).refusals, [])
})

test('a table that refers to itself is refused', () => {
  const self = foreignKey('customer(parent_id)', 'customer(id)')
  const { refusals, all } = judge(policyOf(), withKeys([self]))
  assert.deepEqual(refusals, ['self_reference customer.customer_parent_id_fkey'])
  assert.match(all[0]?.hint ?? '', /alter table customer drop constraint customer_parent_id_fkey;/)
})

for (const onDelete of ['no action', 'restrict', 'cascade', 'set null', 'set default'] as const)
  test(`rows cannot be kept under a foreign key on delete ${onDelete}`, () => {
    const key = foreignKey('order(customer_id)', 'customer(id)', { onDelete })
    const relations = [{ table: 'order', action: 'keep' as const }]
    assert.deepEqual(judge(policyOf({ relations }), withKeys([key], order)).refusals, [
      'keep_under_foreign_key order.order_customer_id_fkey',
    ])
  })
