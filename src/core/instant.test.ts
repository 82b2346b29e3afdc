import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addDays, daysBefore, daysFrom, dividedDown, epochOf, instantText, microsecondsOf } from './instant.ts'

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

test('an instant is counted in microseconds and written again, before 1970 too', () => {
  for (const [text, microseconds] of [
    ['2026-11-23 02:00:00.123456+00', 1_795_399_200_123_456n],
    ['1970-01-01 00:00:00+00', 0n],
    ['1970-01-01 00:00:10.1+00', 10_100_000n],
    ['1969-12-31 23:59:59.999999+00', -1n],
    ['1926-11-23 02:00:00.000001+00', -1_360_360_799_999_999n],
  ] as const) {
    assert.equal(microsecondsOf(text), microseconds)
    assert.equal(instantText(microseconds), text)
  }
  assert.equal(microsecondsOf('1970-01-01 00:00:00.5+00'), 500_000n)
  for (const text of ['infinity', '', '2026-11-23 02:00:00+02', '0044-03-15 00:00:00+00 BC'])
    assert.throws(() => microsecondsOf(text), RangeError)
})

test('days before a moment are of 24 hours, parts of days too', () => {
  assert.equal(instantText(daysBefore('2026-11-23 02:00:00.5+00', 60)), '2026-09-24 02:00:00.5+00')
  assert.equal(instantText(daysBefore('2026-11-23 02:00:00+00', -0.25)), '2026-11-23 08:00:00+00')
})

test('what is divided down is never above its quotient', () => {
  assert.deepEqual(
    [7n, -7n, 6n, -6n].map((each) => dividedDown(each, 3n)),
    [2n, -3n, 2n, -2n],
  )
})
