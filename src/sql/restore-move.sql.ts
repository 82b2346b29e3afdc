/**
 * The way home of a batch: archive rows locked level by level, inserted into their own tables with the values they
 * have, deleted from the archive by the locked keys. Both sides return a count and a digest, and every row that leaves
 * a sealed batch leaves its hash behind in the statement that deletes it.
 */
import type { ArchivedFamily, ArchivedTable } from '../core/archived-family.ts'
import { type FamilyTable, type Link, parentOf } from '../core/family.ts'
import { COMING_HOME } from '../core/homecoming.ts'
import { qualifiedText } from '../core/names.ts'
import type { Policy } from '../core/policy.ts'
import { storedColumns } from '../core/table.ts'
import { departuresSql } from './journal/departure.sql.ts'
import { amongKeys, gatherKeys, inKeys, type KeySet, type KeySetRow, keyText } from './keys.sql.ts'
import { belongsToRows, knownColumns, type LockedRows } from './lock.sql.ts'
import { rowHash, type SideRow } from './move.sql.ts'
import { sealHash, valueHash } from './seal.sql.ts'
import { beyondSql, type SequenceColumn, sequenceColumns } from './sequence.sql.ts'
import { anyOf, column, commaList, empty, id, join, raw, type Sql, sql, table } from './tag.ts'

/**
 * Keys of archive rows, and the batches they lie in as a JSON array of texts (null: none). `strangers` counts rows that
 * refer to a parent which is not among those gathered.
 */
export type ArchivedRowsRow = KeySetRow & Readonly<{ batches: string | null; strangers: string }>

/** What came home of one table; `beyond_<n>` is the value to which its n-th sequence must be raised first, or null. */
export type HomeRow = SideRow & Readonly<Record<string, string | null>>

/** Batches whose manifests have the same columns: their numbers, or SQL for an array text of them. */
export type SealedColumns = Readonly<{
  batches: readonly string[] | Sql
  columns: readonly string[]
  /** Of batches that have no seal yet: columns that went into their digest as text. */
  asText: readonly string[] | null
}>

const ROW: Sql = raw('a')

/** Few rows are wanted by their keys, and the statistics may be older than the run that archived them. */
export const byIndexSql: Sql = raw('set local enable_seqscan = off')

/** The homecoming trigger lets rows pass that come home by the hand of a restore. Ends with the transaction. */
export const comingHomeSql: Sql = sql`select pg_catalog.set_config(${COMING_HOME}, 'on', true)`

/** Names of tables and types inside values print with their schema, as they did when their batch was sealed. */
export const pinPathSql: Sql = sql`select pg_catalog.set_config('search_path', 'pg_catalog', true)`

/** Locks those of `keys` that are in the archive, in the key's order; whom somebody else holds is skipped or waited for. */
export const lockArchivedSql = (
  family: ArchivedFamily,
  subject: ArchivedTable,
  keys: KeySet,
  held: 'skip' | 'wait' = 'skip',
): Sql<ArchivedRowsRow> => {
  const order = commaList(subject.shape.key.map((name) => column(ROW, name)))
  const mine = inKeys(ROW, subject.shape.key, keys, subject.shape)
  const lock = raw(held === 'skip' ? 'for update skip locked' : 'for update')
  return gatheredSql(family, subject, { where: mine, how: sql`order by ${order} ${lock}` })
}

/** The subjects' rows without a lock, for a preview. */
export const readArchivedSql = (family: ArchivedFamily, subject: ArchivedTable, keys: KeySet): Sql<ArchivedRowsRow> =>
  gatheredSql(family, subject, { where: inKeys(ROW, subject.shape.key, keys, subject.shape), how: empty })

/** Archive rows that belong to the gathered rows of their parents, whichever batch they came with. */
export const relatedArchivedSql = (
  family: ArchivedFamily,
  each: ArchivedTable,
  rows: LockedRows,
  isLocking: boolean,
): Sql<ArchivedRowsRow> =>
  gatheredSql(family, each, {
    where: belongsToRows(family, each, rows, ROW),
    how: isLocking ? raw('for update') : empty,
    rows,
  })

type Gathering = Readonly<{ where: Sql; how: Sql; rows?: LockedRows }>

function gatheredSql(
  family: ArchivedFamily,
  each: ArchivedTable,
  { where, how, rows }: Gathering,
): Sql<ArchivedRowsRow> {
  const names = knownColumns(family, each)
  // With one link only, the parent was gathered: that is how the row was found.
  const links = rows !== undefined && each.links.length > 1 ? each.links : []
  const needed = new Set([...names, ...links.flatMap((link) => link.columns), 'archive_batch'])
  const found = raw('found')
  const outside = links.map((link) => isOutside(family, link, found, rows ?? new Map()))
  return sql`with found as materialized (
      select ${commaList([...needed].map((name) => column(ROW, name)))} from only ${table(each.shape.name)} ${ROW} where ${where} ${how})
    select ${gatherKeys(found, names)}, pg_catalog.json_agg(distinct found.archive_batch::text)
        filter (where found.archive_batch is not null)::text as batches,
      count(*) filter (where ${anyOf(outside)}) as strangers from found`
}

/** Written without NOT: a negated `= any` over a long array is not looked up by hash on every server. */
function isOutside(family: ArchivedFamily, link: Link, row: Sql, rows: LockedRows): Sql {
  const parent = parentOf(family, link)
  const isInside = amongKeys(row, link.columns, rowsOf(rows, parent), parent.shape, link.references)
  const isNothing = anyOf(link.columns.map((name) => sql`${column(row, name)} is null`))
  return sql`case when ${isNothing} then false when ${isInside} then false else true end`
}

/** Inserts the rows with their own keys and values; what a generated column stored is compared, never written. */
export function comeHomeSql(policy: Policy, { shape, home }: ArchivedTable, rows: KeySet): Sql<HomeRow> {
  const names = storedColumns(home).map(({ name }) => name)
  const sequences = sequenceColumns(home)
  const values = sequences.map(({ name }, index) => sql`, ${id(name)} as ${id(`q${index}`)}`)
  const extremes = sequences.map((_each, index) => sql`, ${extremesOf(id(`q${index}`), index)}`)
  return sql`with moved as (
      insert into ${table(home.name)} (${commaList(names.map(id))}) overriding system value
      select ${commaList(names.map((name) => column(ROW, name)))} from only ${table(shape.name)} ${ROW}
      where ${inKeys(ROW, shape.key, rows, shape)}
      returning ${rowHash(policy, home)} as h${join(values, '')}
    ) select count, digest${join(
      sequences.map((each, index) => sql`, ${beyondOf(each, index)}`),
      '',
    )} from (
      select count(*) as count, pg_catalog.bit_xor(h)::text as digest${join(extremes, '')} from moved) side`
}

const extremesOf = (value: Sql, index: number): Sql =>
  sql`max(${value})::numeric as ${id(`highest_${index}`)}, min(${value})::numeric as ${id(`lowest_${index}`)}`

const beyondOf = ({ sequence }: SequenceColumn, index: number): Sql =>
  sql`${beyondSql(sequence, id(`highest_${index}`), id(`lowest_${index}`))} as ${id(`beyond_${index}`)}`

/** The same `beyond_<n>`, asked of rows that are still in the archive; null where the table has no sequence. */
export function overtakenSql({ shape, home }: ArchivedTable, rows: KeySet): Sql<HomeRow> | null {
  const sequences = sequenceColumns(home)
  if (sequences.length === 0) return null
  const extremes = sequences.map(({ name }, index) => extremesOf(column(ROW, name), index))
  return sql`select ${commaList(sequences.map(beyondOf))} from (
      select ${commaList(extremes)} from only ${table(shape.name)} ${ROW} where ${inKeys(ROW, shape.key, rows, shape)}) side`
}

/**
 * Deletes exactly these rows from the archive; those of our batches leave a departure. Where the seal is yet to be made,
 * they leave what they add to the batch's digest as well.
 */
export function leaveArchiveSql(
  policy: Policy,
  { shape, home }: ArchivedTable,
  leaving: Readonly<{ rows: KeySet; sealed: readonly SealedColumns[]; run: number | Sql }>,
): Sql<SideRow> {
  const { seal, value } = departingHashes(ROW, leaving.sealed)
  return sql`with gone as (
      delete from only ${table(shape.name)} ${ROW} where ${inKeys(ROW, shape.key, leaving.rows, shape)}
      returning ${ROW}.archive_batch as batch, ${keyText(ROW, shape.key)} as key, ${seal} as seal, ${value} as value, ${rowHash(policy, home)} as h
    ), departed as (${departuresSql(raw('gone'), qualifiedText(home.name), leaving.run)})
    select count(*) as count, pg_catalog.bit_xor(h)::text as digest from gone`
}

/** The rows of `each` that this batch brings home, none where it has none. */
export const rowsOf = (rows: LockedRows, each: FamilyTable): KeySet => rows.get(each) ?? { count: 0, arrays: {} }

/** What the archive row `alias` leaves behind: the hash of its batch's seal, and what it adds to the digest by value. */
export function departingHashes(alias: Sql, sealed: readonly SealedColumns[]): Readonly<{ seal: Sql; value: Sql }> {
  const when = (batches: SealedColumns['batches'], hash: Sql) =>
    sql` when ${alias}.archive_batch = any(${batches}::bigint[]) then ${hash}`
  const exact = sealed.map(({ batches, columns }) => when(batches, sealHash(alias, columns)))
  const byValue = sealed.flatMap(({ batches, columns, asText }) =>
    asText === null ? [] : [when(batches, valueHash(alias, columns, asText))],
  )
  return {
    seal: exact.length === 0 ? raw('null::bytea') : sql`case${join(exact, '')} end`,
    value: byValue.length === 0 ? raw('null::bigint') : sql`case${join(byValue, '')} end`,
  }
}
