/**
 * What keeps a family from coming home, asked of whole batches at once: keys and unique values that are taken, targets
 * that are gone, columns that differ, values that changed on the way. Each answer names the subject whose row it is.
 */
import {
  type ArchivedFamily,
  type ArchivedTable,
  archivedHome,
  archivedSubject,
  type VanishedRelation,
} from '../core/archived-family.ts'
import type { Policy } from '../core/policy.ts'
import type { Conflict } from '../core/restore.ts'
import type { ForeignKey, Index } from '../core/table.ts'
import { belongsTo, hop, pathJoins, pathsToSubject } from './family-path.sql.ts'
import { amongKeys, inKeys, keyText } from './keys.sql.ts'
import type { LockedRows } from './lock.sql.ts'
import { rowHash } from './move.sql.ts'
import { rowsOf } from './restore-move.sql.ts'
import { allOf, column, commaList, id, join, raw, type Sql, sql, table } from './tag.ts'

/** `key` is the subject's journal key. */
export type ConflictRow = Readonly<{ key: string; kind: Conflict['kind']; guard: string }>

/** A batch's rows in the archive; the subject's are those that are asked about. */
export type ArchivedRows = Readonly<{ family: ArchivedFamily; rows: LockedRows }>

const SUBJECT: Sql = raw('s')
/** A row of the table that is looked at, and a row that may stand in its way. */
const MINE: Sql = raw('m')
const OTHER: Sql = raw('o')
/** Longer than any name that a table's column may have beside it. */
const OWNER: Sql = id('the key of the subject that owns this row')

type Check = Readonly<{ kind: Conflict['kind']; guard: string; holds: Sql }>

export type Asking = Readonly<{
  /** Asks what the database would refuse anyway (keys, unique values, targets), and not only what would pass unnoticed. */
  isThorough: boolean
  /** Some row refers to a parent that is not in the batch. */
  hasStrangers: boolean
}>

/** Null where nothing is to be asked of this table. */
export function conflictsSql(
  found: ArchivedRows,
  each: ArchivedTable,
  { isThorough, hasStrangers }: Asking,
): Sql<ConflictRow> | null {
  const checks = [
    ...shapeChecks(each),
    ...(hasStrangers ? strangerChecks(found, each) : []),
    ...(isThorough && isWhole(each) ? loudChecks(found, each) : []),
  ]
  if (checks.length === 0) return null
  const answers = checks.map(
    ({ kind, guard, holds }) =>
      sql`select ${OWNER} as key, ${kind} as kind, ${guard} as guard from mine ${MINE} where ${holds}`,
  )
  const names = each.twin.columns.map(({ name }) => name).filter((name) => isNeeded(each, name))
  return sql`with mine as materialized (${ownedSql(found, each, (row) => sql`, ${commaList(names.map((name) => column(row, name)))}`)})
    select distinct key, kind, guard from (${join(answers, ' union all ')}) a order by kind, guard, key`
}

/** Rows that are not at home, after their insert, with the values that the archive holds. */
export function changedSql(policy: Policy, found: ArchivedRows, each: ArchivedTable): Sql<ConflictRow> {
  const { home, shape } = each
  const isAsArchived = (row: Sql) =>
    sql`exists (select from only ${table(home.name)} o where ${equal(OTHER, shape.key, row, shape.key)}
      and ${rowHash(policy, home)} is not distinct from (select ${rowHash(policy, home)} from (select ${row}.*) r))`
  return ownersSql(found, each, 'value_changed', (row) => sql`not ${isAsArchived(row)}`)
}

/** Rows of a table that has no home any more. */
export const vanishedSql = (found: ArchivedRows, { archive, columns, parent, references }: VanishedRelation) =>
  ownersSql(
    found,
    parent,
    'shape_differs',
    (row) => sql`exists (select from only ${table(archive)} o where ${equal(OTHER, columns, row, references)})`,
  )

/** All columns are there with their types, so that its rows can be compared with those at home. */
const isWhole = ({ missing, retyped }: ArchivedTable): boolean => missing.length + retyped.length === 0

function shapeChecks(each: ArchivedTable): readonly Check[] {
  const differs = isWhole(each) ? [] : [{ kind: 'shape_differs', guard: '', holds: raw('true') } as const]
  const homeless = each.homeless.map(
    (name) => ({ kind: 'shape_differs', guard: name, holds: sql`${column(MINE, name)} is not null` }) as const,
  )
  return [...differs, ...homeless]
}

/** Parents that stay in the archive, where no foreign key would notice. */
const strangerChecks = ({ family, rows }: ArchivedRows, each: ArchivedTable): readonly Check[] =>
  each.links
    .filter((link) => link.foreignKey === null)
    .map((link) => {
      const parent = family.tables[link.parent] ?? archivedSubject(family)
      const stays = sql`${equal(OTHER, link.references, MINE, link.columns)}
        and not ${amongKeys(OTHER, parent.shape.key, rowsOf(rows, parent), parent.shape)}`
      const holds = sql`exists (select from only ${table(parent.shape.name)} o where ${stays})`
      return { kind: 'parent_missing', guard: '', holds } as const
    })

const loudChecks = (found: ArchivedRows, each: ArchivedTable): readonly Check[] => [
  { kind: 'key_taken', guard: primaryOf(each), holds: isTaken(each, each.home.key) },
  ...plainUniques(each).map(
    ({ name, columns }) => ({ kind: 'unique_taken', guard: name, holds: isTaken(each, columns ?? []) }) as const,
  ),
  ...each.home.outgoing
    .filter((key) => key.enforced)
    .map((key) => ({ kind: 'parent_missing', guard: key.name, holds: isTargetGone(found, key) }) as const),
]

const primaryOf = ({ home }: ArchivedTable): string => home.indexes.find((index) => index.primary)?.name ?? ''

/** What a partial or an expression index guards, and NULLs that count as equal, are left to the database. */
const plainUniques = ({ home }: ArchivedTable): readonly Index[] =>
  home.indexes.filter(
    (index) =>
      index.unique &&
      !index.primary &&
      !index.partial &&
      index.columns !== null &&
      !index.definition.includes('NULLS NOT DISTINCT'),
  )

const isTaken = ({ home }: ArchivedTable, columns: readonly string[]): Sql =>
  sql`exists (select from only ${table(home.name)} o where ${equal(OTHER, columns, MINE, columns)})`

/** Nobody at home has what the row refers to, and nobody comes home with it. */
function isTargetGone({ family, rows }: ArchivedRows, { target, columns, references }: ForeignKey): Sql {
  const refers = columns.map((name) => sql`${column(MINE, name)} is not null`)
  const isHome = sql`exists (select from ${table(target)} o where ${equal(OTHER, references, MINE, columns)})`
  const comes = archivedHome(family, target)
  if (comes === undefined) return allOf([...refers, sql`not ${isHome}`])
  const isComing = sql`exists (select from only ${table(comes.shape.name)} o where ${equal(OTHER, references, MINE, columns)}
    and ${amongKeys(OTHER, comes.shape.key, rowsOf(rows, comes), comes.shape)})`
  return allOf([...refers, sql`not ${isHome}`, sql`not ${isComing}`])
}

const equal = (a: Sql, names: readonly string[], b: Sql, others: readonly string[]): Sql =>
  allOf(names.map((name, index) => sql`${column(a, name)} = ${column(b, others[index] ?? '')}`))

/** Columns by which the checks tell one row from another: keys, unique values, references, and values without a home. */
function isNeeded({ home, links, homeless }: ArchivedTable, name: string): boolean {
  const lists = [
    home.key,
    homeless,
    ...links.map((link) => link.columns),
    ...home.outgoing.map((key) => key.columns),
    ...home.indexes.flatMap((index) => (index.unique ? [index.columns ?? []] : [])),
  ]
  return lists.some((list) => list.includes(name))
}

/** Rows of `each` that belong to the subjects, each beside its subject's key; `more` is given the row's alias. */
function ownedSql(
  { family, rows }: ArchivedRows,
  each: ArchivedTable,
  more: (row: Sql) => Sql,
  where?: (row: Sql) => Sql,
): Sql {
  const subject = archivedSubject(family)
  const { key, name } = subject.shape
  const owner = sql`${keyText(SUBJECT, key)} as ${OWNER}`
  const isAsked = inKeys(SUBJECT, key, rowsOf(rows, subject), subject.shape)
  if (each === subject)
    return sql`select ${owner}${more(SUBJECT)} from only ${table(name)} ${SUBJECT} where ${allOf([isAsked, ...(where === undefined ? [] : [where(SUBJECT)])])}`
  const onPaths = pathsToSubject(family, each).map(
    (path) => sql`select ${owner}${more(hop(0))} from ${pathJoins(family, each, path)}
      join only ${table(name)} ${SUBJECT} on ${belongsTo(path, SUBJECT)}
      where ${allOf([isAsked, ...(where === undefined ? [] : [where(hop(0))])])}`,
  )
  return join(onPaths, ' union all ')
}

const ownersSql = (
  found: ArchivedRows,
  each: ArchivedTable,
  kind: Conflict['kind'],
  holds: (row: Sql) => Sql,
): Sql<ConflictRow> =>
  sql`select distinct ${OWNER} as key, ${kind} as kind, ''::text as guard
    from (${ownedSql(found, each, () => raw(''), holds)}) a order by key`
