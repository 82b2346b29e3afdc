/**
 * Statements about cold files, in DuckDB's SQL: from the server's CSV to Parquet, and from Parquet to that CSV again, byte
 * for byte, which is how a file is proven. A row's digest is SHA-256 over its texts behind their lengths, the same here and
 * in `cold.sql.ts`, so that archive and file can be compared row by row later.
 */
import { FAMILY_COLUMN, fileType } from '../core/cold/columns.ts'
import type { ColdColumn } from '../core/cold/manifest.ts'
import { commaList, id, literal, raw, type Sql, sql } from './tag.ts'

/** Rows that stand together in the file: small enough to be read within the memory that is granted. */
const ROW_GROUP = 20_000

const file = (path: string): Sql => literal(path)

/** The server quotes every text, so that NULL alone stands without quotes. `lineBytes`: the longest row. */
export const toParquetSql = (csv: string, parquet: string, columns: readonly ColdColumn[], lineBytes: number): Sql => {
  const values = columns.map((each) => sql`${id(each.name)}::${raw(fileType(each))} as ${id(each.name)}`)
  return sql`copy (select ${commaList([id(FAMILY_COLUMN), ...values])} ${rowsInCsv(csv, columns, lineBytes)}) ${intoParquet(parquet)}`
}

const rowsInCsv = (csv: string, columns: readonly ColdColumn[], lineBytes: number): Sql => {
  const types = commaList(
    [FAMILY_COLUMN, ...columns.map(({ name }) => name)].map((name) => sql`${literal(name)}: 'VARCHAR'`),
  )
  return sql`from read_csv(${file(csv)}, columns = {${types}}, header = false, auto_detect = false, delim = ',', quote = '"',
      escape = '"', nullstr = '', allow_quoted_nulls = false, parallel = false, max_line_size = ${raw(String(lineBytes))},
      buffer_size = ${raw(String(2 * lineBytes))})`
}

/** Rows of the one file of these columns that the other has not. */
export const lackingTextsSql = (
  one: string,
  other: string,
  columns: readonly ColdColumn[],
  lineBytes: number,
): Sql<{ lacking: string }> => {
  const rows = (csv: string) => sql`select * ${rowsInCsv(csv, columns, lineBytes)}`
  return sql`select count(*)::varchar as lacking from (${rows(one)} except all ${rows(other)})`
}

export const moreMemorySql = (limit: string): Sql => sql`set memory_limit = ${literal(limit)}`

const intoParquet = (parquet: string): Sql =>
  sql`to ${file(parquet)} (format parquet, compression zstd, row_group_size ${raw(String(ROW_GROUP))})`

const rowsIn = (parquet: string): Sql => sql`from read_parquet(${file(parquet)}, hive_partitioning = false)`

/** The file's rows as the server wrote them: every value in quotes, NULL bare, in their order. */
export const toCsvSql = (parquet: string, csv: string): Sql =>
  sql`copy (select * ${rowsIn(parquet)}) to ${file(csv)} (format csv, header false, delim ',', quote '"', escape '"', nullstr '', force_quote *)`

const othersThan = (parquet: string, family: string): Sql =>
  sql`${rowsIn(parquet)} where ${id(FAMILY_COLUMN)} <> ${literal(family)}`

export const leaveOutSql = (from: string, to: string, family: string): Sql =>
  sql`copy (select * ${othersThan(from, family)}) ${intoParquet(to)}`

/** Rows that `old` without the family has and `next` has not, and the other way. */
export const differenceSql = (old: string, next: string, family: string): Sql<{ differing: string }> => {
  const left = sql`(select * ${othersThan(old, family)})`
  const there = sql`(select * ${rowsIn(next)})`
  return sql`select count(*)::varchar as differing
    from ((${left} except all ${there}) union all (${there} except all ${left}))`
}

export type CountsRow = Readonly<{ rows: string; keys: string; strays: string }>

/** Rows, distinct keys, and rows of no family. */
export const countsSql = (parquet: string, key: readonly string[]): Sql<CountsRow> =>
  sql`select count(*)::varchar as rows, count(distinct ${keyOf(key)})::varchar as keys,
      (count(*) filter (where ${id(FAMILY_COLUMN)} is null))::varchar as strays ${rowsIn(parquet)}`

/** A key of one column stands by itself: a record of it would be hashed as a record. */
const keyOf = (key: readonly string[]): Sql => {
  const [only, ...others] = key
  return only !== undefined && others.length === 0 ? id(only) : sql`(${commaList(key.map(id))})`
}

/** `cold.sql.ts` says the same of the row in the database. An integer as bits are its 4 bytes, the highest first. */
const digestOf = (columns: readonly ColdColumn[]): Sql =>
  sql`sha256(${joined(
    columns.flatMap(({ name }) => {
      const text = sql`${id(name)}::varchar`
      return [sql`coalesce(strlen(${text})::integer, -1)::bit::blob`, sql`coalesce(encode(${text}), ''::blob)`]
    }),
  )})`

/** Halves first, so that no byte is copied more often than the pieces can be halved. */
function joined(pieces: readonly Sql[]): Sql {
  const [first] = pieces
  if (first === undefined) throw new RangeError('a row has a column')
  if (pieces.length === 1) return first
  const middle = pieces.length >> 1
  return sql`(${joined(pieces.slice(0, middle))} || ${joined(pieces.slice(middle))})`
}

const textsOf = (columns: readonly string[]): Sql =>
  commaList(columns.map((name) => sql`${id(name)}::varchar as ${id(name)}`))

/** Each an array in PostgreSQL's writing; their places belong together. */
export type FamiliesRow = Readonly<{ keys: string; archivedAt: string; batches: string }>

/**
 * The families of a subject's file, `limit` from `offset` in its order, which DuckDB keeps. As arrays, for a value of its
 * own for each would cost more than the query; times and numbers need no quotes in them.
 */
export const fileFamiliesSql = (
  parquet: string,
  { offset, limit }: Readonly<{ offset: number; limit: number }>,
): Sql<FamiliesRow> =>
  sql`select ${arrayOf(quoted(id(FAMILY_COLUMN)))} as keys, ${arrayOf(raw('archived_at'))} as "archivedAt",
      ${arrayOf(raw('archive_batch::varchar'))} as batches
    from (select ${id(FAMILY_COLUMN)}, archived_at, archive_batch ${rowsIn(parquet)}
      limit ${raw(String(limit))} offset ${raw(String(offset))})`

/** NULL stands bare. */
const arrayOf = (text: Sql): Sql => sql`'{' || coalesce(string_agg(coalesce(${text}, 'NULL'), ','), '') || '}'`

/** `\\` and `"` behind a backslash. */
const quoted = (text: Sql): Sql =>
  sql`'"' || replace(replace(${text}, ${literal('\\')}, ${literal('\\\\')}), '"', ${literal('\\"')}) || '"'`

const among = (families: readonly string[]): Sql =>
  sql`${id(FAMILY_COLUMN)} in (${families.length === 0 ? raw('null') : commaList(families.map(literal))})`

export const familiesInFileSql = (parquet: string, columns: readonly string[], families: readonly string[]): Sql =>
  sql`select ${textsOf(columns)} ${rowsIn(parquet)} where ${among(families)}`

export const rowsOfFamilySql = (parquet: string, family: string): Sql<{ rows: string }> =>
  sql`select count(*)::varchar as rows ${rowsIn(parquet)} where ${id(FAMILY_COLUMN)} = ${literal(family)}`

/** Whose each row is, and its digest, as a file of their own: a purge asks for them batch after batch. */
export const toDigestsSql = (parquet: string, digests: string, columns: readonly ColdColumn[]): Sql =>
  sql`copy (select ${id(FAMILY_COLUMN)}, ${digestOf(columns)} as digest ${rowsIn(parquet)}) ${intoParquet(digests)}`

export const fileDigestsSql = (digests: string, families: readonly string[]): Sql<{ family: string; digest: string }> =>
  sql`select ${id(FAMILY_COLUMN)} as family, count(*)::varchar || ' ' || sha256(string_agg(digest, '' order by digest)) as digest
    ${rowsIn(digests)} where ${among(families)} group by 1`
