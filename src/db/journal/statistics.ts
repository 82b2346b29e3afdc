/** Typed reads for the statistics: everything of one snapshot, so that the sums agree with each other. */
import { z } from 'zod'
import { addDays } from '../../core/instant.ts'
import { qualifiedText } from '../../core/names.ts'
import type { Policy } from '../../core/policy.ts'
import { type ProbeReading, probeNights } from '../../core/probe-night.ts'
import type { StatisticsInput } from '../../core/statistics.ts'
import {
  type DayCountsRow,
  dayCountsSql,
  type ProbeReadingRow,
  probeReadingsSql,
  type TierSizeRow,
  type TotalsRow,
  tierSizesSql,
  timedRunsSql,
  todaySql,
  totalsSql,
} from '../../sql/journal/statistics.sql.ts'
import type { Session } from '../database.ts'

/** Runs that the median is taken of. */
const TIMED_RUNS = 31

const tier = z.enum(['active', 'archive'])
const phase = z.enum(['before', 'after'])

/** `period` are days of `zone`, today included. */
export async function readStatistics(
  session: Session,
  policy: Policy,
  { zone, period }: Readonly<{ zone: string; period: number }>,
): Promise<StatisticsInput> {
  const { today } = await session.one(todaySql(zone))
  const from = addDays(today, 1 - period)
  const [days, totals, timed, sizes, probes] = await Promise.all([
    session.rows(dayCountsSql(policy.name, zone, from)),
    session.one(totalsSql(policy.name, qualifiedText(policy.subject))),
    session.rows(timedRunsSql(policy.name, TIMED_RUNS)),
    session.rows(tierSizesSql(policy.name, zone, from)),
    session.rows(probeReadingsSql(policy.name, zone, from)),
  ])
  return {
    policy: policy.name,
    zone,
    today,
    period,
    days: days.map(dayOf),
    totals: totalsOf(totals),
    timed: timed.map((row) => ({
      run: Number(row.run),
      durationMs: Number(row.duration_ms),
      archived: Number(row.archived),
    })),
    sizes: sizes.map(sizeOf),
    probes: probeNights(probes.map(readingOf)),
  }
}

const dayOf = (row: DayCountsRow) => ({
  day: row.day,
  runs: Number(row.runs),
  succeeded: Number(row.succeeded),
  partial: Number(row.partial),
  failed: Number(row.failed),
  dryRuns: Number(row.dry_runs),
  archived: Number(row.archived),
  failures: Number(row.failures),
  skipped: Number(row.skipped),
  restored: Number(row.restored),
})

const totalsOf = (row: TotalsRow) => ({
  runs: Number(row.runs),
  archived: Number(row.archived),
  restored: Number(row.restored),
  failures: Number(row.failures),
  quarantined: Number(row.quarantined),
  holds: Number(row.holds),
  firstRunAt: row.first_run_at,
  lastRunAt: row.last_run_at,
  lastSuccessAt: row.last_success_at,
})

const sizeOf = (row: TierSizeRow) => ({
  day: row.day,
  tier: tier.parse(row.tier),
  tableBytes: Number(row.table_bytes),
  indexBytes: Number(row.index_bytes),
  rows: Number(row.rows),
})

const readingOf = (row: ProbeReadingRow): ProbeReading => ({
  day: row.day,
  probe: row.probe,
  phase: phase.parse(row.phase),
  durationsMs: row.durations.slice(1, -1).split(',').filter(Boolean).map(Number),
  buffers: row.buffers === null ? null : Number(row.buffers),
})
