import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addDays, daysFrom, epochOf } from './instant.ts'

test('an instant is read with its fraction and its offset, an infinity is none', () => {
  assert.equal(epochOf('1970-01-01 00:00:01.5+00'), 1500)
  assert.equal(epochOf('1970-01-01 02:00:00+02'), 0)
  assert.equal(epochOf('infinity'), null)
})

test('days go on over the ends of months and years', () => {
  assert.equal(addDays('2026-12-31', 1), '2027-01-01')
  assert.deepEqual(daysFrom('2028-02-28', '2028-03-01'), ['2028-02-28', '2028-02-29', '2028-03-01'])
  assert.deepEqual(daysFrom('2026-01-02', '2026-01-01'), [])
})
