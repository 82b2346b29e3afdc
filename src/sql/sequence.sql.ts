/**
 * Sequences that a restored key has overtaken. They are only ever moved on: by `nextval` over a short way, or over a
 * long one by `setval` under a lock that keeps inserts away (a bare `setval(greatest(...))` was seen to go backwards).
 */

import type { TableName } from '../core/names.ts'
import { type Column, storedColumns, type TableShape } from '../core/table.ts'
import { raw, type Sql, sql, table } from './tag.ts'

export type SequenceColumn = Column & Readonly<{ sequence: string }>

const COUNTING: readonly string[] = ['smallint', 'integer', 'bigint', 'numeric']

/** Columns of whole numbers that a sequence fills. */
export const sequenceColumns = (shape: TableShape): readonly SequenceColumn[] =>
  storedColumns(shape).flatMap((column) =>
    column.sequence !== null && COUNTING.includes(column.baseType) ? [{ ...column, sequence: column.sequence }] : [],
  )

/** Where the sequence stands: its last value, or the place before its first. Needs USAGE or SELECT on it. */
const standsAt: Sql = raw(
  'coalesce(pg_catalog.pg_sequence_last_value(q.seqrelid::regclass), q.seqstart - q.seqincrement)::numeric',
)

/** A value is beyond the sequence, and the sequence can go there and has a next value after it. */
const isBeyond = (highest: Sql, lowest: Sql): Sql =>
  sql`case when q.seqincrement > 0 then ${highest} > ${standsAt} and ${highest} < q.seqmax
    else ${lowest} < ${standsAt} and ${lowest} > q.seqmin end`

/** The value to which the sequence must go, as text; null where it is there. */
export const beyondSql = (sequence: string, highest: Sql, lowest: Sql): Sql =>
  sql`(select trunc(case when q.seqincrement > 0 then ${highest} else ${lowest} end)::text
    from pg_catalog.pg_sequence q where q.seqrelid = ${sequence}::regclass and ${isBeyond(highest, lowest)})`

/** Steps of nextval that cost less than keeping inserts away: about 50 ms. */
export const MAX_STEPS = 100_000

/** How many steps of `nextval` lead to `target` or past it; no row where the sequence is there. */
export const stepsSql = (sequence: string, target: string | Sql): Sql<{ steps: string }> => {
  const goal = sql`${target}::numeric`
  return sql`select pg_catalog.ceil((${goal} - ${standsAt}) / q.seqincrement)::text as steps
    from pg_catalog.pg_sequence q where q.seqrelid = ${sequence}::regclass and ${isBeyond(goal, goal)}`
}

export const advanceSql = (sequence: string, steps: number | Sql): Sql =>
  sql`select count(pg_catalog.nextval(${sequence}::regclass)) from pg_catalog.generate_series(1, ${steps}::bigint)`

/** Lets readers pass and keeps inserts away. */
export const keepInsertsAwaySql = (name: TableName): Sql =>
  sql`lock table only ${table(name)} in share row exclusive mode`

/** Only ever onwards: no row where the sequence is there by now. */
export const jumpSql = (sequence: string, target: string): Sql => {
  const goal = sql`${target}::numeric`
  return sql`select pg_catalog.setval(q.seqrelid::regclass, ${goal}::bigint)
    from pg_catalog.pg_sequence q where q.seqrelid = ${sequence}::regclass and ${isBeyond(goal, goal)}`
}
