/**
 * The second half of a batch: re-check and copy in one new statement after all locks, parents first; then delete by
 * the copied keys, children first. Each side returns its own count and digest, and nothing but locked rows can move.
 */
import { ARCHIVE_COLUMNS } from '../core/archive-columns.ts'
import { type Family, type FamilyTable, subjectOf } from '../core/family.ts'
import type { Policy } from '../core/policy.ts'
import { columnOf, type TableShape } from '../core/table.ts'
import { candidateSql, type Judgement, notKeptSql, SUBJECT } from './eligibility.sql.ts'
import { columnsOf, gatherKeys, inKeys, type KeySet, type KeySetRow } from './keys.sql.ts'
import { belongsToRows, knownColumns, type LockedRows } from './lock.sql.ts'
import { allOf, column, commaList, id, raw, type Sql, sql, table } from './tag.ts'

/** Keys of what was copied, and the digest by value of all of it (`null` for no row, or where it is not compared). */
export type CopiedRow = KeySetRow & Readonly<{ digest: string | null }>

/** What one side of a batch did to one table. */
export type SideRow = Readonly<{ count: string; digest: string | null }>

const ROW: Sql = raw('c')

/** Copies those locked subjects that are still eligible now, with all locks taken, and that are not `excluded`. */
export function copySubjectsSql(
  judgement: Judgement,
  { locked, excluded, batch }: Readonly<{ locked: KeySet; excluded: KeySet | null; batch: string }>,
): Sql<CopiedRow> {
  const subject = subjectOf(judgement.family)
  const { shape } = subject
  return copySql(judgement.policy, judgement.family, subject, batch, SUBJECT, [
    inKeys(SUBJECT, shape.key, locked, shape),
    candidateSql(judgement),
    notKeptSql(judgement, (owner, name) => ownedBy(owner, name, locked, shape)),
    ...(excluded === null ? [] : [sql`not ${inKeys(SUBJECT, shape.key, excluded, shape)}`]),
  ])
}

/** Copies those locked rows of `each` that belong to the copied rows of its parents. */
export const copyRelatedSql = (
  { policy, family }: Judgement,
  each: FamilyTable,
  { locked, copied, batch }: Readonly<{ locked: KeySet; copied: LockedRows; batch: string }>,
): Sql<CopiedRow> => copySql(policy, family, each, batch, ROW, movableRows(family, each, locked, copied))

/** How many rows `copyRelatedSql` must copy, counted on the source: asked where not every locked subject was copied. */
export const countMovableSql = (
  family: Family,
  each: FamilyTable,
  locked: KeySet,
  copied: LockedRows,
): Sql<{ count: string }> =>
  sql`select count(*) as count from only ${table(each.shape.name)} ${ROW} where ${allOf(movableRows(family, each, locked, copied))}`

/** Deletes exactly the rows that were copied. */
export function deleteSql(policy: Policy, { shape }: FamilyTable, copied: KeySet): Sql<SideRow> {
  return sql`with gone as (
      delete from only ${table(shape.name)} ${ROW} where ${inKeys(ROW, shape.key, copied, shape)} returning ${rowHash(policy, shape)} as h
    ) select count(*) as count, pg_catalog.bit_xor(h)::text as digest from gone`
}

const movableRows = (family: Family, each: FamilyTable, locked: KeySet, copied: LockedRows): readonly Sql[] => [
  inKeys(ROW, each.shape.key, locked, each.shape),
  belongsToRows(family, each, copied, ROW),
]

function copySql(
  policy: Policy,
  family: Family,
  each: FamilyTable,
  batch: string,
  alias: Sql,
  where: readonly Sql[],
): Sql<CopiedRow> {
  const names = each.shape.columns.map(({ name }) => name)
  const known = knownColumns(family, each)
  return sql`with moved as (
      insert into ${table(each.archive)} (${commaList([...names, ...ARCHIVE_COLUMNS].map(id))})
      select ${commaList(names.map((name) => column(alias, name)))}, pg_catalog.now(), ${policy.archivedBy}::text, ${policy.reason}::text, ${batch}::bigint
      from only ${table(each.shape.name)} ${alias} where ${allOf(where)}
      returning ${commaList(known.map(id))}, ${rowHash(policy, each.shape)} as h
    ) select ${gatherKeys(raw('moved'), known)}, pg_catalog.bit_xor(h)::text as digest from moved`
}

/**
 * A row's 64-bit hash by value. A type without a hash function goes in as text. It is here to catch triggers, rules
 * and our own mistakes; the exact text of a row is the seal's business.
 */
export function rowHash(policy: Policy, shape: TableShape): Sql {
  if (!policy.compare) return raw('null::bigint')
  const values = shape.columns.map(({ name, hashable }) => (hashable ? id(name) : sql`${id(name)}::text`))
  return sql`pg_catalog.hash_record_extended(row(${commaList(values)}), 0)`
}

/** The owner column holds a locked subject: rules then read the batch's rows only. */
function ownedBy(owner: Sql, subjectColumn: string, locked: KeySet, shape: TableShape): Sql | null {
  const array = locked.arrays[subjectColumn]
  if (array === undefined || columnOf(shape, subjectColumn) === undefined) return null
  const [found] = columnsOf(shape, [subjectColumn])
  return found === undefined ? null : sql`${owner} = any(${array}::${raw(found.type)}[])`
}
