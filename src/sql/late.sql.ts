/**
 * Late rows: active rows whose parent is archived and not active. Looked for below the families of one batch, by index,
 * or everywhere, in one pass over each table; and locked, to be moved after their family. Rows of nobody are counted.
 */
import type { ArchivedFamily, ArchivedTable } from '../core/archived-family.ts'
import { archivedSubject } from '../core/archived-family.ts'
import { type Family, type FamilyTable, type Link, parentOf } from '../core/family.ts'
import type { KeepRule, Policy } from '../core/policy.ts'
import { conditionsSql } from './condition.sql.ts'
import { belongsTo, hop, pathJoins, pathsToSubject } from './family-path.sql.ts'
import { amongKeys, columnsOf, gatherKeys, inKeys, type KeySet, type KeySetRow, keyText } from './keys.sql.ts'
import { knownColumns, type LockedRows } from './lock.sql.ts'
import { allOf, anyOf, column, commaList, join, raw, type Sql, sql, table } from './tag.ts'

/** A link of an active table up to a parent that an archive table holds. */
export type LateLink = Readonly<{ link: Link; parent: FamilyTable; archived: ArchivedTable }>

export type LateTable = Readonly<{ archive: ArchivedFamily; child: FamilyTable; links: readonly LateLink[] }>

export type LateRow = Readonly<{
  rows: string
  /** Of these without an archived subject. */
  unowned: string
  /** Rows whose parent is on neither side; '0' where only a batch is looked at. */
  nobody: string
  /** Journal keys of their subjects, a JSON array of at most as many as asked for; null for none. */
  owners: string | null
}>

const CHILD: Sql = raw('c')
const ORPHAN: Sql = raw('o')
const SUBJECT: Sql = raw('s')

/** `batch` null: everywhere. */
export function lateSql(late: LateTable, batch: string | null, limit: number): Sql<LateRow> {
  const { child, links } = late
  const orphans = links.map((each, index) => sql`${nameOf(index)} as materialized (${orphansSql(child, each, batch)})`)
  const found = links.map((each, index) => lateOfLink(late, each, nameOf(index)))
  const lost = links.map(
    (each, index) => sql`(select count(*) from ${nameOf(index)} ${ORPHAN} where not ${isArchived(each)})`,
  )
  return sql`with ${commaList(orphans)}, late as materialized (${join(found, ' union ')})
    select (select count(distinct k) from late)::text as rows,
      (select count(distinct k) from late where owner is null)::text as unowned,
      ${batch === null ? sql`(${join(lost, ' + ')})::text` : raw("'0'")} as nobody,
      (select pg_catalog.jsonb_agg(l.owner) from (select owner from late where owner is not null
        group by owner order by length(owner), owner collate "C" limit ${limit}::bigint) l)::text as owners`
}

const nameOf = (index: number): Sql => raw(`orphan_${index}`)

/** Rows that refer to a parent which is not active. */
function orphansSql(child: FamilyTable, { link, parent, archived }: LateLink, batch: string | null): Sql {
  const names = [...new Set([...child.shape.key, ...link.columns])].map((name) => column(CHILD, name))
  const where = [
    ...(batch === null ? link.columns.map((name) => sql`${column(CHILD, name)} is not null`) : []),
    ...(batch === null ? [] : [isOfBatch(link, archived, batch)]),
    sql`not ${isActive(link, parent)}`,
  ]
  return sql`select ${commaList(names)} from only ${table(child.shape.name)} ${CHILD} where ${allOf(where)}`
}

const isActive = (link: Link, parent: FamilyTable): Sql =>
  sql`exists (select from only ${table(parent.shape.name)} p where ${refers(link, CHILD, raw('p'))})`

const refers = ({ columns, references }: Link, child: Sql, parent: Sql): Sql =>
  allOf(columns.map((name, index) => sql`${column(child, name)} = ${column(parent, references[index] ?? '')}`))

/** Behind an array the planner takes the child's index, whatever the statistics say of a batch of this moment. */
function isOfBatch({ columns, references }: Link, { shape }: ArchivedTable, batch: string): Sql {
  const rows = sql`only ${table(shape.name)} a where a.archive_batch = ${batch}::bigint`
  const [own, ...more] = columns
  const [type] = columnsOf(shape, references)
  if (own === undefined || type === undefined || more.length > 0)
    return sql`(${commaList(columns.map((name) => column(CHILD, name)))}) in (select ${commaList(references.map((name) => column(raw('a'), name)))} from ${rows})`
  return sql`${column(CHILD, own)} = any((select pg_catalog.array_agg(${column(raw('a'), type.name)}) from ${rows})::${raw(type.type)}[])`
}

const isArchived = ({ link, archived }: LateLink): Sql =>
  sql`exists (select from only ${table(archived.shape.name)} a where ${refers(link, ORPHAN, raw('a'))})`

/** Those of a link's orphans whose parent a batch of ours archived: their key `k`, and the journal key of their `owner`. */
function lateOfLink({ archive, child }: LateTable, { link, archived }: LateLink, orphans: Sql): Sql {
  return sql`select ${keyText(ORPHAN, child.shape.key)} as k, ${ownerSql(archive, archived, link)} as owner from ${orphans} ${ORPHAN}
    where exists (select from only ${table(archived.shape.name)} a
      where ${refers(link, ORPHAN, raw('a'))} and a.archive_batch is not null)`
}

/** The archived subject above the row's archived parent, by the first way that leads to one. */
function ownerSql(archive: ArchivedFamily, parent: ArchivedTable, link: Link): Sql {
  const subject = archivedSubject(archive)
  const name = table(subject.shape.name)
  const key = keyText(SUBJECT, subject.shape.key)
  if (parent === subject)
    return sql`(select ${key} from only ${name} ${SUBJECT} where ${refers(link, ORPHAN, SUBJECT)} limit 1)`
  const ways = pathsToSubject(archive, parent).map(
    (
      path,
    ) => sql`(select ${key} from ${pathJoins(archive, parent, path)} join only ${name} ${SUBJECT} on ${belongsTo(path, SUBJECT)}
      where ${refers(link, ORPHAN, hop(0))} limit 1)`,
  )
  return sql`coalesce(${commaList(ways)})`
}

/** `seen` counts without a lock: more seen than locked means that somebody holds a row. */
export type LockedLateRow = KeySetRow & Readonly<{ seen: string; strangers: string }>

/** What a family has on the two sides: its archived rows, and its late rows found so far. */
export type LateFamily = Readonly<{ archived: LockedRows; late: LockedRows }>

/**
 * Locks the rows of `child` that belong to archived rows which have no active namesake, or to late rows. `strangers`
 * refer to a parent outside the family as well.
 */
export function lockLateSql(family: Family, child: FamilyTable, rows: LateFamily): Sql<LockedLateRow> {
  const names = knownColumns(family, child)
  const mine = anyOf(child.links.flatMap((link) => mineByLink(family, link, rows)))
  const isStrange = child.links.map((link) => isOutside(family, link, rows))
  const source = sql`only ${table(child.shape.name)} ${CHILD} where ${mine}`
  return sql`with locked as materialized (
      select ${commaList(names.map((name) => column(CHILD, name)))}, ${anyOf(isStrange)} as strange from ${source} for update skip locked)
    select (select count(*) from ${source})::text as seen, count(*) filter (where locked.strange)::text as strangers,
      ${gatherKeys(raw('locked'), names)} from locked`
}

function mineByLink(family: Family, link: Link, { archived, late }: LateFamily): readonly Sql[] {
  const parent = parentOf(family, link)
  const among = (keys: KeySet) => inKeys(CHILD, link.columns, keys, parent.shape, link.references)
  const home = archived.get(parent)
  const moving = late.get(parent)
  return [
    ...(home === undefined || home.count === 0 ? [] : [sql`${among(home)} and not ${isActive(link, parent)}`]),
    ...(moving === undefined || moving.count === 0 ? [] : [among(moving)]),
  ]
}

function isOutside(family: Family, link: Link, { archived, late }: LateFamily): Sql {
  const parent = parentOf(family, link)
  const inside = [archived.get(parent), late.get(parent)].flatMap((keys) =>
    keys === undefined || keys.count === 0 ? [] : [amongKeys(CHILD, link.columns, keys, parent.shape, link.references)],
  )
  const isNothing = anyOf(link.columns.map((name) => sql`${column(CHILD, name)} is null`))
  return sql`case when ${isNothing} then false when ${anyOf(inside)} then false else true end`
}

/** Whether one of these rows makes the rule hold: its subject should be active then. */
export const meetsRuleSql = (
  judged: Readonly<{ policy: Policy; moment: string }>,
  { shape }: FamilyTable,
  rule: KeepRule,
  keys: KeySet,
): Sql<{ meets: string }> =>
  sql`select exists (select from only ${table(shape.name)} ${CHILD}
    where ${allOf([inKeys(CHILD, shape.key, keys, shape), conditionsSql({ ...judged, shape, alias: CHILD }, rule.where)])})::text as meets`
