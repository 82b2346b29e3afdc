import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  archiveOf,
  catalogOf,
  column,
  customer,
  judge,
  logTable,
  policyOf,
  shape,
} from '../../../test/support/shapes.ts'
import type { Column } from '../table.ts'

type Age = Readonly<{ unit?: 'epoch_ms' | 'epoch_s'; zone?: string }>

const judgeAge = (created: readonly Column[], age: Age = {}) => {
  const subject = shape('customer', created)
  const policy = policyOf({ age: { column: 'created_at', days: 60, ...age } })
  return judge(policy, catalogOf([subject, archiveOf(subject), logTable()]))
}
const of = (type: string) => [column('created_at', type)]

test('an instant is understood as it is', () => {
  assert.deepEqual(judgeAge(of('timestamp with time zone')).refusals, [])
  assert.deepEqual(judgeAge(of('timestamp(3) with time zone')).refusals, [])
})

test('a missing age column is refused', () => {
  const { refusals, all } = judgeAge([])
  assert.deepEqual(refusals, ['age_column_missing customer.created_at'])
  assert.match(all[0]?.hint ?? '', /age\.column/)
})

test('a text, a fraction or a domain is no age', () => {
  for (const type of ['text', 'double precision', 'public.instant', 'time without time zone'])
    assert.deepEqual(judgeAge(of(type)).refusals, ['age_type_unsupported customer.created_at'])
})

test('a date or a timestamp without a zone needs one', () => {
  for (const type of ['date', 'timestamp without time zone', 'timestamp(6) without time zone']) {
    assert.deepEqual(judgeAge(of(type)).refusals, ['age_zone_missing customer.created_at'])
    assert.deepEqual(judgeAge(of(type), { zone: 'Africa/Johannesburg' }).refusals, [])
  }
})

test('a number needs a unit', () => {
  for (const type of ['bigint', 'integer']) {
    assert.deepEqual(judgeAge(of(type)).refusals, ['age_unit_missing customer.created_at'])
    assert.deepEqual(judgeAge(of(type), { unit: 'epoch_ms' }).refusals, [])
  }
})

test('a unit on a time is refused, for one of the two is a mistake', () => {
  for (const type of ['timestamp with time zone', 'date'])
    assert.deepEqual(judgeAge(of(type), { unit: 'epoch_s', zone: 'UTC' }).refusals, [
      'age_unit_misplaced customer.created_at',
    ])
})

test('a sound customer has no finding', () => {
  const subject = customer()
  const { refusals, warnings } = judge(policyOf(), catalogOf([subject, archiveOf(subject), logTable()]))
  assert.deepEqual([...refusals, ...warnings], [])
})
