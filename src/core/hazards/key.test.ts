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

const KEYLESS = { key: [], indexes: [] }

test('a subject without a primary key is refused', () => {
  const subject = customer([], KEYLESS)
  const { refusals, all } = judge(policyOf(), catalogOf([subject, archiveOf(subject), logTable()]))
  assert.deepEqual(refusals, ['no_key customer'])
  assert.match(all[0]?.hint ?? '', /alter table customer add primary key \(id\);/)
})

test('a unique index that is never null is offered as the key', () => {
  const subject = customer([column('number', 'bigint', { notNull: true })], {
    key: [],
    indexes: [index('maybe', ['created_at'], { unique: true }), index('sure', ['number'], { unique: true })],
  })
  const { all } = judge(policyOf(), catalogOf([subject, archiveOf(subject), logTable()]))
  assert.match(all[0]?.hint ?? '', /add primary key \(number\);/)
})

test('without an id and without such an index the hint leaves the columns open', () => {
  const subject = customer([], { ...KEYLESS, columns: [column('created_at', 'timestamp with time zone')] })
  const { all } = judge(policyOf(), catalogOf([subject, archiveOf(subject), logTable()]))
  assert.match(all[0]?.hint ?? '', /\(<columns>\)/)
})

test('a key of arrays is refused, below a domain too', () => {
  const tags = column('tags', 'tag_list', { notNull: true, baseType: 'text[]' })
  const subject = customer([tags], { key: ['id', 'tags'], indexes: [] })
  const { refusals, all } = judge(policyOf(), catalogOf([subject, archiveOf(subject), logTable()]))
  assert.deepEqual(refusals, ['array_key customer'])
  assert.match(all[0]?.message ?? '', /^column tags of the primary key of customer holds arrays/)
})

test('a kept table needs a key only where a rule reads it, and so do the parents on the way', () => {
  const subject = customer()
  const plan = shape('plan', [column('customer_id', 'bigint')], KEYLESS)
  const rate = shape('rate', [column('plan_id', 'bigint')], KEYLESS)
  const relations = [
    { table: 'plan', columns: ['customer_id'], references: ['id'], action: 'keep' as const },
    { table: 'rate', columns: ['plan_id'], parent: 'plan', references: ['customer_id'], action: 'keep' as const },
  ]
  const catalog = catalogOf([subject, archiveOf(subject), plan, rate, logTable()])
  assert.deepEqual(judge(policyOf({ relations }), catalog).refusals, [])
  const keep = [{ name: 'open', relation: 'rate' }]
  assert.deepEqual(judge(policyOf({ relations, keep }), catalog).refusals, ['no_key plan', 'no_key rate'])
})
