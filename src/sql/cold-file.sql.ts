/**
 * Statements about cold files, in DuckDB's SQL: from the server's CSV to Parquet, and the proof that what a file holds is
 * what the server sent. A row's digest is SHA-256 over its texts behind their lengths, the same here and in `cold.sql.ts`,
 * so that each side computes it by itself.
 */
import { DIGEST_COLUMN, FAMILY_COLUMN, fileType } from '../core/cold/columns.ts'
import type { ColdColumn } from '../core/cold/manifest.ts'
import { commaList, id, literal, raw, type Sql, sql } from './tag.ts'

/** Rows that stand together in the file: small enough to be read within the memory that is granted. */
const ROW_GROUP = 20_000

const file = (path: string): Sql => literal(path)

/** The server quotes every text, so that NULL alone stands without quotes. `lineBytes`: the longest row. */
export const toParquetSql = (csv: string, parquet: string, columns: readonly ColdColumn[], lineBytes: number): Sql => {
  const all = [FAMILY_COLUMN, DIGEST_COLUMN, ...columns.map(({ name }) => name)]
  const types = commaList(all.map((name) => sql`${literal(name)}: 'VARCHAR'`))
  const values = columns.map((each) => sql`${id(each.name)}::${raw(fileType(each))} as ${id(each.name)}`)
  return sql`copy (select ${commaList([id(FAMILY_COLUMN), id(DIGEST_COLUMN), ...values])} from read_csv(${file(csv)},
      columns = {${types}}, header = false, auto_detect = false, delim = ',', quote = '"', escape = '"', nullstr = '',
      allow_quoted_nulls = false, parallel = false, max_line_size = ${raw(String(lineBytes))}, buffer_size = ${raw(String(2 * lineBytes))}))
    ${intoParquet(parquet)}`
}

const intoParquet = (parquet: string): Sql =>
  sql`to ${file(parquet)} (format parquet, compression zstd, row_group_size ${raw(String(ROW_GROUP))})`

const othersThan = (parquet: string, family: string): Sql =>
  sql`from read_parquet(${file(parquet)}, hive_partitioning = false) where ${id(FAMILY_COLUMN)} <> ${literal(family)}`

export const leaveOutSql = (from: string, to: string, family: string): Sql =>
  sql`copy (select * ${othersThan(from, family)}) ${intoParquet(to)}`

/** Rows that `old` without the family has and `next` has not, and the other way; both were proven by their digests. */
export const differenceSql = (old: string, next: string, family: string): Sql<{ differing: string }> => {
  const row = sql`select ${id(FAMILY_COLUMN)}, ${id(DIGEST_COLUMN)}`
  const left = sql`(${row} ${othersThan(old, family)})`
  const there = sql`(${row} from read_parquet(${file(next)}, hive_partitioning = false))`
  return sql`select count(*)::varchar as differing
    from ((${left} except all ${there}) union all (${there} except all ${left}))`
}

export type ProofRow = Readonly<{ rows: string; keys: string; differing: string; digest: string }>

/** Rows, distinct keys, rows whose values do not have the digest beside them, and one digest over all. */
export const proofSql = (parquet: string, columns: readonly ColdColumn[], key: readonly string[]): Sql<ProofRow> => {
  const digest = id(DIGEST_COLUMN)
  const pieces = [1, 16, 31, 46].map(
    (at) => sql`sum(('0x' || substr(${digest}, ${raw(String(at))}, 15))::bigint)::varchar`,
  )
  return sql`select count(*)::varchar as rows, count(distinct (${commaList(key.map(id))}))::varchar as keys,
      (count(*) filter (where ${digest} is distinct from ${digestOf(columns)} or ${id(FAMILY_COLUMN)} is null))::varchar as differing,
      sha256(concat_ws(' ', count(*)::varchar, ${commaList(pieces)})) as digest
    from read_parquet(${file(parquet)}, hive_partitioning = false)`
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

const ordered = sql`order by ${id(FAMILY_COLUMN)}, ${id(DIGEST_COLUMN)}`

/**
 * Each column as one array in PostgreSQL's writing: a value of its own for each row would cost more than the query. In the
 * order of the file, which DuckDB keeps, so that the arrays' places belong together.
 */
export const readColdSql = (
  parquet: string,
  columns: readonly string[],
  { offset, limit }: Readonly<{ offset: number; limit: number }>,
): Sql =>
  sql`select ${commaList(columns.map((name) => sql`${arrayOf(id(name))} as ${id(name)}`))}
    from (select ${textsOf(columns)} from read_parquet(${file(parquet)}, hive_partitioning = false)
      limit ${raw(String(limit))} offset ${raw(String(offset))})`

/** Every text in quotes, `\\` and `"` behind a backslash; NULL stands bare. */
const arrayOf = (text: Sql): Sql => {
  const escaped = sql`replace(replace(${text}, ${literal('\\')}, ${literal('\\\\')}), '"', ${literal('\\"')})`
  return sql`'{' || coalesce(string_agg(coalesce('"' || ${escaped} || '"', 'NULL'), ','), '') || '}'`
}

const among = (families: readonly string[]): Sql =>
  sql`${id(FAMILY_COLUMN)} in (${families.length === 0 ? raw('null') : commaList(families.map(literal))})`

export const familiesInFileSql = (parquet: string, columns: readonly string[], families: readonly string[]): Sql =>
  sql`select ${textsOf(columns)} from read_parquet(${file(parquet)}, hive_partitioning = false)
    where ${among(families)} ${ordered}`

export const fileDigestsSql = (parquet: string, families: readonly string[]): Sql<{ family: string; digest: string }> =>
  sql`select ${id(FAMILY_COLUMN)} as family,
      count(*)::varchar || ' ' || sha256(string_agg(${id(DIGEST_COLUMN)}, '' order by ${id(DIGEST_COLUMN)})) as digest
    from read_parquet(${file(parquet)}, hive_partitioning = false) where ${among(families)} group by 1`
