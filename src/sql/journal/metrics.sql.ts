/** What is exposed to Prometheus, summed up over the journal: any process may be asked, and all say the same. */
import { raw, type Sql, sql } from '../tag.ts'
import { spanMs } from './span.sql.ts'

export type PolicyMetricsRow = Readonly<{
  policy: string
  archived: string
  restored: string
  /** Seconds since 1970; null before the first. */
  last_success: string | null
  last_run: string | null
  eligible: string | null
  running: string
  missed: string
}>

const LIVE = raw(`r.operation = 'archive' and not r.dry_run`)

/** Every policy once, those without a run too. Rows of a run that goes on are those of its batches so far. */
export const policyMetricsSql = (policies: readonly string[]): Sql<PolicyMetricsRow> =>
  sql`select p.policy, m.archived::text as archived, m.restored::text as restored, m.last_success::text as last_success,
      m.last_run::text as last_run, m.eligible::text as eligible, m.running::text as running,
      (select count(*) from mothball.slot s where s.policy = p.policy and s.missed_at is not null)::text as missed
    from pg_catalog.unnest(${policies}::text[]) as p(policy) cross join lateral (
      select coalesce(sum(case when r.ended_at is not null then r.archived
          else (select coalesce(sum(b.subjects), 0) from mothball.batch b where b.run_id = r.id) end) filter (where ${LIVE}), 0) as archived,
        coalesce(sum(r.restored), 0) as restored,
        extract(epoch from max(r.ended_at) filter (where ${LIVE} and r.status = 'success')) as last_success,
        extract(epoch from max(r.started_at) filter (where ${LIVE})) as last_run,
        (array_agg(r.eligible - case when r.dry_run then 0 else r.archived end order by r.id desc) filter (where r.eligible is not null and r.ended_at is not null))[1] as eligible,
        count(*) filter (where ${LIVE} and r.ended_at is null) as running
      from mothball.run r where r.policy = p.policy) m order by p.policy`

export type CountRow = Readonly<{ policy: string; label: string; count: string }>

/** Runs that have ended, by status. */
export const runCountsSql = (policies: readonly string[]): Sql<CountRow> =>
  sql`select r.policy, r.status as label, count(*)::text as count from mothball.run r
    where r.policy = any (${policies}::text[]) and ${LIVE} and r.ended_at is not null group by 1, 2 order by 1, 2`

/** Failures ever met, by cause. */
export const failureCountsSql = (policies: readonly string[]): Sql<CountRow> =>
  sql`select r.policy, f.code as label, count(*)::text as count from mothball.failure f join mothball.run r on r.id = f.run_id
    where r.policy = any (${policies}::text[]) group by 1, 2 order by 1, 2`

export const quarantineSql = (
  subjects: readonly Readonly<{ policy: string; subject: string }>[],
): Sql<Readonly<{ policy: string; count: string }>> =>
  sql`select s.policy, (select count(*) from mothball.failure f where f.subject = s.subject and f.resolved_at is null)::text as count
    from rows from (pg_catalog.unnest(${subjects.map(({ policy }) => policy)}::text[]),
      pg_catalog.unnest(${subjects.map(({ subject }) => subject)}::text[])) as s(policy, subject)`

export type DurationRow = Readonly<{ policy: string; bucket: string; count: string; sum: string }>

const SECONDS = sql`(${spanMs(raw('r.started_at'), raw('r.ended_at'))} / 1000.0::float8)`

/** Live runs that have ended, by the first of the bounds (seconds, ascending) that is not below their duration. */
export const durationsSql = (policies: readonly string[], bounds: readonly number[]): Sql<DurationRow> =>
  sql`select d.policy, d.bucket::text as bucket, count(*)::text as count, sum(d.seconds)::text as sum from (
      select r.policy, ${SECONDS} as seconds,
        (select count(*) from pg_catalog.unnest(${bounds}::float8[]) as b(bound)
          where b.bound < ${SECONDS}) as bucket
      from mothball.run r where r.policy = any (${policies}::text[]) and ${LIVE} and r.ended_at is not null) d
    group by d.policy, d.bucket order by d.policy, d.bucket`

export type SizeRow = Readonly<{ policy: string; tier: string; table_bytes: string; index_bytes: string }>

/** As the last run measured them. */
export const sizesSql = (policies: readonly string[]): Sql<SizeRow> =>
  sql`select p.policy, t.tier, s.table_bytes::text as table_bytes, s.index_bytes::text as index_bytes
    from pg_catalog.unnest(${policies}::text[]) as p(policy) cross join (values ('active'), ('archive')) as t(tier)
    cross join lateral (select s.table_bytes, s.index_bytes from mothball.size s join mothball.run r on r.id = s.run_id
      where r.policy = p.policy and s.tier = t.tier order by s.run_id desc, s.taken_at desc limit 1) s`

export type ProbeRow = Readonly<{ policy: string; probe: string; phase: string; seconds: string }>

/** The median of each probe's last reading, by phase. */
export const lastProbesSql = (policies: readonly string[]): Sql<ProbeRow> =>
  sql`select distinct on (p.policy, p.name, p.phase) p.policy, p.name as probe, p.phase,
      ((select percentile_cont(0.5) within group (order by d.ms) from pg_catalog.unnest(p.durations_ms) as d(ms)) / 1000)::text as seconds
    from mothball.probe p where p.policy = any (${policies}::text[]) and p.problem is null
      and p.taken_at > pg_catalog.now() - interval '7 days'
    order by p.policy, p.name, p.phase, p.id desc`
