/** The journal against itself and against the public log: what runs say they did, and what their batches did. */
import { type Sql, sql } from './tag.ts'
import { NAMED } from './verify-rows.sql.ts'

export type RunSumsRow = Readonly<{
  /** Closed runs that archived somebody, and their batches. */
  runs: string
  batches: string
  archived: string
  /** Subjects of these batches. */
  moved: string
  /** Closed runs whose counts are not those of their batches, failures or departures, and the first of them in words. */
  differing: string
  first: string | null
  /** Batches whose manifest has another number of subjects than their record. */
  torn_batches: string
}>

/** Closed runs of a subject against the sums of what they committed. */
export const runSumsSql = (subject: string): Sql<RunSumsRow> =>
  sql`with own as materialized (select * from mothball.run where subject = ${subject} and ended_at is not null),
    batch as materialized (
      select b.run_id, b.subjects, (b.tables->${subject}->>'rows')::bigint as listed, r.ended_at is not null as is_closed
      from mothball.batch b join mothball.run r on r.id = b.run_id where r.subject = ${subject}),
    summed as materialized (
      select o.id, o.operation, o.archived, o.failed, o.restored,
        coalesce((select sum(b.subjects) from batch b where b.run_id = o.id), 0) as moved,
        (select count(*) from mothball.failure f where f.run_id = o.id) as failures,
        (select count(*) from mothball.departure d where d.run_id = o.id and d.table_name = ${subject}) as departed
      from own o),
    differing as materialized (
      select id, case
        when archived <> moved then 'run ' || id || ' says ' || archived || ' archived, its batches ' || moved
        when operation = 'archive' and failed <> failures then 'run ' || id || ' says ' || failed || ' failed, its failures are ' || failures
        else 'run ' || id || ' says ' || restored || ' restored, ' || departed || ' left the archive' end as words
      from summed
      where archived <> moved or (operation = 'archive' and failed <> failures) or (operation in ('restore', 'homecoming') and departed > restored))
    select (select count(*) from own where archived > 0) as runs, (select count(*) from batch where is_closed) as batches,
      coalesce((select sum(archived) from summed), 0)::text as archived, coalesce((select sum(moved) from summed), 0)::text as moved,
      (select count(*) from differing) as differing,
      (select string_agg(words, '; ' order by id) from (select * from differing order by id limit ${NAMED}::bigint) l) as first,
      (select count(*) from batch where listed is distinct from subjects) as torn_batches`

/** Runs of a subject that have no end, the oldest first. */
export const openRunsSql = (subject: string): Sql<{ run: string }> =>
  sql`select id::text as run from mothball.run where subject = ${subject} and ended_at is null order by id`

/** As many entries of the log as the document's query looks at. */
const RECENT = 10

export type RecentLogRow = Readonly<{
  /** Entries among the last ten; those that name no run of the journal were written by others. */
  entries: string
  foreign_entries: string
  runs: string
  /** Closed runs and restores among the last ten that the log lacks or tells differently, and the first of them in words. */
  differing: string
  first: string | null
}>

/** The last entries of the log (`log` is the quoted table) against the last closed runs and restores of the policy. */
export const recentLogSql = (log: Sql, policy: string): Sql<RecentLogRow> =>
  sql`with entry as materialized (select * from only ${log} order by run_date desc nulls last limit ${RECENT}::bigint),
    own as materialized (
      select id, case when dry_run then 0 else archived end as archived, failed, status, dry_run
      from mothball.run where policy = ${policy} and operation in ('archive', 'restore') and ended_at is not null
      order by id desc limit ${RECENT}::bigint),
    differing as materialized (
      select o.id, case when l.run_id is null then 'run ' || o.id || ' is not in the log'
        else 'run ' || o.id || ' archived ' || o.archived || ' and failed ' || o.failed || ' (' || o.status || '), the log says '
          || l.records_archived || ' and ' || l.records_failed || ' (' || l.status || ')' end as words
      from own o left join only ${log} l on l.run_id = o.id
      where (o.archived, o.failed, o.status, o.dry_run) is distinct from (l.records_archived, l.records_failed, l.status, l.dry_run))
    select (select count(*) from entry) as entries,
      (select count(*) from entry e where not exists (select from mothball.run r where r.id = e.run_id)) as foreign_entries,
      (select count(*) from own) as runs, (select count(*) from differing) as differing,
      (select string_agg(words, '; ' order by id) from (select * from differing order by id limit ${NAMED}::bigint) l) as first`
