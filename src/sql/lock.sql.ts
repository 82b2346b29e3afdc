/**
 * The first half of a batch: fence, table locks, and row locks level by level. Every row that moves, or that a keep
 * rule reads, is locked before anything is judged; nothing ever waits for an agent (SKIP LOCKED), whose family then
 * waits for a later pass instead.
 */
import {
  type Family,
  type FamilyTable,
  isMoved,
  movedTables,
  parentOf,
  referencedColumns,
  subjectOf,
} from '../core/family.ts'
import { candidateSql, type Judgement, quarantinedSql, SUBJECT } from './eligibility.sql.ts'
import { belongsTo, hop, pathJoins, pathsToSubject, subjectReference } from './family-path.sql.ts'
import { amongKeys, gatherKeys, inKeys, type KeySet, type KeySetRow } from './keys.sql.ts'
import { gatherOrdered, type OrderedKeysRow } from './ordered-keys.sql.ts'
import { allOf, anyOf, column, commaList, id, join, plannedAnew, raw, type Sql, sql, table } from './tag.ts'

/** The locked rows of each table of the family; a table that needs no lock has none. */
export type LockedRows = ReadonlyMap<FamilyTable, KeySet>

const RELATED: Sql = raw('c')

/** Holds the lease's row and takes the batch's number. No row: another process owns the run now. */
export const fenceSql = (lease: string, epoch: string): Sql<{ batch: string; transaction: string }> =>
  sql`select pg_catalog.nextval('mothball.batch_id_seq')::text as batch, pg_catalog.pg_current_xact_id()::text as transaction
    from mothball.lease where name = ${lease} and epoch = ${epoch}::bigint for key share`

/** Freezes columns, names, triggers, rules and indexes of everything from which rows go and to which they come. */
export const lockTablesSql = (family: Family): Sql =>
  sql`lock table ${commaList(
    movedTables(family)
      .flatMap((each) => [each.shape.name, each.archive])
      .map((name) => sql`only ${table(name)}`),
  )} in row exclusive mode`

/**
 * Freezes columns, names and rules of tables whose rows stay: no trigger or key of theirs plays a part. Any stronger lock
 * would ask for a right to write them; null where there are none.
 */
export function lockStayingSql(family: Family): Sql | null {
  const staying = family.tables.filter((each) => !isMoved(each)).map(({ shape }) => sql`only ${table(shape.name)}`)
  return staying.length === 0 ? null : sql`lock table ${commaList(staying)} in access share mode`
}

/** Columns by which the rest of the batch knows a table's rows: its key, and what its children refer to. */
export const knownColumns = (family: Family, each: FamilyTable): readonly string[] => [
  ...new Set([...each.shape.key, ...referencedColumns(family, each)]),
]

/**
 * Locks those of `keys` that are still old and not quarantined, in the key's order, and counts them; with `tellKeys` it
 * tells which. As a rule all of them can be had, and their keys need not come back.
 */
export function lockSubjectsSql(judgement: Judgement, keys: KeySet, tellKeys: boolean): Sql<OrderedKeysRow> {
  const subject = subjectOf(judgement.family)
  const { key, name } = subject.shape
  const names = knownColumns(judgement.family, subject)
  const told = tellKeys ? gatherOrdered(raw('locked'), key, names) : raw('count(*) as count')
  return sql`select ${told} from (
      select ${commaList(names.map((each) => column(SUBJECT, each)))} from only ${table(name)} ${SUBJECT}
      where ${allOf([inKeys(SUBJECT, key, keys, subject.shape), candidateSql(judgement), sql`not ${quarantinedSql(judgement)}`])}
      order by ${commaList(key.map((each) => column(SUBJECT, each)))} for update skip locked
    ) locked`
}

/**
 * Locks the rows of `each` that belong to the locked rows of its parents. `seen` counts them without a lock in the
 * same snapshot: more seen than locked means that someone else holds a row of a family.
 */
export function lockRelatedSql(
  family: Family,
  each: FamilyTable,
  locked: LockedRows,
): Sql<KeySetRow & { seen: string }> {
  const names = knownColumns(family, each)
  const mine = belongsToRows(family, each, locked)
  const columns = commaList(names.map((name) => column(RELATED, name)))
  const rows = sql`only ${table(each.shape.name)} ${RELATED} where ${mine}`
  return sql`with locked as materialized (select ${columns} from ${rows} for update skip locked)
    select (select count(*) from ${rows}) as seen, ${gatherKeys(raw('locked'), names)} from locked`
}

/** The row `c` of `each` refers to one of its parents' `rows`, by any of its links; `isFound` by other means already. */
export const belongsToRows = (
  family: Family,
  each: FamilyTable,
  rows: LockedRows,
  alias: Sql = RELATED,
  isFound = false,
): Sql =>
  anyOf(
    each.links.flatMap((link) => {
      const parent = parentOf(family, link)
      const keys = rows.get(parent)
      return keys === undefined
        ? []
        : [(isFound ? amongKeys : inKeys)(alias, link.columns, keys, parent.shape, link.references)]
    }),
  )

/** Those subjects of `subjects` that own a row of `each` which is not locked by us. */
export function busySubjectsSql(family: Family, each: FamilyTable, subjects: KeySet, locked: KeySet): Sql<KeySetRow> {
  const { shape } = subjectOf(family)
  const keys = commaList(shape.key.map((name) => column(SUBJECT, name)))
  const onPaths = pathsToSubject(family, each).map(
    (path) => sql`select ${keys} from ${pathJoins(family, each, path)}
      join only ${table(shape.name)} ${SUBJECT} on ${belongsTo(path, SUBJECT)}
      where ${inKeys(SUBJECT, shape.key, subjects, shape)} and not ${amongKeys(hop(0), each.shape.key, locked, each.shape)}`,
  )
  return plannedAnew(sql`select ${gatherKeys(raw('busy'), shape.key)} from (${join(onPaths, ' union ')}) busy`)
}

/** Whether a locked row of `each` has two owners; asked first, because as a rule none has. */
export function anyTornSql(family: Family, each: FamilyTable, locked: KeySet): Sql<{ torn: string }> {
  const owners = pathsToSubject(family, each).map((path, index) => {
    const hops = path.slice(0, -1).map((link, at) => {
      const from = at === 0 ? hop(0) : raw(`p${index}_${at}`)
      const to = raw(`p${index}_${at + 1}`)
      const on = link.columns.map((name, n) => sql`${column(from, name)} = ${column(to, link.references[n] ?? '')}`)
      return sql`left join only ${table(parentOf(family, link).shape.name)} ${to} on ${allOf(on)}`
    })
    const last = path.length === 1 ? hop(0) : raw(`p${index}_${path.length - 1}`)
    return { hops, columns: (path.at(-1)?.columns ?? []).map((name) => column(last, name)) }
  })
  const pairs = owners.flatMap((a, index) => owners.slice(index + 1).map((b) => [a, b] as const))
  const differ = pairs.map(([a, b]) => anyOf(a.columns.map((own, n) => sql`${own} <> ${b.columns[n] ?? own}`)))
  return sql`select exists (select from only ${table(each.shape.name)} ${hop(0)} ${join(
    owners.flatMap(({ hops }) => hops),
    ' ',
  )}
    where ${amongKeys(hop(0), each.shape.key, locked, each.shape)} and ${anyOf(differ)})::text as torn`
}

/**
 * Those subjects of `subjects` that share a row with another subject: an instalment of one customer in a plan of
 * another belongs to both, and neither can move whole.
 */
export function tornSubjectsSql(family: Family, each: FamilyTable, subjects: KeySet, locked: KeySet): Sql<KeySetRow> {
  const { shape } = subjectOf(family)
  const paths = pathsToSubject(family, each)
  const reference = subjectReference(paths[0] ?? [])
  const key = each.shape.key
  const ownedOnPath = paths.map((path) => {
    const owners = subjectReference(path).map(({ owner }, index) => sql`${owner} as ${id(`o${index}`)}`)
    const keys = key.map((name, index) => sql`${column(hop(0), name)} as ${id(`k${index}`)}`)
    const isOwned = subjectReference(path).map(({ owner }) => sql`${owner} is not null`)
    return sql`select ${commaList([...keys, ...owners])} from ${pathJoins(family, each, path)}
      where ${allOf([inKeys(hop(0), key, locked, each.shape), ...isOwned])}`
  })
  const keyNames = commaList(key.map((_name, index) => id(`k${index}`)))
  const isMine = reference.map(
    ({ subjectColumn }, index) => sql`o.${id(`o${index}`)} = ${column(SUBJECT, subjectColumn)}`,
  )
  return sql`with owned as materialized (${join(ownedOnPath, ' union ')}),
      torn as (select ${keyNames} from owned group by ${keyNames} having count(*) > 1)
    select ${gatherKeys(SUBJECT, shape.key)} from only ${table(shape.name)} ${SUBJECT}
    where ${inKeys(SUBJECT, shape.key, subjects, shape)}
      and exists (select from owned o join torn using (${keyNames}) where ${allOf(isMine)})`
}
