/**
 * Seals, several batches in one statement. Digests are made and compared inside the server: what comes back are
 * numbers of batches that differ, and keys only where a difference has to be named. A row that left the archive
 * lawfully counts by the hash that it left behind. What no longer is what its batch moved gets no seal.
 */
import type { TableName } from '../../core/names.ts'
import { keyText } from '../keys.sql.ts'
import { sealHash, valueHash } from '../seal.sql.ts'
import { raw, type Sql, sql, table } from '../tag.ts'

/** Batches of one table whose rows are hashed in the same way: same archive, same columns, same key. */
export type SealGroup = Readonly<{
  /** Qualified name of the source table: how the manifest, seals and departures call it. */
  name: string
  archive: TableName
  columns: readonly string[]
  key: readonly string[]
  /** Columns that went into the batch's digest as text; null where that digest cannot be made again. */
  asText: readonly string[] | null
}>

/** `columns`, `types`, `as_text` and `key` are JSON arrays of texts, `batches` the array text of batch ids. */
export type SealChunkRow = Readonly<{
  name: string
  archive: string
  columns: string
  types: string
  /** Null in manifests that do not tell. */
  as_text: string | null
  key: string
  batches: string
}>

export type SealState = 'sealed' | 'unsealed'

/** About as many rows as one statement hashes: a second of work, a few megabytes of sorting. */
const ROWS_PER_STATEMENT = 100_000

/** The batches of a subject, table by table, cut into chunks that one statement can take. */
export const sealChunksSql = (subject: string, state: SealState): Sql<SealChunkRow> =>
  sql`select c.name, c.archive, c.columns, c.types, c.as_text, c.key, array_agg(c.batch order by c.batch)::text as batches
    from (
      select m.*, div(sum(m.rows) over (partition by m.name, m.archive, m.columns, m.types, m.as_text, m.key order by m.batch),
        ${ROWS_PER_STATEMENT}::bigint) as part
      from (
        select b.id as batch, t.key as name, t.value->>'archive' as archive,
          jsonb_path_query_array(t.value, '$.columns[*].name')::text as columns,
          jsonb_path_query_array(t.value, '$.columns[*].type')::text as types,
          (t.value->'asText')::text as as_text, (t.value->'key')::text as key,
          (t.value->>'rows')::bigint as rows
        from mothball.batch b join mothball.run r on r.id = b.run_id cross join jsonb_each(b.tables) t
        where r.subject = ${subject} and ${raw(state === 'sealed' ? '' : 'not')} exists (
          select from mothball.seal s where s.batch_id = b.id and s.table_name = t.key)
      ) m
    ) c
    group by c.name, c.archive, c.columns, c.types, c.as_text, c.key, c.part
    order by c.name, min(c.batch)`

/** Ordinary tables among `names` (qualified), with the columns and types that they have: a manifest may be older than a table. */
export const presentTablesSql = (
  names: readonly string[],
): Sql<{ name: string; schema: string; table: string; columns: string; types: string }> =>
  sql`select n.nspname || '.' || c.relname as name, n.nspname as schema, c.relname as table,
      (select jsonb_agg(format_type(a.atttypid, a.atttypmod) order by a.attnum) from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped)::text as types,
      (select jsonb_agg(a.attname order by a.attnum) from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped)::text as columns
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname || '.' || c.relname = any(${names}::text[]) and c.relkind = 'r'`

/**
 * Seals those of `batches` that are not: 8 bytes of each row's hash in key order, and one hash over all. What differs from
 * the batch's own account is noted once instead; those batches come back.
 */
export const sealBatchesSql = (group: SealGroup, batches: string): Sql<{ batch: string }> =>
  sql`with ${hashedRows(group, batches, 'both')}, ${judgedSql(group)},
    sealed as (
      insert into mothball.seal (batch_id, table_name, rows, digest, prefixes)
      select batch, ${group.name}, rows, digest, prefixes from judged where agrees
      on conflict (batch_id, table_name) do nothing),
    refused as (
      insert into mothball.seal_refusal (batch_id, table_name, found, moved)
      select batch, ${group.name}, rows, moved from judged where not agrees
      on conflict (batch_id, table_name) do nothing)
    select batch from judged where not agrees order by batch`

export type UnlikeBatchRow = Readonly<{
  batch: string
  moved: string
  found: string
  /** Its subjects, the first and the last; null where they have no key. */
  first_key: string | null
  last_key: string | null
  /** When a seal was refused for it; null: never yet. */
  seen_at: string | null
}>

/** Those of `batches`, which have no seal, whose rows are not those that they moved. */
export const unlikeBatchesSql = (group: SealGroup, batches: string): Sql<UnlikeBatchRow> =>
  sql`with ${hashedRows(group, batches, 'value')}, ${judgedSql(group)}
    select j.batch, j.moved, j.rows as found, b.first_key, b.last_key, f.seen_at::text as seen_at
    from judged j join mothball.batch b on b.id = j.batch
    left join mothball.seal_refusal f on f.batch_id = j.batch and f.table_name = ${group.name}
    where not j.agrees order by j.batch`

/** A batch's own account: how many rows, and their digest by value, which a policy may have left out. */
const judgedSql = ({ name }: SealGroup): Sql =>
  sql`judged as materialized (
      select s.*, (b.tables->${name}->>'rows')::bigint as moved,
        s.rows = (b.tables->${name}->>'rows')::bigint and (s.incomparable > 0 or b.tables->${name}->>'digest' is null
          or s.value = (b.tables->${name}->>'digest')::bigint) as agrees
      from sealing s join mothball.batch b on b.id = s.batch)`

export type BrokenSealRow = Readonly<{ batch: string; sealed: string; found: string }>

/** Those of `batches` that do not hash to their seal today. */
export const brokenSealsSql = (group: SealGroup, batches: string): Sql<BrokenSealRow> =>
  sql`with ${hashedRows(group, batches, 'seal')}
    select s.batch_id as batch, s.rows as sealed, f.rows as found
    from mothball.seal s join sealing f on f.batch = s.batch_id
    where s.table_name = ${group.name} and (s.digest, s.rows) is distinct from (f.digest, f.rows)
    order by s.batch_id`

/** `keys` is a JSON array of the first of them; `strangers` have no place in the seal, `missing` have a place and are not there. */
export type NamedDifferenceRow = Readonly<{ keys: string | null; strangers: string; missing: string }>

/** Names the rows of one batch that its seal does not know: those that were edited or added. */
export const nameDifferencesSql = (group: SealGroup, batch: string, limit: number): Sql<NamedDifferenceRow> =>
  sql`with row_hash as materialized (${rowHashes(group, `{${batch}}`, 'seal')}),
    found as (
      select k, substr(h, 1, 8) as p, row_number() over (partition by substr(h, 1, 8) order by k collate "C") as n from row_hash),
    sealed as (
      select e.p, row_number() over (partition by e.p) as n from (
        select substr(s.prefixes, 1 + 8 * i, 8) as p
        from mothball.seal s cross join generate_series(0, length(s.prefixes) / 8 - 1) i
        where s.batch_id = ${batch}::bigint and s.table_name = ${group.name}) e),
    strangers as materialized (
      select f.k from found f where not exists (select from sealed s where s.p = f.p and s.n = f.n))
    select (select count(*) from strangers) as strangers,
      (select jsonb_agg(k order by length(k), k collate "C") from (select k from strangers order by length(k), k collate "C" limit ${limit}::bigint) l)::text as keys,
      (select count(*) from sealed s where not exists (select from found f where f.p = s.p and f.n = s.n)) as missing`

/** Which hashes of a row are wanted: each costs time. */
type Wanted = 'seal' | 'value' | 'both'

/** `row_hash` and, over it, `sealing`: one row a batch, with a place for the batch of which no row is left. */
const hashedRows = (group: SealGroup, batches: string, wanted: Wanted): Sql =>
  sql`row_hash as (${rowHashes(group, batches, wanted)}),
    sealing as (
      select w.batch, count(r.batch) as rows, bit_xor(r.v) as value, count(*) filter (where r.batch is not null and r.v is null) as incomparable,
        sha256(coalesce(string_agg(r.h, ''::bytea order by r.k collate "C", r.h), ''::bytea)) as digest,
        coalesce(string_agg(substr(r.h, 1, 8), ''::bytea order by r.k collate "C", r.h), ''::bytea) as prefixes
      from unnest(${batches}::bigint[]) w (batch) left join row_hash r on r.batch = w.batch
      group by w.batch)`

/** Every row that the batches moved, as the archive holds it today or as it left: `batch`, key `k`, hash `h`, by value `v`. */
const rowHashes = ({ name, archive, columns, key, asText }: SealGroup, batches: string, wanted: Wanted): Sql => {
  const a = raw('a')
  const exact = wanted === 'value' ? raw('null::bytea') : sealHash(a, columns)
  const byValue = wanted === 'seal' || asText === null ? raw('null::bigint') : valueHash(a, columns, asText)
  return sql`select a.archive_batch as batch, ${keyText(a, key)} as k, ${exact} as h, ${byValue} as v
    from only ${table(archive)} a where a.archive_batch = any(${batches}::bigint[])
    union all
    select d.batch_id, d.row_key, d.digest, d.value_hash from mothball.departure d
    where d.table_name = ${name} and d.batch_id = any(${batches}::bigint[])`
}
