/**
 * Rows of the public log, in the user's own schema: the document's eight fields, then ours. Restores have one too. What
 * the log could not take when it was to be written is kept beside its run, and written when it can be.
 */
import { raw, type Sql, sql } from '../tag.ts'

export type LogEntry = Readonly<{
  run: number
  policy: string
  archived: number
  failed: number
  status: string
  error: string | null
  durationMs: number
  dryRun: boolean
  actor: string
  /** JSON. */
  details: string
}>

const json = (entry: LogEntry): Sql => sql`${JSON.stringify(entry)}::jsonb`

/** `from` gives rows `o`, whose `entry` is a `LogEntry` as JSON. */
const writeSql = (log: Sql, from: Sql): Sql =>
  sql`insert into ${log} (run_date, records_archived, records_failed, status, error_message, execution_time_ms, dry_run,
      run_id, policy, operation, cutoff, actor, details)
    select r.moment, e.archived, e.failed, e.status, e.error, e."durationMs", e."dryRun",
      r.id, e.policy, r.operation, r.cutoff, e.actor, e.details::jsonb
    from ${from}, pg_catalog.jsonb_to_record(o.entry) as e(run bigint, archived integer, failed integer, status text, error text,
        "durationMs" integer, "dryRun" boolean, policy text, actor text, details text)
      join mothball.run r on r.id = e.run`

export const archiveLogSql = (log: Sql, entry: LogEntry): Sql => writeSql(log, sql`(select ${json(entry)} as entry) o`)

export const oweLogSql = (entry: LogEntry): Sql =>
  sql`update mothball.run set details = coalesce(details, '{}')
      || pg_catalog.jsonb_build_object('not_logged', ${json(entry)})
    where id = ${entry.run}::bigint`

/** Writes all that is owed for the subject. Of several who do so at once, one writes each. */
export const settleLogSql = (log: Sql, subject: string): Sql =>
  sql`with owed as materialized (
      select id, details->'not_logged' as entry from mothball.run
      where subject = ${subject} and details ? 'not_logged' for update skip locked),
    settled as (update mothball.run r set details = r.details - 'not_logged' from owed o where o.id = r.id)
    ${writeSql(log, raw('owed o'))}`
