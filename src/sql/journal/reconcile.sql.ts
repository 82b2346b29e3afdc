/** The journal and the public log set right: lost batches, counts, missing log rows; and the account of each mend. */
import type { TableName } from '../../core/names.ts'
import { raw, type Sql, sql, table } from '../tag.ts'
import { expectedSql, type MovedTable } from '../verify-rows.sql.ts'
import { spanMs } from './span.sql.ts'

/** Adds to the run's own account, in the transaction of the mend itself. */
export const noteMendSql = (run: number, kind: string, rows: number): Sql =>
  sql`update mothball.run set details = coalesce(details, '{}') || pg_catalog.jsonb_build_object('mended',
      coalesce(details->'mended', '{}') || pg_catalog.jsonb_build_object(${kind}::text,
        coalesce((details->'mended'->>${kind})::bigint, 0) + ${rows}::bigint))
    where id = ${run}::bigint`

/** What the run has mended so far, as JSON. */
export const mendedSql = (run: number): Sql<{ mended: string }> =>
  sql`select coalesce(details->'mended', '{}')::text as mended from mothball.run where id = ${run}::bigint`

/** Batches below this number were given out; a higher one was invented, and will be given out some day. */
export const lastBatchSql: Sql<{ last: string }> =
  sql`select coalesce(pg_catalog.pg_sequence_last_value('mothball.batch_id_seq'::regclass), 0)::text as last`

/** A batch that the journal has lost, or never had: written anew, by what the archive holds of it. */
export const recordLostBatchSql = (
  batch: Readonly<{
    batch: string
    run: string
    at: string | null
    subjects: number
    first: string | null
    last: string | null
    tables: string
  }>,
): Sql =>
  sql`insert into mothball.batch (id, run_id, committed_at, subjects, first_key, last_key, tables)
    values (${batch.batch}::bigint, ${batch.run}::bigint, coalesce(${batch.at}::timestamptz, clock_timestamp()), ${batch.subjects}::bigint,
      ${batch.first}, ${batch.last}, ${batch.tables}::jsonb)`

/** The run under which rows were archived at that moment: one at a time moves rows of a subject. */
export const runAtSql = (subject: string, at: string): Sql<{ run: string }> =>
  sql`select id::text as run from mothball.run
    where subject = ${subject} and operation in ('archive', 'sweep', 'reconcile') and not dry_run
      and started_at <= ${at}::timestamptz and coalesce(ended_at, 'infinity') >= ${at}::timestamptz
    order by id desc limit 1`

const SUMS = sql`lateral (select
    coalesce((select sum(b.subjects) from mothball.batch b where b.run_id = r.id), 0) as archived,
    case when r.operation = 'archive' then (select count(*) from mothball.failure f where f.run_id = r.id) else r.failed end as failed,
    case when r.operation = 'restore' then greatest(r.restored, (select count(*) from mothball.departure d
      where d.run_id = r.id and d.table_name = r.subject)) else r.restored end as restored) s`

const isOff = (subject: string): Sql => sql`r.subject = ${subject} and r.ended_at is not null
    and (r.archived, r.failed, r.restored) is distinct from (s.archived, s.failed, s.restored)`

/** Closed runs of a subject whose counts are not what their batches, failures and departures add up to. */
export const runsOffSql = (subject: string): Sql<{ run: string }> =>
  sql`select r.id::text as run from mothball.run r cross join ${SUMS} where ${isOff(subject)} order by r.id`

export const mendRunsSql = (subject: string): Sql =>
  sql`update mothball.run t set archived = s.archived, failed = s.failed, restored = s.restored
    from mothball.run r cross join ${SUMS} where t.id = r.id and ${isOff(subject)}`

const own = (policy: string, subject: string): Sql => sql`r.policy = ${policy} and r.subject = ${subject}
    and r.operation in ('archive', 'restore') and r.ended_at is not null`

const COUNTED = sql`case when r.dry_run then 0 else r.archived end`

/** Closed runs and restores of which `log` (the quoted table) has no row. */
export const runsUnloggedSql = (log: Sql, policy: string, subject: string): Sql<{ run: string }> =>
  sql`select r.id::text as run from mothball.run r
    where ${own(policy, subject)} and not exists (select from only ${log} l where l.run_id = r.id) order by r.id`

/** Those of which it says something else. */
export const runsMisloggedSql = (log: Sql, policy: string, subject: string): Sql<{ run: string }> =>
  sql`select distinct r.id::text as run, r.id from mothball.run r join only ${log} l on l.run_id = r.id
    where ${own(policy, subject)} and (${COUNTED}, r.failed, r.status, r.dry_run)
      is distinct from (l.records_archived, l.records_failed, l.status, l.dry_run) order by r.id`

export const logMissingSql = (log: Sql, run: string): Sql =>
  sql`insert into ${log} (run_date, records_archived, records_failed, status, error_message, execution_time_ms, dry_run,
      run_id, policy, operation, cutoff, actor, details)
    select r.moment, (${COUNTED})::integer, r.failed::integer, r.status, r.error,
      ${spanMs(raw('r.started_at'), raw('r.ended_at'))}, r.dry_run, r.id, r.policy, r.operation, r.cutoff, r.actor,
      coalesce(r.details, '{}')
    from mothball.run r where r.id = ${run}::bigint and not exists (select from only ${log} l where l.run_id = r.id)`

export const correctLogSql = (log: Sql, run: string): Sql =>
  sql`update only ${log} l set records_archived = (${COUNTED})::integer, records_failed = r.failed::integer, status = r.status, dry_run = r.dry_run
    from mothball.run r where r.id = ${run}::bigint and l.run_id = r.id`

export type BatchOffRow = Readonly<{
  batch: string
  name: string
  /** Rows that should be there less those that are; negative where there are more. */
  missing: string
  /** JSON array: the manifest's columns. */
  columns: string
}>

/** Batches of one archive table that hold other numbers of rows than they moved, less those that left. */
export const batchesOffSql = ({ archiveTable, ...moved }: MovedTable & Readonly<{ archiveTable: TableName }>) =>
  sql<BatchOffRow>`with ${expectedSql(moved)},
    found as (select a.archive_batch as batch, count(*) as rows from only ${table(archiveTable)} a group by a.archive_batch)
    select e.batch::text as batch, ${moved.name}::text as name, (e.rows - coalesce(f.rows, 0))::text as missing,
      pg_catalog.jsonb_path_query_array(b.tables->${moved.name}, '$.columns[*].name')::text as columns
    from expected e left join found f on f.batch = e.batch join mothball.batch b on b.id = e.batch
    where e.rows <> coalesce(f.rows, 0) order by e.batch`
