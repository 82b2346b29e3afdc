/**
 * The second half of a batch: re-check and copy in one new statement after all locks, parents first; then delete the
 * same keys, children first. Each side returns its own count and digest, and nothing but locked rows can move.
 */
import { ARCHIVE_COLUMNS } from '../core/archive-columns.ts'
import { type Family, type FamilyTable, subjectOf } from '../core/family.ts'
import type { Policy } from '../core/policy.ts'
import { columnOf, type TableShape } from '../core/table.ts'
import { candidateSql, type Judgement, type NotKept, notKeptWithin, SUBJECT } from './eligibility.sql.ts'
import { amongKeys, columnsOf, gatherKeys, inKeys, type KeySet, type KeySetRow } from './keys.sql.ts'
import { belongsToRows, knownColumns, type LockedRows } from './lock.sql.ts'
import type { OrderedKeys } from './ordered-keys.sql.ts'
import { allOf, column, commaList, empty, id, plannedAnew, raw, type Sql, sql, table } from './tag.ts'

/** What one side of a batch did to one table: rows, and their digest by value (null for no row). */
export type SideRow = Readonly<{ count: string; digest: string | null }>

/** The same, with the keys of what was copied where they were asked for. */
export type CopiedRow = KeySetRow & SideRow

const ROW: Sql = raw('c')

type LockedSubjects = Readonly<{ locked: OrderedKeys; excluded: KeySet | null; batch: string }>

/** Copies those locked subjects that are still eligible now, with all locks taken, and that are not `excluded`. */
export function copySubjectsSql(judgement: Judgement, { locked, excluded, batch }: LockedSubjects): Sql<CopiedRow> {
  const { policy, family } = judgement
  const subject = subjectOf(family)
  const { shape } = subject
  const notKept = notKeptWithin(judgement, (owner, name) => ownedBy(owner, name, locked, shape))
  const where = [
    amongKeys(SUBJECT, shape.key, locked, shape),
    candidateSql(judgement),
    notKept.where,
    ...(excluded === null ? [] : [sql`not ${amongKeys(SUBJECT, shape.key, excluded, shape)}`]),
  ]
  const statement = copySql(policy, family, subject, {
    batch,
    alias: SUBJECT,
    where,
    with: notKept.with,
    tellKeys: false,
  })
  return excluded === null ? statement : plannedAnew(statement)
}

/** Which of the locked subjects this batch has copied: asked where these were not all of them. */
export function copiedSubjectsSql(family: Family, locked: KeySet, batch: string): Sql<KeySetRow> {
  const subject = subjectOf(family)
  const isMine = [
    amongKeys(ROW, subject.shape.key, locked, subject.shape),
    sql`${ROW}.archive_batch = ${batch}::bigint`,
  ]
  return sql`select ${gatherKeys(ROW, knownColumns(family, subject))} from only ${table(subject.archive)} ${ROW} where ${allOf(isMine)}`
}

/**
 * Copies those locked rows of `each` that belong to the copied rows of its parents. Where all locked parents were
 * copied (`copied` is null), that is every locked row: none is judged again, and their keys are known.
 */
export const copyRelatedSql = (
  { policy, family }: Judgement,
  each: FamilyTable,
  { locked, copied, batch }: Readonly<{ locked: KeySet; copied: LockedRows | null; batch: string }>,
): Sql<CopiedRow> =>
  copySql(policy, family, each, {
    batch,
    alias: ROW,
    where:
      copied === null ? [inKeys(ROW, each.shape.key, locked, each.shape)] : movableRows(family, each, locked, copied),
    with: null,
    tellKeys: copied !== null,
  })

/** How many rows `copyRelatedSql` must copy, counted on the source: asked where not every locked subject was copied. */
export const countMovableSql = (
  family: Family,
  each: FamilyTable,
  locked: KeySet,
  copied: LockedRows,
): Sql<{ count: string }> =>
  plannedAnew(
    sql`select count(*) as count from only ${table(each.shape.name)} ${ROW} where ${allOf(movableRows(family, each, locked, copied))}`,
  )

/** Deletes exactly the rows that were copied. Without comparison it returns no row: the server tells how many. */
export function deleteSql(policy: Policy, { shape }: FamilyTable, copied: KeySet): Sql<SideRow> {
  const gone = sql`delete from only ${table(shape.name)} ${ROW} where ${inKeys(ROW, shape.key, copied, shape)}`
  if (!policy.compare) return sql`${gone}`
  return sql`with gone as (${gone} returning ${rowHash(policy, shape)} as h)
    select count(*) as count, pg_catalog.bit_xor(h)::text as digest from gone`
}

const movableRows = (family: Family, each: FamilyTable, locked: KeySet, copied: LockedRows): readonly Sql[] => [
  inKeys(ROW, each.shape.key, locked, each.shape),
  belongsToRows(family, each, copied, ROW, true),
]

type Copy = Readonly<{ batch: string; alias: Sql; where: readonly Sql[]; with: NotKept['with']; tellKeys: boolean }>

/** Without comparison and keys to tell it returns no row: the server tells how many it inserted. */
function copySql(policy: Policy, family: Family, each: FamilyTable, copy: Copy): Sql<CopiedRow> {
  const { batch, alias, where } = copy
  const names = each.shape.columns.map(({ name }) => name)
  const known = copy.tellKeys ? knownColumns(family, each) : []
  const told = copy.tellKeys ? gatherKeys(raw('moved'), known) : raw('count(*) as count')
  const insert = sql`insert into ${table(each.archive)} (${commaList([...names, ...ARCHIVE_COLUMNS].map(id))})
      ${copy.with === null ? empty : sql`with ${copy.with} `}select ${commaList(names.map((name) => column(alias, name)))}, pg_catalog.now(), ${policy.archivedBy}::text, ${policy.reason}::text, ${batch}::bigint
      from only ${table(each.shape.name)} ${alias} where ${allOf(where)}`
  if (!policy.compare && !copy.tellKeys) return sql`${insert}`
  const statement = sql<CopiedRow>`with moved as (${insert}
      returning ${commaList([...known.map(id), sql`${rowHash(policy, each.shape)} as h`])}
    ) select ${told}, pg_catalog.bit_xor(h)::text as digest from moved`
  return copy.tellKeys ? plannedAnew(statement) : statement
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

/** The owner column holds a locked subject, or one between them: rules then read the batch's rows only. */
function ownedBy(owner: Sql, subjectColumn: string, locked: OrderedKeys, shape: TableShape): Sql | null {
  const array = locked.arrays[subjectColumn]
  if (array === undefined || columnOf(shape, subjectColumn) === undefined) return null
  const [found] = columnsOf(shape, [subjectColumn])
  if (found === undefined) return null
  if (shape.key.length > 1 || shape.key[0] !== subjectColumn) return sql`${owner} = any(${array}::${raw(found.type)}[])`
  return sql`${owner} between ${locked.first}::${raw(found.type)} and ${locked.last}::${raw(found.type)}`
}
