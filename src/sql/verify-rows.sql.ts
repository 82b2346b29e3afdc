/**
 * Archive rows against what the journal says of them, and against the active tables: each archive table is read once,
 * whatever the number of its batches, and what comes back are counts and the first few names.
 */
import type { TableName } from '../core/names.ts'
import type { TableShape } from '../core/table.ts'
import { keyText } from './keys.sql.ts'
import { allOf, column, raw, type Sql, sql, table } from './tag.ts'

/** Names that an answer carries at the most; the count beside them is the whole. */
export const NAMED = 5

/** Every pair of source and archive table that the batches of a subject name, as qualified names. */
export const manifestTablesSql = (subject: string): Sql<{ name: string; archive: string }> =>
  sql`select distinct t.key as name, t.value->>'archive' as archive
    from mothball.batch b join mothball.run r on r.id = b.run_id cross join jsonb_each(b.tables) t
    where r.subject = ${subject} order by 1, 2`

/** One table whose rows moved: qualified names of source and archive. */
export type MovedTable = Readonly<{ subject: string; name: string; archive: string }>

export type ArchiveCountsRow = Readonly<{
  /** Rows that the batches moved, less those that left since. */
  expected: string
  /** Rows that carry one of these batches. */
  found: string
  /** Batches of which more or fewer rows are there, and the first of them as `batch 4 (10, 9 there)`. */
  differing: string
  first: string | null
  /** Rows without a batch: others put them there. */
  others: string
  /** Rows that carry a batch which the journal does not know. */
  unknown: string
}>

/** The journal's rows of one archive table against the table itself, batch by batch. */
export const archiveCountsSql = (moved: MovedTable, archive: TableName): Sql<ArchiveCountsRow> =>
  sql`with ${expectedSql(moved)},
    found as materialized (select a.archive_batch as batch, count(*) as rows from only ${table(archive)} a group by a.archive_batch),
    compared as materialized (
      select e.batch, e.rows as expected, coalesce(f.rows, 0) as found from expected e left join found f on f.batch = e.batch)
    select coalesce(sum(c.expected), 0)::text as expected, coalesce(sum(c.found), 0)::text as found,
      count(*) filter (where c.expected <> c.found) as differing,
      (select string_agg('batch ' || d.batch || ' (' || d.expected || ', ' || d.found || ' there)', ', ' order by d.batch)
        from (select * from compared where expected <> found order by batch limit ${NAMED}::bigint) d) as first,
      coalesce((select f.rows from found f where f.batch is null), 0)::text as others,
      coalesce((select sum(f.rows) from found f where f.batch is not null
        and not exists (select from expected e where e.batch = f.batch)), 0)::text as unknown
    from compared c`

/** What should be in an archive table that is not there any more. */
export const expectedRowsSql = (moved: MovedTable): Sql<{ expected: string }> =>
  sql`with ${expectedSql(moved)} select coalesce(sum(rows), 0)::text as expected from expected`

/** `gone` and `expected`: by batch, the rows that it moved less those that left since. */
export const expectedSql = ({ subject, name, archive }: MovedTable): Sql =>
  sql`gone as (
      select d.batch_id as batch, count(*) as rows from mothball.departure d where d.table_name = ${name} group by d.batch_id),
    expected as materialized (
      select b.id as batch, (b.tables->${name}->>'rows')::bigint - coalesce(g.rows, 0) as rows
      from mothball.batch b join mothball.run r on r.id = b.run_id left join gone g on g.batch = b.id
      where r.subject = ${subject} and b.tables->${name}->>'archive' = ${archive})`

export const tableRowsSql = (name: TableName): Sql<{ count: string }> =>
  sql`select count(*) as count from only ${table(name)}`

export type NamedRow = Readonly<{ count: string; keys: string | null }>

/** Rows of which the key is both in the active and in the archive table; `keys` is a JSON array of the first. */
export const onBothSidesSql = (shape: TableShape, archive: TableName): Sql<NamedRow> => {
  const [active, archived] = [raw('t'), raw('a')]
  const same = shape.key.map((name) => sql`${column(active, name)} = ${column(archived, name)}`)
  return sql`with twice as materialized (
      select ${keyText(active, shape.key)} as k from only ${table(shape.name)} t join only ${table(archive)} a on ${allOf(same)})
    select (select count(*) from twice) as count, ${firstKeys(raw('twice'))} as keys`
}

/** The first keys `k` of a relation as a JSON array, short ones first, so that numbers stand in their order. */
export const firstKeys = (relation: Sql): Sql =>
  sql`(select jsonb_agg(l.k order by length(l.k), l.k collate "C") from (
      select k from ${relation} order by length(k), k collate "C" limit ${NAMED}::bigint) l)::text`
