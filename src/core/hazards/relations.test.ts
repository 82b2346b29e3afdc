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
  tableName,
} from '../../../test/support/shapes.ts'
import type { Column, TableShape } from '../table.ts'
import { relationHazards } from './relations.ts'

const subject = customer([
  column('code', 'character varying(8)'),
  column('padded', 'character(8)'),
  column('c_code', 'text', { collation: 'pg_catalog."C"' }),
])
const unique = (table: TableShape, ...columns: readonly string[]): TableShape => ({
  ...table,
  indexes: [...table.indexes, ...columns.map((name) => index(`${name}_once`, [name], { unique: true }))],
})
const child = (reference: Column, name = 'order') =>
  shape(name, [reference], { indexes: [index('by_reference', [reference.name])] })
const judgeLink = (reference: Column, references: string, parent = unique(subject, 'code', 'padded', 'c_code')) => {
  const order = child(reference)
  const relations = [{ table: 'order', columns: [reference.name], references: [references] }]
  return judge(policyOf({ relations }), catalogOf([parent, archiveOf(subject), order, archiveOf(order), logTable()]))
}

test('integers are comparable among themselves, and texts among themselves', () => {
  assert.deepEqual(judgeLink(column('ref', 'integer'), 'id').refusals, [])
  assert.deepEqual(judgeLink(column('ref', 'smallint'), 'id').refusals, [])
  assert.deepEqual(judgeLink(column('ref', 'character(8)'), 'code').refusals, [])
  assert.deepEqual(judgeLink(column('ref', 'public.code', { baseType: 'bigint' }), 'id').refusals, [])
})

test('a row that moves refers to what is unique, among all rows and by plain columns', () => {
  const ref = column('ref', 'text')
  assert.deepEqual(judgeLink(ref, 'code').refusals, [])
  const { refusals, all } = judgeLink(ref, 'code', subject)
  assert.deepEqual(refusals, ['reference_not_unique order.ref'])
  assert.match(all[0]?.hint ?? '', /^Run `alter table customer add unique \(code\);`/)
  const weak = { unique: true, partial: true }
  const indexes = [
    index('some', ['code'], weak),
    index('any_case', null, { unique: true }),
    index('pair', ['code', 'id']),
  ]
  assert.deepEqual(judgeLink(ref, 'code', { ...subject, indexes }).refusals, ['reference_not_unique order.ref'])
})

test('a row that stays, or keeps its parent, may refer to several', () => {
  const order = child(column('ref', 'text'))
  const catalog = catalogOf([subject, archiveOf(subject), order, archiveOf(order), logTable()])
  for (const action of ['keep', 'block'] as const) {
    const relations = [{ table: 'order', columns: ['ref'], references: ['code'], action }]
    assert.deepEqual(judge(policyOf({ relations }), catalog).refusals, [])
  }
})

test('a text that refers to a padded one is refused: its foreign key would find rows that no statement finds', () => {
  assert.deepEqual(judgeLink(column('ref', 'text'), 'padded').refusals, ['reference_types_differ order.ref'])
  assert.deepEqual(judgeLink(column('ref', 'character(4)'), 'padded').refusals, [])
})

test('a text that refers to a number is refused', () => {
  const { refusals, all } = judgeLink(column('ref', 'text'), 'id')
  assert.deepEqual(refusals, ['reference_types_differ order.ref'])
  assert.equal(all[0]?.message, 'order.ref is text, but customer.id is bigint')
})

test('a number with a fraction does not refer to a whole one', () => {
  assert.deepEqual(judgeLink(column('ref', 'numeric'), 'id').refusals, ['reference_types_differ order.ref'])
})

test('texts of two collations cannot be compared', () => {
  const { refusals, all } = judgeLink(column('ref', 'text'), 'c_code')
  assert.deepEqual(refusals, ['reference_types_differ order.ref'])
  assert.match(all[0]?.message ?? '', /customer\.c_code is text collate pg_catalog\."C"/)
})

test('an archived table whose parents all stay is refused', () => {
  const plan = child(column('customer_id', 'bigint'), 'plan')
  const rate = child(column('plan_id', 'bigint'), 'rate')
  const relations = (action: 'keep' | 'block') => [
    { table: 'plan', columns: ['customer_id'], action },
    { table: 'rate', columns: ['plan_id'], parent: 'plan', action: 'archive' as const },
  ]
  const catalog = catalogOf([subject, archiveOf(subject), plan, rate, archiveOf(rate), logTable()])
  assert.deepEqual(judge(policyOf({ relations: relations('block') }), catalog).refusals, ['archived_under_kept rate'])
  const kept = judge(policyOf({ relations: relations('keep') }), catalog)
  assert.deepEqual(kept.refusals, ['archived_under_kept rate'])
  assert.match(kept.all[0]?.message ?? '', /plan is keep/)
})

test('an archived table with one parent that moves may go', () => {
  const plan = child(column('customer_id', 'bigint'), 'plan')
  const rate = shape('rate', [column('plan_id', 'bigint'), column('customer_id', 'bigint')])
  const relations = [
    { table: 'plan', columns: ['customer_id'], action: 'keep' as const },
    { name: 'own', table: 'rate', columns: ['customer_id'] },
    { name: 'by-plan', table: 'rate', columns: ['plan_id'], parent: 'plan' },
  ]
  const catalog = catalogOf([subject, archiveOf(subject), plan, rate, archiveOf(rate), logTable()])
  const { refusals, warnings } = judge(policyOf({ relations }), catalog)
  assert.deepEqual(refusals, [])
  assert.equal(warnings.includes('intended_orphans plan'), true)
})

test('a key that guards nothing, or not the older rows, is told', () => {
  const order = child(column('customer_id', 'bigint'))
  const relations = [{ table: 'order', columns: ['customer_id'] }]
  const warned = (...keys: Parameters<typeof foreignKey>[2][]) =>
    judge(
      policyOf({ relations }),
      catalogOf([subject, archiveOf(subject), order, archiveOf(order), logTable()], {
        keys: keys.map((over) => foreignKey('order(customer_id)', 'customer(id)', over)),
      }),
    ).warnings
  assert.deepEqual(warned({ enforced: false }), ['reference_not_enforced order.order_customer_id_fkey'])
  assert.deepEqual(warned({ validated: false }), ['reference_not_valid order.order_customer_id_fkey'])
  assert.deepEqual(warned({}), [])
  assert.deepEqual(warned({ name: 'old', validated: false }, { name: 'new' }), [])
})

test("a link whose sides have different lengths is the family resolution's to refuse", () => {
  const order = child(column('customer_id', 'bigint'))
  const link = { relation: 'order', columns: ['customer_id'], parent: 0, references: [], foreignKey: null }
  const tables = [
    { shape: subject, archive: tableName('customer_backup'), action: 'subject' as const, links: [] },
    { shape: order, archive: tableName('order_backup'), action: 'archive' as const, links: [link] },
  ]
  const found = relationHazards({ policy: policyOf(), family: { tables }, catalog: catalogOf([subject, order]) })
  assert.deepEqual(found.refusals, [])
})
