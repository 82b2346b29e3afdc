/** What the public log could not take when it was to be written: kept beside its run, and written when it can be. */
import { type Sql, sql } from '../tag.ts'
import type { LogEntry } from './run.sql.ts'

export const oweLogSql = (entry: LogEntry): Sql =>
  sql`update mothball.run set details = coalesce(details, '{}')
      || pg_catalog.jsonb_build_object('not_logged', ${JSON.stringify(entry)}::jsonb)
    where id = ${entry.run}::bigint`

/** Writes all that is owed for the subject. Of several who do so at once, one writes each. */
export const settleLogSql = (log: Sql, subject: string): Sql =>
  sql`with owed as materialized (
      select id, details->'not_logged' as entry from mothball.run
      where subject = ${subject} and details ? 'not_logged' for update skip locked),
    settled as (update mothball.run r set details = r.details - 'not_logged' from owed o where o.id = r.id)
    insert into ${log} (run_date, records_archived, records_failed, status, error_message, execution_time_ms, dry_run,
      run_id, policy, operation, cutoff, actor, details)
    select r.moment, (e.archived)::integer, (e.failed)::integer, e.status, e.error, (e."durationMs")::integer, e."dryRun",
      r.id, e.policy, r.operation, r.cutoff, e.actor, e.details::jsonb
    from owed o join mothball.run r on r.id = o.id,
      pg_catalog.jsonb_to_record(o.entry) as e(archived bigint, failed bigint, status text, error text, "durationMs" bigint,
        "dryRun" boolean, policy text, actor text, details text)`
