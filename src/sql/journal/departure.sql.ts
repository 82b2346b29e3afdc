/** What a row leaves behind when it leaves the archive: its full hash, by which its batch's seal still closes. */
import { anyOf, join, literal, raw, type Sql, sql } from '../tag.ts'

/** An insert for the rows of `gone` (`batch`, `key`, `seal`, `value`); those without a seal belong to no batch of ours. */
export const departuresSql = (gone: Sql, table: string, run: number | Sql): Sql =>
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
        ${columnNames(raw('t.value'))} as columns,
        case when not exists (select from mothball.seal s where s.batch_id = b.id and s.table_name = t.key)
          then (t.value->'asText')::text end as as_text
      from mothball.batch b cross join pg_catalog.jsonb_each(b.tables) t where b.id = any(${batches}::bigint[])
    ) m group by m.name, m.columns, m.as_text`

/** The names of a table's columns in its entry of a manifest, as a JSON array. */
const columnNames = (entry: Sql): Sql => sql`pg_catalog.jsonb_path_query_array(${entry}, '$.columns[*].name')::text`

/** How rows of a table are sealed and compared before that: as PostgreSQL prints jsonb arrays of names. */
export type SealedForm = Readonly<{
  columns: string
  /** Of those, the ones that go into the digest by value as text; null where the manifest does not tell. */
  as_text: string | null
}>

/** Each form in which rows of a subject's family were ever moved, once for each table, in a fixed order. */
export const sealedFormsSql = (subject: string): Sql<SealedForm & Readonly<{ name: string }>> =>
  sql`select distinct t.key collate "C" as name, ${columnNames(raw('t.value'))} collate "C" as columns,
      (t.value->'asText')::text collate "C" as as_text
    from mothball.batch b join mothball.run r on r.id = b.run_id cross join pg_catalog.jsonb_each(b.tables) t
    where r.subject = ${subject} order by 1, 2, 3`

/**
 * For the inside of a function: `sealed_<n>` is the array text of those of `batches` whose manifest has the n-th form for
 * the table (qualified), `unknown` counts those with none of them.
 */
export function batchesByFormSql(name: string, forms: readonly SealedForm[], batches: Sql): Sql {
  const has = (form: SealedForm) =>
    sql`(m.columns = ${form.columns} and m.as_text is not distinct from ${form.as_text})`
  const sealed = forms.map(
    (form, index) =>
      sql`coalesce(pg_catalog.array_agg(m.batch) filter (where ${has(form)}), '{}')::text as ${raw(`sealed_${index}`)}, `,
  )
  return sql`select ${join(sealed, '')}count(*) filter (where not (${anyOf(forms.map(has))})) as unknown
    from (select b.id as batch, ${columnNames(sql`(b.tables -> ${literal(name)})`)} as columns,
        (b.tables -> ${literal(name)} -> 'asText')::text as as_text
      from mothball.batch b where b.id = any (${batches}) and b.tables ? ${literal(name)}) m`
}
