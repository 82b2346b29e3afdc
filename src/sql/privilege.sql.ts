/** Who may do what, asked of the server itself, so that roles, ownership and column grants count as they do in a run. */
import type { Need } from '../core/privileges.ts'
import { type Sql, sql } from './tag.ts'

/**
 * One row for each need that is not met, by its position from 0. FOR UPDATE is content with UPDATE on one
 * column. `owner` asks for ownership, or for MAINTAIN where there is such a privilege (PostgreSQL 17).
 */
export function missingPrivilegesSql(needs: readonly Need[], serverVersion: number): Sql<{ position: string }> {
  const kinds = needs.map(({ kind }) => kind)
  const schemas = needs.map(({ name }) => name.schema)
  const tables = needs.map(({ name }) => name.table)
  const privileges = needs.map(({ privilege }) => privilege)
  const maintain = serverVersion >= 170000 ? sql`has_table_privilege(t.oid, 'MAINTAIN')` : sql`false`
  return sql`select (q.position - 1)::text as position
    from unnest(${kinds}::text[], ${schemas}::text[], ${tables}::text[], ${privileges}::text[])
      with ordinality q (kind, schema, tab, privilege, position)
    left join pg_namespace n on n.nspname = q.schema
    left join pg_class t on t.relnamespace = n.oid and t.relname = q.tab and q.tab <> ''
    where not coalesce(case q.kind
      when 'schema' then has_schema_privilege(n.oid, q.privilege)
      when 'database' then has_database_privilege(current_database(), q.privilege)
      -- Who may not look into the journal's schema is refused the very question about what is in it.
      when 'sequence' then case when t.oid is not null then has_sequence_privilege(t.oid, q.privilege)
        when ${isShut} then false else has_sequence_privilege(q.tab, q.privilege) end
      when 'function' then case when ${isShut} then false else has_function_privilege(to_regprocedure(q.tab)::oid, q.privilege) end
      when 'owner' then pg_has_role(t.relowner, 'USAGE') or ${maintain}
      else has_table_privilege(t.oid, q.privilege)
        or (q.privilege = 'UPDATE' and has_any_column_privilege(t.oid, 'UPDATE')) end, true)
    order by q.position`
}

const isShut = sql`exists (select from pg_namespace j where j.nspname = 'mothball' and not has_schema_privilege(j.oid, 'USAGE'))`

/** Tables of the journal that are there. */
export const journalTablesSql: Sql<{ name: string }> =
  sql`select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'mothball' and c.relkind = 'r' order by c.relname`
