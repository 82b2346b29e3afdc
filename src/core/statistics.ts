/**
 * What the runs of a policy add up to: totals, days, error rate, duration, growth, forecast. The one voice of API,
 * digests, dashboard and command line. Pure: the journal's sums go in, and the day that today is; days are days of
 * one named zone.
 */
import { addDays, type Day, daysFrom } from './instant.ts'

/** Ten years; a chart of more says nothing. */
export const MOST_DAYS = 3_660

/** One day's live runs; counts of subjects are those of committed batches. */
export type DayCounts = Readonly<{
  day: Day
  /** Live archive runs by how they ended; one that goes on is in none of the three. */
  runs: number
  succeeded: number
  partial: number
  failed: number
  dryRuns: number
  archived: number
  /** Subjects that could not move. */
  failures: number
  skipped: number
  restored: number
}>

export type Totals = Readonly<{
  runs: number
  archived: number
  restored: number
  /** Failures ever met, and those that still wait. */
  failures: number
  quarantined: number
  holds: number
  /** Instants' texts in UTC; null: never. */
  firstRunAt: string | null
  lastRunAt: string | null
  lastSuccessAt: string | null
}>

/** A live archive run that has ended. */
export type TimedRun = Readonly<{ run: number; durationMs: number; archived: number }>

/** Bytes and estimated rows of the moved tables of one tier, when a run took them. */
export type TierSize = Readonly<{
  day: Day
  tier: 'active' | 'archive'
  tableBytes: number
  indexBytes: number
  rows: number
}>

/** One probe on one day: quantiles of its timings, and the median of the buffers that it touched. */
export type ProbeNight = Readonly<{
  day: Day
  probe: string
  phase: 'before' | 'after'
  samples: number
  p50Ms: number
  p95Ms: number
  buffers: number | null
}>

export type StatisticsInput = Readonly<{
  policy: string
  zone: string
  today: Day
  /** Days that are asked for, today included. */
  period: number
  days: readonly DayCounts[]
  totals: Totals
  /** Newest first. */
  timed: readonly TimedRun[]
  sizes: readonly TierSize[]
  probes: readonly ProbeNight[]
}>

export type Duration = Readonly<{
  /** Of the runs before the last that moved something; null before there are any. */
  medianMs: number | null
  lastMs: number | null
  p95Ms: number | null
}>

export type Growth = Readonly<{
  /** Archived less restored, over the period. */
  net: number
  /** First and last size within the period, by tier; null where nothing was measured. */
  active: Readonly<{ first: TierSize; last: TierSize }> | null
  archive: Readonly<{ first: TierSize; last: TierSize }> | null
}>

/** What the archive will have gained in so many days, at the pace of an ordinary day. */
export type Forecast = Readonly<{ perDay: number; in30Days: number; in90Days: number; in365Days: number }>

export type Statistics = Readonly<{
  policy: string
  zone: string
  from: Day
  to: Day
  /** Every day of the period, those without a run too. */
  days: readonly DayCounts[]
  totals: Totals
  /** Sums over the period. */
  period: Omit<DayCounts, 'day'>
  /** Mean over the complete days of the period since the first run; null before there is one. */
  archivedPerDay: number | null
  /** Failed of all that were tried, 0 to 1; null where nothing was tried. */
  errorRate: number | null
  duration: Duration
  growth: Growth
  /** Null before FORECAST_DAYS complete days with a run behind them. */
  forecast: Forecast | null
  probes: readonly ProbeNight[]
}>

export function statisticsOf(input: StatisticsInput): Statistics {
  const { policy, zone, today, totals, sizes, probes } = input
  const from = addDays(today, 1 - input.period)
  const days = filled(input.days, from, today)
  const period = sumOfDays(days)
  const complete = completeDays(days, today)
  return {
    policy,
    zone,
    from,
    to: today,
    days,
    totals,
    period,
    archivedPerDay: mean(complete.map(({ archived }) => archived)),
    errorRate: errorRate(period),
    duration: durationOf(input.timed),
    growth: { net: period.archived - period.restored, active: span(sizes, 'active'), archive: span(sizes, 'archive') },
    forecast: forecastOf(complete),
    probes,
  }
}

const NOTHING = {
  runs: 0,
  succeeded: 0,
  partial: 0,
  failed: 0,
  dryRuns: 0,
  archived: 0,
  failures: 0,
  skipped: 0,
  restored: 0,
}

function filled(found: readonly DayCounts[], from: Day, to: Day): readonly DayCounts[] {
  const byDay = new Map(found.map((each) => [each.day, each]))
  return daysFrom(from, to).map((day) => byDay.get(day) ?? { day, ...NOTHING })
}

/** Counts of several days together. */
export const sumOfDays = (days: readonly DayCounts[]): Omit<DayCounts, 'day'> =>
  days.reduce<Omit<DayCounts, 'day'>>(
    (sum, each) => ({
      runs: sum.runs + each.runs,
      succeeded: sum.succeeded + each.succeeded,
      partial: sum.partial + each.partial,
      failed: sum.failed + each.failed,
      dryRuns: sum.dryRuns + each.dryRuns,
      archived: sum.archived + each.archived,
      failures: sum.failures + each.failures,
      skipped: sum.skipped + each.skipped,
      restored: sum.restored + each.restored,
    }),
    NOTHING,
  )

/** Failed of all that were tried, 0 to 1; null where nothing was tried. */
export const errorRate = ({ archived, failures }: Pick<DayCounts, 'archived' | 'failures'>): number | null =>
  archived + failures === 0 ? null : failures / (archived + failures)

/** Without today, which is not over, and without the days before the first run, which say nothing. */
function completeDays(days: readonly DayCounts[], today: Day): readonly DayCounts[] {
  const first = days.findIndex(({ runs }) => runs > 0)
  return first < 0 ? [] : days.slice(first).filter(({ day }) => day < today)
}

const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length

/** The value below which the share `q` of the values lies, linear between neighbours; null for none. */
export const quantile = (values: readonly number[], q: number): number | null =>
  quantileOfSorted(
    values.toSorted((a, b) => a - b),
    q,
  )

/** The same of values in ascending order. */
export function quantileOfSorted(sorted: ArrayLike<number>, q: number): number | null {
  const at = (sorted.length - 1) * q
  const [low, high] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]]
  return low === undefined || high === undefined ? null : low + (high - low) * (at - Math.floor(at))
}

/** Runs that moved nothing take no time, and would make every other night look slow. */
function durationOf(timed: readonly TimedRun[]): Duration {
  const [last, ...before] = timed.filter(({ archived }) => archived > 0).map(({ durationMs }) => durationMs)
  return { lastMs: last ?? null, medianMs: quantile(before, 0.5), p95Ms: quantile(before, 0.95) }
}

function span(sizes: readonly TierSize[], tier: TierSize['tier']): Growth['archive'] {
  const own = sizes.filter((each) => each.tier === tier)
  const [first, last] = [own[0], own.at(-1)]
  return first === undefined || last === undefined ? null : { first, last }
}

/** Fewer days say nothing of the next month. */
const FORECAST_DAYS = 7
/** Days cut off at each end before the mean is taken: a backlog's first night, or one that was missed, is no pace. */
const TRIMMED_SHARE = 0.1

function forecastOf(complete: readonly DayCounts[]): Forecast | null {
  if (complete.length < FORECAST_DAYS) return null
  const net = complete.map(({ archived, restored }) => archived - restored).toSorted((a, b) => a - b)
  const cut = Math.max(1, Math.floor(net.length * TRIMMED_SHARE))
  const perDay = Math.max(0, mean(net.slice(cut, -cut)) ?? 0)
  const after = (days: number) => Math.round(perDay * days)
  return { perDay, in30Days: after(30), in90Days: after(90), in365Days: after(365) }
}
