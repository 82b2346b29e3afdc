/** A person's rows, with what identifies him replaced: which rows still differ, the change, and what stands afterwards. */
import type { ArchivedTable } from '../core/archived-family.ts'
import type { Redaction } from '../core/identifying.ts'
import { qualifiedText, type TableName } from '../core/names.ts'
import type { Policy } from '../core/policy.ts'
import type { TableShape } from '../core/table.ts'
import { departuresSql } from './journal/departure.sql.ts'
import { gatherKeys, inKeys, type KeySet, type KeySetRow, keyText } from './keys.sql.ts'
import { rowHash, type SideRow } from './move.sql.ts'
import { departingHashes, type SealedColumns } from './restore-move.sql.ts'
import { allOf, column, commaList, id, raw, type Sql, sql, table } from './tag.ts'

const ROW: Sql = raw('c')

/** The same rows on one side: its name, its key, and which of them. */
export type RowsOfSide = Readonly<{ name: TableName; shape: TableShape; rows: KeySet }>

/** Types that an explicit cast cuts to their length without a word. */
const CUT = ['character varying', 'character', 'bit', 'bit varying', 'name']

const wanted = ({ column: { type }, value }: Redaction): Sql =>
  value === null ? raw('null') : sql`${value}::text::${raw(type)}`

/** Compared as exact text: no collation or type takes one value for another. */
const stands = (redaction: Redaction): Sql => {
  const own = column(ROW, redaction.column.name)
  return redaction.value === null
    ? sql`${own} is null`
    : sql`((${own})::text collate "C" is not distinct from (${wanted(redaction)})::text collate "C")`
}

/** Whether the value survives as the column's type: a length cuts nothing off. Fails where it is no value of the type. */
export const castSql = ({ column: { baseType, type }, value }: Redaction): Sql<{ same: string }> => {
  const cast = sql`(${value}::text::${raw(type)})::text`
  return CUT.includes(baseType)
    ? sql`select (${cast} collate "C" is not distinct from ${value}::text collate "C")::text as same`
    : sql`select (${cast} is not null)::text as same`
}

/** Keys of those that hold anything else yet. */
export const unlikeSql = ({ name, shape, rows }: RowsOfSide, redactions: readonly Redaction[]): Sql<KeySetRow> =>
  sql`select ${gatherKeys(ROW, shape.key)} from only ${table(name)} ${ROW}
    where ${inKeys(ROW, shape.key, rows, shape)} and not (${allOf(redactions.map(stands))})`

/** `batch`: that of the rows from now on, in an archive. */
export function redactSql({ name, shape, rows }: RowsOfSide, redactions: readonly Redaction[], batch?: string): Sql {
  const changes = redactions.map((each) => sql`${id(each.column.name)} = ${wanted(each)}`)
  const moved = batch === undefined ? [] : [sql`archive_batch = ${batch}::bigint`]
  return sql`update only ${table(name)} ${ROW} set ${commaList([...changes, ...moved])}
    where ${inKeys(ROW, shape.key, rows, shape)}`
}

/** How many of them are as they should be, whatever triggers have made of them. */
export const redactedSql = (
  { name, shape, rows }: RowsOfSide,
  redactions: readonly Redaction[],
): Sql<{ count: string }> =>
  sql`select count(*) as count from only ${table(name)} ${ROW}
    where ${inKeys(ROW, shape.key, rows, shape)} and ${allOf(redactions.map(stands))}`

/** What archived rows were is left behind, as by rows that leave: their batches' seals close over it. */
export function departInPlaceSql(
  { shape, home }: ArchivedTable,
  leaving: Readonly<{ rows: KeySet; sealed: readonly SealedColumns[]; run: number }>,
): Sql {
  const { seal, value } = departingHashes(ROW, leaving.sealed)
  return sql`with gone as materialized (
      select ${ROW}.archive_batch as batch, ${keyText(ROW, shape.key)} as key, ${seal} as seal, ${value} as value
      from only ${table(shape.name)} ${ROW} where ${inKeys(ROW, shape.key, leaving.rows, shape)})
    ${departuresSql(raw('gone'), qualifiedText(home.name), leaving.run)}`
}

/** Count and digest of the rows as they are now: their entry in a manifest. */
export const sideSql = (policy: Policy, manifest: TableShape, { name, shape, rows }: RowsOfSide): Sql<SideRow> =>
  sql`select count(*) as count, pg_catalog.bit_xor(${rowHash(policy, manifest)})::text as digest
    from only ${table(name)} ${ROW} where ${inKeys(ROW, shape.key, rows, shape)}`

export type MadeOf = Readonly<{ name: string; expression: string }>

/**
 * Generated columns of a table that are made of `columns`, with their expressions as SQL. The server writes down what a
 * column is made of by its default, and before version 15 by the column.
 */
export const madeOfSql = (oid: string, columns: readonly string[]): Sql<MadeOf> =>
  sql`select a.attname as name, pg_catalog.pg_get_expr(e.adbin, e.adrelid) as expression
    from pg_catalog.pg_attribute a join pg_catalog.pg_attrdef e on e.adrelid = a.attrelid and e.adnum = a.attnum
    where a.attrelid = ${oid}::oid and a.attgenerated <> '' and exists (
      select from pg_catalog.pg_depend d join pg_catalog.pg_attribute s on s.attrelid = d.refobjid and s.attnum = d.refobjsubid
      where d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjid = a.attrelid and s.attname = any(${columns}::name[])
        and ((d.classid = 'pg_catalog.pg_attrdef'::regclass and d.objid = e.oid)
          or (d.classid = 'pg_catalog.pg_class'::regclass and d.objid = a.attrelid and d.objsubid = a.attnum)))
    order by a.attnum`

/** An archive stores what its source computes: there it is computed again, from what stands now. */
export const recomputeSql = ({ name, shape, rows }: RowsOfSide, made: readonly MadeOf[]): Sql =>
  sql`update only ${table(name)} ${ROW} set ${commaList(made.map((each) => sql`${id(each.name)} = (${raw(each.expression)})`))}
    where ${inKeys(ROW, shape.key, rows, shape)}`
