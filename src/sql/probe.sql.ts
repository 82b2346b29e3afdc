/**
 * The one place where a text of the user becomes SQL: a probe, which is a query that the policy's author chose. It runs
 * in a transaction that can only read, and as one part of a statement with a bound value: such a statement is sent by
 * the extended protocol, which refuses a second command behind a semicolon, so that nothing gets out of the transaction.
 */
import type { TableName } from '../core/names.ts'
import { raw, type Sql, sql } from './tag.ts'

/** `plan` is EXPLAIN's JSON. The line break ends a comment at the end of the query. */
export const explainProbeSql = (query: string): Sql<{ 'QUERY PLAN': string }> =>
  sql`explain (analyze, buffers, timing off, format json) select * from (
${raw(query)}
) as probe where ${true}::pg_catalog.bool`

/** From here on the transaction writes nothing, and cannot be made to write again after its first query. */
export const beginReadOnlySql: Sql = raw('set transaction read only')

export type TierSizeNowRow = Readonly<{ tier: string; table_bytes: string; index_bytes: string; rows: string }>

/** Sums by tier over tables that exist; rows are the planner's estimate. */
export function tierSizesNowSql(
  tables: readonly Readonly<{ tier: 'active' | 'archive'; name: TableName }>[],
): Sql<TierSizeNowRow> {
  const [tiers, schemas, names] = [
    tables.map(({ tier }) => tier),
    tables.map(({ name }) => name.schema),
    tables.map(({ name }) => name.table),
  ]
  return sql`select t.tier, coalesce(sum(pg_catalog.pg_table_size(c.oid)), 0)::text as table_bytes,
      coalesce(sum(pg_catalog.pg_indexes_size(c.oid)), 0)::text as index_bytes,
      coalesce(sum(greatest(c.reltuples, 0)), 0)::bigint::text as rows
    from rows from (pg_catalog.unnest(${tiers}::text[]), pg_catalog.unnest(${schemas}::text[]), pg_catalog.unnest(${names}::text[])) as t(tier, schema, name)
    join pg_catalog.pg_namespace n on n.nspname = t.schema
    join pg_catalog.pg_class c on c.relnamespace = n.oid and c.relname = t.name
    group by t.tier`
}
