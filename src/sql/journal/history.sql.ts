/** Past runs as people read them. While a run goes on, its counts are those of its batches so far. */
import { raw, type Sql, sql } from '../tag.ts'
import { spanMs } from './span.sql.ts'

export type RunRecordRow = Readonly<{
  run: string
  policy: string
  operation: string
  status: string
  dry_run: string
  actor: string
  reason: string | null
  cutoff: string | null
  started_at: string
  ended_at: string | null
  duration_ms: string | null
  active: string | null
  candidates: string | null
  eligible: string | null
  /** JSON. */
  kept: string | null
  archived: string
  restored: string
  failed: string
  skipped: string
  batches: string
  stop_reason: string | null
  error: string | null
  slot: string | null
  group_id: string | null
  asked: string | null
  asked_by: string | null
  asked_reason: string | null
}>

const COLUMNS = sql`r.id::text as run, r.policy, r.operation, r.status, r.dry_run::text as dry_run, r.actor, r.reason,
      r.cutoff::text as cutoff, r.started_at::text as started_at, r.ended_at::text as ended_at,
      case when r.ended_at is not null then ${spanMs(raw('r.started_at'), raw('r.ended_at'))}::text end as duration_ms,
      r.active::text as active, r.candidates::text as candidates, r.eligible::text as eligible, r.kept::text as kept,
      (case when r.ended_at is null then b.subjects else r.archived end)::text as archived, r.restored::text as restored,
      r.failed::text as failed, r.skipped::text as skipped, b.batches::text as batches, r.stop_reason, r.error,
      (select s.planned_at::text from mothball.slot s where s.run_id = r.id) as slot, r.group_id, r.asked, r.asked_by, r.asked_reason`

const RUNS = raw(`mothball.run r cross join lateral (
      select count(*) as batches, coalesce(sum(subjects), 0) as subjects from mothball.batch where run_id = r.id) b`)

/** Runs of a policy, newest first, those before `before` (null: from the newest on). */
export const listRunsSql = (
  policy: string,
  { before, limit }: Readonly<{ before: number | null; limit: number }>,
): Sql<RunRecordRow> =>
  sql`select ${COLUMNS} from ${RUNS}
    where r.policy = ${policy} and (${before}::bigint is null or r.id < ${before}::bigint) order by r.id desc limit ${limit}::bigint`

export const oneRunSql = (policy: string, run: number): Sql<RunRecordRow> =>
  sql`select ${COLUMNS} from ${RUNS} where r.policy = ${policy} and r.id = ${run}::bigint`

/** Runs that started within a span, newest first. */
export const runsBetweenSql = (
  policy: string,
  { since, until }: Readonly<{ since: string; until: string }>,
  limit: number,
): Sql<RunRecordRow> =>
  sql`select ${COLUMNS} from ${RUNS} where r.policy = ${policy} and r.started_at >= ${since}::timestamptz
    and r.started_at < ${until}::timestamptz order by r.id desc limit ${limit}::bigint`

export type BatchRecordRow = Readonly<{
  batch: string
  committed_at: string
  subjects: string
  rows: string
  first_key: string | null
  last_key: string | null
  sealed: string
}>

export const runBatchesSql = (run: number, limit: number): Sql<BatchRecordRow> =>
  sql`select b.id::text as batch, b.committed_at::text as committed_at, b.subjects::text as subjects, t.rows::text as rows,
      b.first_key, b.last_key, (t.tables = (select count(*) from mothball.seal s where s.batch_id = b.id))::text as sealed
    from mothball.batch b cross join lateral (
      select count(*) as tables, coalesce(sum((e.value->>'rows')::bigint), 0) as rows from jsonb_each(b.tables) e) t
    where b.run_id = ${run}::bigint order by b.id limit ${limit}::bigint`
