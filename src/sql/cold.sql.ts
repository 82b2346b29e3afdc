/**
 * The rows of archived families as cold files hold them: every column of the archive table as PostgreSQL's own text,
 * with the key of the family before them. A row belongs to the subject that its links lead to, in the archive. DuckDB
 * writes the same CSV and computes the same digests (`cold-file.sql.ts`); a session that asks has its search path pinned.
 */
import { type ArchivedFamily, type ArchivedTable, archivedSubject } from '../core/archived-family.ts'
import { isCopiedAsText } from '../core/cold/columns.ts'
import type { ColdColumn } from '../core/cold/manifest.ts'
import { belongsTo, hop, pathJoins, pathsToSubject } from './family-path.sql.ts'
import { inKeys, journalKey, type KeySet, keysBetween, keyText } from './keys.sql.ts'
import { allOf, column, commaList, id, inlined, join, raw, type Sql, sql, table } from './tag.ts'

const SUBJECT: Sql = raw('s')

/** The rows of a table whose subject meets `whose`: SQL after FROM, the row's alias, and the family's key. */
type Owned = Readonly<{ from: Sql; row: Sql; family: Sql }>

function ownedRows(family: ArchivedFamily, each: ArchivedTable, whose: Sql): Owned {
  const subject = archivedSubject(family)
  const owner = keyText(SUBJECT, subject.shape.key)
  const [first = [], ...others] = pathsToSubject(family, each)
  if (first.length === 0)
    return { from: sql`only ${table(each.shape.name)} ${SUBJECT} where ${whose}`, row: SUBJECT, family: owner }
  const along = (path: typeof first) =>
    sql`${pathJoins(family, each, path)} join only ${table(subject.shape.name)} ${SUBJECT} on ${belongsTo(path, SUBJECT)} where ${whose}`
  if (others.length === 0) return { from: along(first), row: hop(0), family: owner }
  // Several ways lead to the subject: each row once, whichever way it was found.
  const keys = each.shape.key
  const found = [first, ...others].map(
    (path) =>
      sql`select ${owner} as family, ${commaList(keys.map((name, at) => sql`${column(hop(0), name)} as ${id(`k${at}`)}`))} from ${along(path)}`,
  )
  const isSame = allOf(keys.map((name, at) => sql`${column(raw('r'), name)} = ${column(raw('o'), `k${at}`)}`))
  return {
    from: sql`(${join(found, ' union ')}) o join only ${table(each.shape.name)} r on ${isSame}`,
    row: raw('r'),
    family: raw('o.family'),
  }
}

/** The owned rows as texts `c0`, `c1`... behind their `family`: OFFSET keeps the planner from making each text twice. */
const textsOf = ({ from, row, family }: Owned, columns: readonly string[]): Sql =>
  sql`(select ${commaList([sql`${family} as family`, ...columns.map((name, at) => sql`${column(row, name)}::text as ${text(at)}`)])}
    from ${from} offset 0) t`

const text = (at: number): Sql => id(`c${at}`)

/** What `array_send` writes before the elements: dimensions, whether there are nulls, their type, size and lower bound. */
const ARRAY_HEAD_BYTES = 20

/**
 * SHA-256 over the texts of such a row, each behind its length in bytes (4 bytes, -1 for NULL), so that no two rows read
 * the same. One call writes it all: with `||` it cost the server three times what COPY does. It writes in the encoding of the
 * client, which is UTF-8.
 */
const digestOf = (columns: readonly string[]): Sql => {
  const all = commaList(columns.map((_name, at) => text(at)))
  return sql`pg_catalog.encode(pg_catalog.sha256(pg_catalog.substr(pg_catalog.array_send(array[${all}]), ${raw(String(ARRAY_HEAD_BYTES + 1))})), 'hex')`
}

/**
 * COPY binds nothing: values stand in it as literals. Every value goes as its `::text`, which is not what COPY itself
 * writes of a truth, an address or padded characters; where it is, COPY makes it.
 */
export function copyColdSql(
  family: ArchivedFamily,
  each: ArchivedTable,
  whose: Sql,
  columns: readonly ColdColumn[],
): Sql {
  const owned = ownedRows(family, each, whose)
  const texts = columns.map((each) => {
    const value = column(owned.row, each.name)
    return isCopiedAsText(each) ? value : sql`${value}::text`
  })
  const rows = sql`select ${commaList([owned.family, ...texts])} from ${owned.from}`
  return inlined(sql`copy (${rows}) to stdout (format csv, force_quote *)`)
}

/** By family `<rows> <hash over its rows' digests in their own order>`, as the files tell it too. */
export function rowDigestsSql(
  family: ArchivedFamily,
  each: ArchivedTable,
  subjects: KeySet,
  columns: readonly Pick<ColdColumn, 'name'>[],
): Sql<{ family: string; digest: string }> {
  const subject = archivedSubject(family)
  const owned = ownedRows(family, each, inKeys(SUBJECT, subject.shape.key, subjects, subject.shape))
  const names = columns.map(({ name }) => name)
  return sql`select d.family, count(*) || ' ' || pg_catalog.encode(pg_catalog.sha256(
      pg_catalog.convert_to(pg_catalog.string_agg(d.digest, '' order by d.digest collate "C"), 'UTF8')), 'hex') as digest
    from (select family, ${digestOf(names)} as digest from ${textsOf(owned, names)}) d group by d.family`
}

/** Key and batch of these families' rows, as departures name them. */
export function rowPlacesSql(family: ArchivedFamily, each: ArchivedTable, subjects: KeySet): Sql {
  const subject = archivedSubject(family)
  const owned = ownedRows(family, each, inKeys(SUBJECT, subject.shape.key, subjects, subject.shape))
  return sql`select ${keyText(owned.row, each.shape.key)} as key, ${owned.row}.archive_batch as batch from ${owned.from}`
}

/** What is due for a cold file: archived before the horizon, and not in a file as it is now. */
export const dueSql = (subject: ArchivedTable, name: string, horizon: string): Sql =>
  sql`${SUBJECT}.archived_at < ${horizon}::timestamptz and pg_catalog.isfinite(${SUBJECT}.archived_at) and not exists (
      select from mothball.cold_family c where c.subject = ${name} and c.subject_key = ${keyText(SUBJECT, subject.shape.key)}
        and c.state = 'exported' and c.archived_at = ${SUBJECT}.archived_at
        and c.archive_batch is not distinct from ${SUBJECT}.archive_batch)`

/**
 * Before statements that ask who is due, until the transaction ends: an export fills the journal's table faster than
 * anybody gathers statistics of it, and a join planned for a handful of rows compares everybody with everybody.
 */
export const noNestingSql: Sql = raw('set local enable_nestloop = off')

export const dueMonthsSql = (subject: ArchivedTable, due: Sql): Sql<{ month: string; families: string }> =>
  sql`select ${monthText(raw('d.month'))} as month, d.families
    from (select ${MONTH} as month, count(*) as families from only ${table(subject.shape.name)} ${SUBJECT}
      where ${due} group by 1) d order by d.month`

const MONTH = sql`pg_catalog.date_trunc('month', ${SUBJECT}.archived_at)`

const monthText = (month: Sql): Sql => sql`pg_catalog.to_char(${month}, 'YYYY-MM')`

/** `first` and `last` are journal keys, and stand in it. */
export type ColdRange = Readonly<{ month: string; first: string; last: string }>

/**
 * All that is due, cut into ranges of at most `limit` families of one month in the key's order: one look for all sets. It
 * keeps everybody waiting, so each row costs it a place in its month and no more: texts are made of a range's ends only.
 */
export function dueRangesSql(
  subject: ArchivedTable,
  due: Sql,
  limit: number,
): Sql<ColdRange & Readonly<{ families: string }>> {
  const { key, name } = subject.shape
  const own = key.map((each) => column(SUBJECT, each))
  const size = sql`${limit}::bigint`
  const placed = sql`select ${MONTH} as month, ${commaList(own.map((each, at) => sql`${each} as ${id(`k${at}`)}`))},
      row_number() over w as n, lead(true) over w is null as is_last
    from only ${table(name)} ${SUBJECT} where ${due} window w as (partition by ${MONTH} order by ${commaList(own)})`
  return sql`select ${monthText(raw('f.month'))} as month, max(f.k) filter (where f.n % ${size} = 1 % ${size}) as first,
      max(f.k) filter (where f.n % ${size} = 0 or f.is_last) as last, max(f.n) - min(f.n) + 1 as families
    from (select p.month, p.n, p.is_last, ${journalKey(key.map((_each, at) => column(raw('p'), `k${at}`)))} as k
      from (${placed}) p where p.n % ${size} in (0, 1 % ${size}) or p.is_last) f
    group by f.month, (f.n - 1) / ${size} order by f.month, min(f.n)`
}

/** `due` null: everybody in the range is. */
export const inRangeSql = (subject: ArchivedTable, due: Sql | null, { month, first, last }: ColdRange): Sql =>
  allOf([...(due === null ? [] : [due]), inMonth(month), ...keysBetween(SUBJECT, subject.shape, first, last)])

/** Written with the month's ends, so that rows of other months need no text made of them. */
const inMonth = (month: string): Sql =>
  sql`${SUBJECT}.archived_at >= ${`${month}-01`}::timestamptz and ${SUBJECT}.archived_at < ${`${month}-01`}::timestamptz + interval '1 month'`

/** Families of a range, with its ends as they are now; nulls where nobody is left. */
export const rangeNowSql = (
  subject: ArchivedTable,
  whose: Sql,
): Sql<{ families: string; first: string | null; last: string | null }> => {
  const { key, name } = subject.shape
  const rows = sql`from only ${table(name)} ${SUBJECT} where ${whose}`
  const end = (way: string) =>
    sql`(select ${keyText(SUBJECT, key)} ${rows} order by ${commaList(key.map((each) => sql`${column(SUBJECT, each)} ${raw(way)}`))} limit 1)`
  return sql`select count(*) as families, ${end('asc')} as first, ${end('desc')} as last ${rows}`
}

/** Freezes the archive tables alone: whoever purges may see nothing active. */
export const lockArchivesSql = (family: ArchivedFamily): Sql =>
  sql`lock table ${commaList(family.tables.map(({ shape }) => sql`only ${table(shape.name)}`))} in row exclusive mode`

/** One array a column, each of texts that the column's type reads as they were written. */
export const returnRowsSql = (
  { shape }: ArchivedTable,
  columns: readonly ColdColumn[],
  values: Readonly<Record<string, readonly (string | null)[]>>,
): Sql => {
  const arrays = columns.map(({ name }) => sql`${values[name] ?? []}::text[]`)
  const aliases = columns.map((_each, at) => id(`c${at}`))
  const typed = columns.map(({ type }, at) => sql`v.${id(`c${at}`)}::${raw(type)}`)
  return sql`insert into ${table(shape.name)} (${commaList(columns.map(({ name }) => id(name)))})
    select ${commaList(typed)} from unnest(${commaList(arrays)}) v (${commaList(aliases)})`
}
