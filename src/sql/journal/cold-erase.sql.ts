/** The cold sets that have one person: found, exchanged for sets without him, and the old files to be removed. */
import type { TableShape } from '../../core/table.ts'
import { columnsOf } from '../keys.sql.ts'
import { commaList, raw, type Sql, sql } from '../tag.ts'

/** `state`: what became of his family since; `purged` where the files alone have it. */
export type ColdSetRow = Readonly<{ file: string; manifest: string; sha256: string; state: string }>

/**
 * Every set whose files have him, whatever became of him since: each file is asked, for families are found by file. With
 * `isLocking` nobody turns his state meanwhile.
 */
export const setsWithSql = (subject: string, key: string, isLocking: boolean): Sql<ColdSetRow> =>
  sql`select f.id::text as file, f.manifest, f.manifest_sha256 as sha256, c.state
    from mothball.cold_file f join mothball.cold_family c on c.file_id = f.id
    where f.subject = ${subject} and c.subject = f.subject and c.subject_key = ${key} and c.state <> 'erased'
    order by f.id ${isLocking ? raw('for update of c') : raw('')}`

/** First and last key of a set without him, in the key's order; nulls where he is alone in it. */
export const endsWithoutSql = (
  shape: TableShape,
  file: string,
  key: string,
): Sql<{ first: string | null; last: string | null }> => {
  const columns = columnsOf(shape, shape.key)
  const parts = columns.map(({ type }, at) =>
    columns.length === 1
      ? sql`c.subject_key::${raw(type)}`
      : sql`(c.subject_key::jsonb ->> ${at}::integer)::${raw(type)}`,
  )
  const ordered = (way: string) => commaList(parts.map((part) => sql`${part} ${raw(way)}`))
  const end = (way: string) =>
    sql`(select c.subject_key from mothball.cold_family c
      where c.file_id = ${file}::bigint and c.subject_key <> ${key} and c.state <> 'erased' order by ${ordered(way)} limit 1)`
  return sql`select ${end('asc')} as first, ${end('desc')} as last`
}

export type ReplacedSet = Readonly<{
  file: string
  /** Hash of the manifest that it takes the place of. */
  before: string
  store: string
  manifest: string
  sha256: string
  keyId: string | null
  families: number
  rows: number
  bytes: number
  firstKey: string
  lastKey: string
}>

/** Touches no row where somebody else has exchanged the set. */
export const replaceColdFileSql = (set: ReplacedSet): Sql =>
  sql`update mothball.cold_file set store = ${set.store}, manifest = ${set.manifest}, manifest_sha256 = ${set.sha256},
      key_id = ${set.keyId}, families = ${set.families}::bigint, rows = ${set.rows}::bigint, bytes = ${set.bytes}::bigint,
      first_key = ${set.firstKey}, last_key = ${set.lastKey}
    where id = ${set.file}::bigint and manifest_sha256 = ${set.before}`

/** No row goes, for counts of sets and purges rest on them: it stays without key and contacts. */
export const forgetFamilySql = (file: string, key: string): Sql =>
  sql`update mothball.cold_family set subject_key = 'erased ' || pg_catalog.gen_random_uuid(), contacts = '{}', contact_key = null, state = 'erased'
    where file_id = ${file}::bigint and subject_key = ${key}`

export const recordRemovalsSql = (subject: string, run: number, paths: readonly string[]): Sql =>
  sql`insert into mothball.cold_removal (path, subject, run_id)
    select path, ${subject}, ${run}::bigint from unnest(${paths}::text[]) path`

export const openRemovalsSql = (subject: string): Sql<{ path: string }> =>
  sql`select path from mothball.cold_removal where subject = ${subject} and removed_at is null order by path`

export const endRemovalSql = (path: string): Sql =>
  sql`update mothball.cold_removal set removed_at = pg_catalog.clock_timestamp() where path = ${path} and removed_at is null`
