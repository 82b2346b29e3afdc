import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addDays } from './instant.ts'
import { type DayCounts, errorRate, quantile, type StatisticsInput, statisticsOf } from './statistics.ts'

const TODAY = '2026-11-25'

const day = (ago: number, counts: Partial<DayCounts> = {}): DayCounts => ({
  day: addDays(TODAY, -ago),
  runs: 1,
  succeeded: 1,
  partial: 0,
  failed: 0,
  dryRuns: 0,
  archived: 70,
  failures: 0,
  skipped: 0,
  restored: 0,
  ...counts,
})

const input = (fields: Partial<StatisticsInput> = {}): StatisticsInput => ({
  policy: 'p',
  zone: 'Africa/Johannesburg',
  today: TODAY,
  period: 30,
  days: [],
  totals: {
    runs: 0,
    archived: 0,
    restored: 0,
    failures: 0,
    quarantined: 0,
    holds: 0,
    firstRunAt: null,
    lastRunAt: null,
    lastSuccessAt: null,
  },
  timed: [],
  sizes: [],
  probes: [],
  ...fields,
})

test('before the first run there is nothing to tell, and nothing is made up', () => {
  const told = statisticsOf(input())
  assert.equal(told.days.length, 30)
  assert.deepEqual([told.from, told.to], ['2026-10-27', TODAY])
  assert.deepEqual(
    [told.archivedPerDay, told.errorRate, told.forecast, told.growth.archive, told.duration.medianMs],
    [null, null, null, null, null],
  )
})

test('a day without a run counts as a day, one before the first run does not', () => {
  const told = statisticsOf(input({ days: [day(3, { archived: 90 }), day(1, { archived: 30 })] }))
  assert.equal(told.archivedPerDay, 40)
  assert.equal(told.days.find(({ day: d }) => d === addDays(TODAY, -2))?.runs, 0)
})

test('today is summed up, but is no day of the mean before it is over', () => {
  const told = statisticsOf(input({ days: [day(1, { archived: 100 }), day(0, { archived: 5 })] }))
  assert.equal(told.period.archived, 105)
  assert.equal(told.archivedPerDay, 100)
})

test('the error rate is of what was tried', () => {
  assert.equal(errorRate({ archived: 0, failures: 0 }), null)
  assert.equal(errorRate({ archived: 99, failures: 1 }), 0.01)
  assert.equal(errorRate({ archived: 0, failures: 3 }), 1)
})

test('the last duration is held against the median of those before it, runs without work left out', () => {
  const runs = [400, 5, 100, 300, 200].map((durationMs, at) => ({
    run: 9 - at,
    durationMs,
    archived: at === 1 ? 0 : 9,
  }))
  assert.deepEqual(statisticsOf(input({ timed: runs })).duration, { lastMs: 400, medianMs: 200, p95Ms: 290 })
})

test('quantiles lie between neighbours', () => {
  assert.equal(quantile([], 0.5), null)
  assert.equal(quantile([7], 0.95), 7)
  assert.equal(quantile([4, 1, 3, 2], 0.5), 2.5)
})

test('a forecast needs a week, and the first night of a backlog does not raise it', () => {
  const week = Array.from({ length: 6 }, (_, at) => day(at + 1))
  assert.equal(statisticsOf(input({ days: week })).forecast, null)
  const told = statisticsOf(input({ days: [day(8, { archived: 7400 }), day(7), ...week.toReversed()] }))
  assert.deepEqual(told.forecast, { perDay: 70, in30Days: 2100, in90Days: 6300, in365Days: 25550 })
})

test('what comes home is no growth', () => {
  const told = statisticsOf(
    input({ days: [day(2, { archived: 50, restored: 20 }), day(1, { archived: 10, restored: 15 })] }),
  )
  assert.equal(told.growth.net, 25)
  const shrinking = Array.from({ length: 9 }, (_, at) => day(at + 1, { archived: 0, restored: 4 })).toReversed()
  assert.equal(statisticsOf(input({ days: shrinking })).forecast?.in365Days, 0)
})

test('growth is from the first measurement of the period to the last, by tier', () => {
  const size = (ago: number, tier: 'active' | 'archive', tableBytes: number) =>
    ({ day: addDays(TODAY, -ago), tier, tableBytes, indexBytes: 1, rows: 1 }) as const
  const sizes = [size(9, 'active', 100), size(9, 'archive', 10), size(1, 'active', 80), size(1, 'archive', 30)]
  const { growth } = statisticsOf(input({ sizes }))
  assert.deepEqual([growth.active?.first.tableBytes, growth.active?.last.tableBytes], [100, 80])
  assert.deepEqual([growth.archive?.first.tableBytes, growth.archive?.last.tableBytes], [10, 30])
})
