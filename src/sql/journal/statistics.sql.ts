/** Sums over the journal's runs, by day of a zone. Counts of a run that goes on are those of its batches so far. */
import { raw, type Sql, sql } from '../tag.ts'
import { spanMs } from './span.sql.ts'

/** The zone's calendar day now, by the database's clock. */
export const todaySql = (zone: string): Sql<{ today: string }> =>
  sql`select (pg_catalog.now() at time zone ${zone}::text)::date::text as today`

export type DayCountsRow = Readonly<{
  day: string
  runs: string
  succeeded: string
  partial: string
  failed: string
  dry_runs: string
  archived: string
  failures: string
  skipped: string
  restored: string
}>

const LIVE = raw(`r.operation = 'archive' and not r.dry_run`)

/** Days with a run only, the oldest first. `from` is a day of the zone. */
export const dayCountsSql = (policy: string, zone: string, from: string): Sql<DayCountsRow> =>
  sql`select (r.started_at at time zone ${zone}::text)::date::text as day,
      count(*) filter (where ${LIVE})::text as runs,
      count(*) filter (where ${LIVE} and r.status = 'success')::text as succeeded,
      count(*) filter (where ${LIVE} and r.status = 'partial')::text as partial,
      count(*) filter (where ${LIVE} and r.status = 'failed')::text as failed,
      count(*) filter (where r.dry_run)::text as dry_runs,
      coalesce(sum(case when r.ended_at is not null then r.archived
        else (select coalesce(sum(b.subjects), 0) from mothball.batch b where b.run_id = r.id) end) filter (where ${LIVE}), 0)::text as archived,
      coalesce(sum(r.failed) filter (where ${LIVE}), 0)::text as failures,
      coalesce(sum(r.skipped) filter (where ${LIVE}), 0)::text as skipped,
      coalesce(sum(r.restored), 0)::text as restored
    from mothball.run r
    where r.policy = ${policy} and r.started_at >= (${from}::date::timestamp at time zone ${zone}::text)
    group by 1 order by 1`

export type TotalsRow = Readonly<{
  runs: string
  archived: string
  restored: string
  failures: string
  quarantined: string
  holds: string
  first_run_at: string | null
  last_run_at: string | null
  last_success_at: string | null
}>

export const totalsSql = (policy: string, subject: string): Sql<TotalsRow> =>
  sql`select count(*) filter (where ${LIVE})::text as runs, coalesce(sum(r.archived) filter (where ${LIVE}), 0)::text as archived,
      coalesce(sum(r.restored), 0)::text as restored, coalesce(sum(r.failed) filter (where ${LIVE}), 0)::text as failures,
      (select count(*) from mothball.failure f where f.subject = ${subject} and f.resolved_at is null)::text as quarantined,
      (select count(*) from mothball.hold h where h.subject = ${subject} and h.released_at is null)::text as holds,
      min(r.started_at) filter (where ${LIVE})::text as first_run_at, max(r.started_at) filter (where ${LIVE})::text as last_run_at,
      max(r.ended_at) filter (where ${LIVE} and r.status = 'success')::text as last_success_at
    from mothball.run r where r.policy = ${policy}`

export type TimedRunRow = Readonly<{ run: string; duration_ms: string; archived: string }>

/** Live runs that have ended, the newest first. */
export const timedRunsSql = (policy: string, limit: number): Sql<TimedRunRow> =>
  sql`select r.id::text as run, ${spanMs(raw('r.started_at'), raw('r.ended_at'))}::text as duration_ms, r.archived::text as archived
    from mothball.run r where r.policy = ${policy} and ${LIVE} and r.ended_at is not null and r.archived > 0
    order by r.id desc limit ${limit}::bigint`

export type TierSizeRow = Readonly<{
  day: string
  tier: string
  table_bytes: string
  index_bytes: string
  rows: string
}>

/** Of each tier the first measurement of the period, before its first run, and the last one, after its last run. */
export function tierSizesSql(policy: string, zone: string, from: string): Sql<TierSizeRow> {
  const end = (direction: string) => sql`(select s.* from mothball.run r join mothball.size s on s.run_id = r.id
      where r.policy = ${policy} and r.started_at >= (${from}::date::timestamp at time zone ${zone}::text) and s.tier = t.tier
      order by r.started_at ${raw(direction)}, s.taken_at ${raw(direction)} limit 1)`
  return sql`select (e.taken_at at time zone ${zone}::text)::date::text as day, e.tier, e.table_bytes::text as table_bytes,
      e.index_bytes::text as index_bytes, e.rows::text as rows
    from (values ('active'), ('archive')) t(tier) cross join lateral (${end('asc')} union all ${end('desc')}) e
    order by e.taken_at`
}

export type ProbeReadingRow = Readonly<{
  day: string
  probe: string
  phase: string
  /** An array of milliseconds, as PostgreSQL writes it. */
  durations: string
  buffers: string | null
}>

/**
 * Every reading as it stands, the oldest day first; probes that failed are left out. Quantiles are not taken here: a
 * year has thousands of small groups, and the server's sorts for each of them would be felt on the overview.
 */
export const probeReadingsSql = (policy: string, zone: string, from: string): Sql<ProbeReadingRow> =>
  sql`select (p.taken_at at time zone ${zone}::text)::date::text as day, p.name as probe, p.phase,
      p.durations_ms::text as durations, (p.shared_hit + p.shared_read)::text as buffers
    from mothball.probe p
    where p.policy = ${policy} and p.taken_at >= (${from}::date::timestamp at time zone ${zone}::text) and p.problem is null
    order by p.taken_at, p.id`
