/** A restore's own row among the journal's runs: each batch adds to it in its own transaction. */
import { raw, type Sql, sql } from '../tag.ts'
import { spanMs } from './span.sql.ts'

/** The subject and operation of a run; no row where there is none. */
export const runSubjectSql = (run: number): Sql<{ subject: string; operation: string }> =>
  sql`select subject, operation from mothball.run where id = ${run}::bigint`

/** The transaction's number, by which its fate can be asked for. */
export const transactionSql: Sql<{ transaction: string }> =
  sql`select pg_catalog.pg_current_xact_id()::text as transaction`

/** Adds a batch's subjects, and notes the backend that is at work: its death is the restore's. */
export const countRestoredSql = (run: number, restored: number): Sql =>
  sql`update mothball.run set restored = restored + ${restored}::bigint,
      details = coalesce(details, '{}') || (
        select pg_catalog.jsonb_build_object('backend_pid', a.pid, 'backend_start', a.backend_start::text,
          'worked_at', pg_catalog.clock_timestamp()::text)
        from pg_catalog.pg_stat_activity a where a.pid = pg_catalog.pg_backend_pid())
    where id = ${run}::bigint`

export const restoredOfSql = (run: number): Sql<{ restored: string; elapsed_ms: string }> =>
  sql`select restored::text, ${spanMs(raw('started_at'), raw('pg_catalog.clock_timestamp()'))}::text as elapsed_ms
    from mothball.run where id = ${run}::bigint`

const isOpen = (subject: string): Sql => sql`r.subject = ${subject} and r.operation = 'restore' and r.ended_at is null`

/** When the restore `r` last committed something. */
const LAST_WORK = raw("greatest((r.details->>'worked_at')::timestamptz, r.started_at)")

const IS_DEAD = sql`(${LAST_WORK} < pg_catalog.clock_timestamp() - interval '1 hour'
        or (r.details->>'worked_at')::timestamptz < pg_catalog.clock_timestamp() - interval '1 minute'
          and not exists (select from pg_catalog.pg_stat_activity a where a.pid = (r.details->>'backend_pid')::integer
            and (a.backend_start is null or a.backend_start::text = r.details->>'backend_start')))`

export type AbandonedRestoreRow = Readonly<{
  run: string
  actor: string
  restored: string
  status: string
  worked_ms: string
}>

/**
 * Closes restores whose process ended without a word: their last backend is gone, or they did nothing for an hour.
 * Counts stay as their batches committed them, and each ended with its last batch, not when it was found.
 */
export const closeAbandonedRestoresSql = (subject: string): Sql<AbandonedRestoreRow> =>
  sql`update mothball.run r set ended_at = ${LAST_WORK}, stop_reason = 'interrupted', error = 'interrupted',
      status = case when r.restored > 0 then 'partial' else 'failed' end,
      details = coalesce(r.details, '{}') || pg_catalog.jsonb_build_object('found_at', pg_catalog.clock_timestamp()::text)
    where ${isOpen(subject)} and ${IS_DEAD}
    returning r.id::text as run, r.actor, r.restored::text as restored, r.status,
      ${spanMs(raw('r.started_at'), raw('r.ended_at'))}::text as worked_ms`

/** Those that would be closed now. */
export const abandonedRestoresSql = (subject: string): Sql<{ run: string }> =>
  sql`select r.id::text as run from mothball.run r where ${isOpen(subject)} and ${IS_DEAD} order by r.id`
