/**
 * The hash that a seal rests on: SHA-256 over the exact text of a row as the archive holds it. The same row gives the
 * same hash wherever it is computed, because every transaction pins the text form; ask for `pinnedSearchPath` too,
 * or the names of types and tables inside values may print with or without their schema.
 */
import { column, commaList, type Sql, sql } from './tag.ts'

/** Sealed with the row's own columns: who put it there, when and why is part of the proof. */
const SEALED_ARCHIVE_COLUMNS = ['archived_at', 'archived_by', 'archive_reason'] as const

/**
 * UTF-8, so that a row has the same hash in every database. One in SQL_ASCII knows no encoding and holds any bytes: there
 * they are taken as they are, or a row whose text is no UTF-8 could neither be sealed nor come home.
 */
const ENCODING = sql`(select case pg_catalog.getdatabaseencoding() when 'SQL_ASCII' then 'SQL_ASCII' else 'UTF8' end)`

/**
 * SHA-256 (bytea) of the archive row `alias`. `columns` are those of the batch's manifest, in its order: a column that
 * was added later is no part of what the batch moved.
 */
export function sealHash(alias: Sql, columns: readonly string[]): Sql {
  const texts = [...columns, ...SEALED_ARCHIVE_COLUMNS].map((name) => sql`${column(alias, name)}::text`)
  return sql`pg_catalog.sha256(pg_catalog.convert_to(row(${commaList(texts)})::text, ${ENCODING}))`
}

/**
 * The hash by value that a batch's digest is made of (see `rowHash`), made again of the archive row `alias`: those columns
 * of the manifest that have no hash function go in `asText`.
 */
export function valueHash(alias: Sql, columns: readonly string[], asText: readonly string[]): Sql {
  const values = columns.map((name) =>
    asText.includes(name) ? sql`${column(alias, name)}::text` : column(alias, name),
  )
  return sql`pg_catalog.hash_record_extended(row(${commaList(values)}), 0)`
}
