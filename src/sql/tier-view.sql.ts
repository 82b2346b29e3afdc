/**
 * The view over a table and its archive. The function below it is SQL that the planner unfolds: a search by key uses
 * the indexes of both. It runs with the rights of whoever reads: who may not read both tables, reads nothing.
 */
import { ARCHIVE_COLUMNS, type ArchiveColumn } from '../core/archive-columns.ts'
import type { TableName } from '../core/names.ts'
import type { TierView } from '../core/tier-view.ts'
import { column, commaList, id, literal, raw, type Sql, sql, table } from './tag.ts'

const ROW: Sql = raw('r')

const OWN_TYPES: Readonly<Record<ArchiveColumn, Sql>> = {
  archived_at: raw('timestamptz'),
  archived_by: raw('text'),
  archive_reason: raw('text'),
  archive_batch: raw('bigint'),
}

/** Types and collations stand in it as a comment, so that a text that is the same was made for the same shape. */
export function tierViewBody({ active, archive, columns }: TierView): string {
  const own = columns.map(({ name }) => column(ROW, name))
  const shape = columns.map(({ name, type, collation }) => [name, type, collation])
  const comment = JSON.stringify(shape).replaceAll('/', '\\u002f')
  return sql`/* ${raw(comment)} */
select ${commaList([...own, raw(`'active'::text`), ...ARCHIVE_COLUMNS.map((name) => sql`null::${OWN_TYPES[name]}`)])}
  from only ${table(active)} ${ROW}
union all
select ${commaList([...own, raw(`'archive'::text`), ...ARCHIVE_COLUMNS.map((name) => column(ROW, name))])}
  from only ${table(archive)} ${ROW}`.text
}

/** Makes it, or makes it anew; binds no values. Reading it takes the right to read both tables, so anybody may try. */
export function makeTierViewSql(view: TierView): readonly Sql[] {
  const called = sql`mothball.${id(view.functionName)}`
  const results = [
    ...view.columns.map(({ name, type }) => sql`${id(name)} ${raw(type)}`),
    sql`${id(view.tierColumn)} text`,
    ...ARCHIVE_COLUMNS.map((name) => sql`${id(name)} ${OWN_TYPES[name]}`),
  ]
  return [
    sql`drop view if exists ${table(view.name)}`,
    sql`drop function if exists ${called}()`,
    sql`create function ${called}() returns table (${commaList(results)})
language sql stable parallel safe as ${literal(tierViewBody(view))}`,
    sql`create view ${table(view.name)} as select ${commaList(columnsOf(view))} from ${called}() ${ROW}`,
    sql`grant execute on function ${called}() to public`,
    sql`grant select on ${table(view.name)} to public`,
  ]
}

/** A function's results have the collations of their types, whatever the table's columns have. */
const columnsOf = ({ columns, tierColumn }: TierView): readonly Sql[] => [
  ...columns.map(({ name, collation }) =>
    collation === null || collation === 'pg_catalog."default"'
      ? column(ROW, name)
      : sql`${column(ROW, name)} collate ${raw(collation)} as ${id(name)}`,
  ),
  column(ROW, tierColumn),
  ...ARCHIVE_COLUMNS.map((name) => column(ROW, name)),
]

/** `is_ours`: a view on the function of that name; `source`: that function's text, null where there is none. */
export type InstalledViewRow = Readonly<{ is_ours: string; source: string | null }>

/** No row where nothing has the view's name. Asks for no right on the schema `mothball`, which may not be there yet. */
export const installedViewSql = (name: TableName, functionName: string): Sql<InstalledViewRow> =>
  sql`select (c.relkind = 'v' and exists (
        select from pg_catalog.pg_rewrite w join pg_catalog.pg_depend d on d.classid = 'pg_rewrite'::regclass
          and d.objid = w.oid and d.refclassid = 'pg_proc'::regclass and d.refobjid = p.oid
        where w.ev_class = c.oid))::text as is_ours, p.prosrc as source
    from pg_catalog.pg_class c join pg_catalog.pg_namespace s on s.oid = c.relnamespace
      left join (select f.oid, f.prosrc from pg_catalog.pg_proc f join pg_catalog.pg_namespace n on n.oid = f.pronamespace
        where n.nspname = 'mothball' and f.proname = ${functionName} and f.pronargs = 0) p on true
    where s.nspname = ${name.schema} and c.relname = ${name.table}`
