/** What a row leaves behind when it leaves the archive: its full hash, by which its batch's seal still closes. */
import { type Sql, sql } from '../tag.ts'

/** An insert for the rows of `gone` (`batch`, `key`, `seal`, `value`); those without a seal belong to no batch of ours. */
export const departuresSql = (gone: Sql, table: string, run: number): Sql =>
  sql`insert into mothball.departure (batch_id, table_name, row_key, digest, value_hash, run_id)
    select batch, ${table}, key, seal, value, ${run}::bigint from ${gone} where seal is not null`

/** `columns` and `as_text` are JSON arrays of names, `batches` one of batch numbers as texts. */
export type ManifestRow = Readonly<{
  name: string
  columns: string
  /** Null where the batches have their seals, or do not tell: then nobody will ask for their digest by value again. */
  as_text: string | null
  batches: string
}>

/** How the rows of these batches were sealed: the columns of their manifests, by table (qualified). */
export const manifestColumnsSql = (batches: readonly string[]): Sql<ManifestRow> =>
  sql`select m.name, m.columns, m.as_text, pg_catalog.json_agg(m.batch::text)::text as batches from (
      select b.id as batch, t.key as name,
        pg_catalog.jsonb_path_query_array(t.value, '$.columns[*].name')::text as columns,
        case when not exists (select from mothball.seal s where s.batch_id = b.id and s.table_name = t.key)
          then (t.value->'asText')::text end as as_text
      from mothball.batch b cross join pg_catalog.jsonb_each(b.tables) t where b.id = any(${batches}::bigint[])
    ) m group by m.name, m.columns, m.as_text`
