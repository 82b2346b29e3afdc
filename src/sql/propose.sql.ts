/** What `init` looks at: the tables of a database that a policy could be about, and what their ages say. */
import type { TableName } from '../core/names.ts'
import { id, type Sql, sql, table } from './tag.ts'

/** `columns` is a JSON array of {name, type}; `rows` is an estimate where the table was analyzed, else of its size. */
export type CandidateRow = Readonly<{
  schema: string
  table: string
  rows: string
  keyed: string
  /** How many foreign keys of other tables point here, and from here to others. */
  incoming: string
  outgoing: string
  columns: string
}>

/** Ordinary, permanent tables outside PostgreSQL's schemas and the journal. */
export const candidateTablesSql: Sql<CandidateRow> = sql`
  select n.nspname as schema, c.relname as table,
    (case when c.reltuples >= 0 then c.reltuples else pg_relation_size(c.oid) / 100 end)::bigint::text as rows,
    exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary)::text as keyed,
    (select count(*) from pg_constraint k where k.contype = 'f' and k.confrelid = c.oid and k.conrelid <> c.oid)::text as incoming,
    (select count(*) from pg_constraint k where k.contype = 'f' and k.conrelid = c.oid and k.confrelid <> c.oid)::text as outgoing,
    (select jsonb_agg(jsonb_build_object('name', a.attname, 'type', format_type(a.atttypid, null)) order by a.attnum)
      from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped)::text as columns
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind = 'r' and c.relpersistence = 'p' and not c.relispartition
    and n.nspname not in ('pg_catalog', 'information_schema', 'mothball') and n.nspname not like 'pg_toast%'
  order by n.nspname, c.relname`

/** The largest value of a column of whole numbers; null where the table is empty. */
export const largestSql = (name: TableName, column: string): Sql<{ largest: string | null }> =>
  sql`select max(${id(column)})::text as largest from only ${table(name)}`
