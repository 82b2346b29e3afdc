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

type Where = Readonly<{ column: string; value: string | string[] | { ago: number }; zone?: string; unit?: 'epoch_ms' }>

const subject = customer(['vip'])
const call = shape(
  'call',
  [column('customer_id', 'bigint'), column('at', 'timestamp without time zone'), column('ms', 'bigint')],
  { indexes: [index('by_customer', ['customer_id'])] },
)
const judgeRule = (where: Where, options: { relation?: string | null; zone?: string; optional?: boolean } = {}) => {
  const { relation = 'call', zone, optional = false } = options
  const operator = Array.isArray(where.value) ? ('in' as const) : ('>' as const)
  return judge(
    policyOf({
      age: { column: 'created_at', days: 60, ...(zone === undefined ? {} : { zone }) },
      relations: [
        { table: 'call', columns: ['customer_id'] },
        ...(optional ? [{ table: 'chat', columns: ['customer_id'], optional }] : []),
      ],
      keep: [{ name: 'recent', relation, where: [{ operator, ...where }] }],
    }),
    catalogOf([subject, archiveOf(subject), call, archiveOf(call), logTable()]),
  )
}

test('a rule that reads a missing column is refused', () => {
  const { refusals, all } = judgeRule({ column: 'when', value: 'x' })
  assert.deepEqual(refusals, ['rule_column_missing call.when'])
  assert.match(all[0]?.hint ?? '', /keep\[0\]\.where\[0\]\.column/)
})

test('a rule about the subject reads the subject', () => {
  assert.deepEqual(judgeRule({ column: 'vip', value: 'yes' }, { relation: null }).refusals, [])
  assert.deepEqual(judgeRule({ column: 'at', value: 'yes' }, { relation: null }).refusals, [
    'rule_column_missing customer.at',
  ])
})

test('a moment is compared only with a column that has one meaning', () => {
  assert.deepEqual(judgeRule({ column: 'at', value: { ago: 30 } }).refusals, ['age_zone_missing call.at'])
  assert.deepEqual(judgeRule({ column: 'ms', value: { ago: 30 } }).refusals, ['age_unit_missing call.ms'])
  assert.deepEqual(judgeRule({ column: 'ms', value: { ago: 30 }, unit: 'epoch_ms' }).refusals, [])
})

test("a rule's own zone, or else the policy's, gives a local time its meaning", () => {
  assert.deepEqual(judgeRule({ column: 'at', value: { ago: 30 }, zone: 'UTC' }).refusals, [])
  assert.deepEqual(judgeRule({ column: 'at', value: { ago: 30 } }, { zone: 'UTC' }).refusals, [])
})

test('a value that is no moment may be compared with anything', () => {
  assert.deepEqual(judgeRule({ column: 'at', value: '2026-01-01' }).refusals, [])
  assert.deepEqual(judgeRule({ column: 'at', value: ['2026-01-01'] }).refusals, [])
})

test('a rule of an optional relation that was left out is left out too', () => {
  assert.deepEqual(judgeRule({ column: 'at', value: 'x' }, { relation: 'chat', optional: true }).refusals, [])
})
