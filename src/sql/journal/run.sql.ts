/** The journal's runs. Counts of a closed run are always summed up from what its batches committed. */
import type { Operation } from '../../core/history.ts'
import { raw, type Sql, sql } from '../tag.ts'
import { spanMs } from './span.sql.ts'

export type NewRun = Readonly<{
  policy: string
  /** Qualified name of the subject table. */
  subject: string
  hash: string
  operation: Operation
  actor: string
  reason: string | null
  dryRun: boolean
  /** An instant's exact text that the database gave earlier (to a plan); null: now. */
  moment: string | null
  /** Days before the moment that make the cutoff; null where the operation has none. */
  cutoffDays: number | null
  /** JSON; what another process needs to go on with the run. */
  limits?: string | null
  group?: string | null
}>

export type RunStartRow = Readonly<{ run: string; moment: string; cutoff: string | null }>

/** The moment and the cutoff are the database's, fixed once and kept with the run. */
export const startRunSql = (run: NewRun): Sql<RunStartRow> =>
  sql`insert into mothball.run (policy, subject, operation, policy_hash, actor, reason, dry_run, limits, group_id, moment, cutoff)
    select ${run.policy}, ${run.subject}, ${run.operation}, ${run.hash}, ${run.actor}, ${run.reason}, ${run.dryRun}::boolean, ${run.limits ?? null}::jsonb, ${run.group ?? null},
      m.moment, m.moment - pg_catalog.make_interval(secs => ${run.cutoffDays}::float8 * 86400)
    from (select coalesce(${run.moment}::timestamptz, pg_catalog.now()) as moment) m
    returning id::text as run, moment::text, cutoff::text`

export const rememberPolicySql = (hash: string, policy: string, definition: string): Sql =>
  sql`insert into mothball.policy_version (hash, policy, definition) values (${hash}, ${policy}, ${definition}::jsonb)
    on conflict (hash) do nothing`

/** No row where the slot was taken before. One that is only known, missed or refused can still be taken. */
export const takeSlotSql = (policy: string, plannedAt: string, run: number): Sql<{ run_id: string }> =>
  sql`insert into mothball.slot (policy, planned_at, run_id) values (${policy}, ${plannedAt}::timestamptz, ${run}::bigint)
    on conflict (policy, planned_at) do update set run_id = excluded.run_id, state = 'taken', reason = null
      where slot.run_id is null returning run_id::text`

export type OpenRunRow = RunStartRow &
  Readonly<{ hash: string | null; dry_run: string; limits: string | null; eligible: string | null; actor: string }>

/** A run that has not ended, for the process that would go on with it. */
export const openRunSql = (run: number): Sql<OpenRunRow> =>
  sql`select id::text as run, moment::text as moment, cutoff::text as cutoff, policy_hash as hash, dry_run::text as dry_run,
      limits::text as limits, eligible::text as eligible, actor
    from mothball.run where id = ${run}::bigint and ended_at is null`

/** What the plan at the start of the run found. */
export const recordPlanSql = (
  run: number,
  plan: Readonly<{ active: number; candidates: number; eligible: number; kept: string }>,
): Sql =>
  sql`update mothball.run set active = ${plan.active}::bigint, candidates = ${plan.candidates}::bigint,
    eligible = ${plan.eligible}::bigint, kept = ${plan.kept}::jsonb where id = ${run}::bigint`

export type CommittedRow = Readonly<{
  archived: string
  failed: string
  batches: string
  elapsed_ms: string
  worked_ms: string
  related: string
}>

/** What a run has truly done: sums over the batches and failures that committed, related rows by table as JSON. */
export const committedSql = (run: number): Sql<CommittedRow> =>
  sql`select coalesce((select sum(subjects) from mothball.batch where run_id = r.id), 0)::text as archived,
      (select count(*) from mothball.failure where run_id = r.id)::text as failed,
      (select count(*) from mothball.batch where run_id = r.id)::text as batches,
      ${spanMs(raw('r.started_at'), raw('pg_catalog.clock_timestamp()'))}::text as elapsed_ms,
      ${spanMs(raw('r.started_at'), LAST_WORK)}::text as worked_ms,
      coalesce((select pg_catalog.jsonb_object_agg(t.name, t.rows) from (
        select e.key as name, sum((e.value->>'rows')::bigint) as rows
        from mothball.batch b, pg_catalog.jsonb_each(b.tables) e where b.run_id = r.id and e.key <> r.subject group by e.key) t), '{}')::text as related
    from mothball.run r where r.id = ${run}::bigint`

export type RunEnd = Readonly<{
  run: number
  status: string
  stopReason: string
  error: string | null
  archived: number
  restored: number
  failed: number
  skipped: number
  /** JSON; null: as they are. */
  details: string | null
}>

/** Closes a run once; the second to try touches no row. */
export const endRunSql = (end: RunEnd): Sql =>
  closeSql(end, raw('pg_catalog.clock_timestamp()'), sql`${end.details}::jsonb`)

/** The same for a run that died: it ended with the last that it committed, and not when somebody found it. */
export const endDeadRunSql = (end: RunEnd): Sql =>
  closeSql(
    end,
    LAST_WORK,
    sql`coalesce(${end.details}::jsonb, r.details, '{}') || pg_catalog.jsonb_build_object('found_at', pg_catalog.clock_timestamp()::text)`,
  )

/** The last sign of life of the run `r`. */
const LAST_WORK = raw(`greatest(r.started_at, (select max(committed_at) from mothball.batch where run_id = r.id),
      (select max(failed_at) from mothball.failure where run_id = r.id))`)

const closeSql = (end: RunEnd, endedAt: Sql, details: Sql): Sql =>
  sql`update mothball.run r set ended_at = ${endedAt}, status = ${end.status}, stop_reason = ${end.stopReason},
    error = ${end.error}, archived = ${end.archived}::bigint, restored = ${end.restored}::bigint, failed = ${end.failed}::bigint,
    skipped = ${end.skipped}::bigint, details = coalesce(${details}, r.details)
    where r.id = ${end.run}::bigint and r.ended_at is null`

/** Runs of a subject under its lease that never ended; asked by the owner of the lease, so nobody works on them any more. */
export const abandonedRunsSql = (
  subject: string,
  except: number,
): Sql<{ run: string; operation: string; policy: string; actor: string; dry_run: string }> =>
  sql`select id::text as run, operation, policy, actor, dry_run::text as dry_run from mothball.run
    where subject = ${subject} and operation in ('archive', 'sweep', 'reconcile', 'erase', 'export', 'purge', 'recall') and ended_at is null and id <> ${except}::bigint
      and not (dry_run and started_at > pg_catalog.now() - interval '1 hour') order by id`

/** Below it a run's fixed costs are most of its time, and say nothing of a larger one. */
const FEWEST_TIMED = 500

/** Milliseconds per moved subject over the last runs that were large enough to tell; null before the first. */
export const paceSql = (subject: string): Sql<{ ms_per_subject: string | null }> =>
  sql`select (sum(${spanMs(raw('started_at'), raw('ended_at'))}) / sum(archived))::text as ms_per_subject from (
      select ended_at, started_at, archived from mothball.run
      where subject = ${subject} and operation = 'archive' and archived >= ${FEWEST_TIMED}::bigint and ended_at is not null
      order by id desc limit 5) r`

export const nowSql: Sql<{ now: string }> = sql`select pg_catalog.now()::text as now`
