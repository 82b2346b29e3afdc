/**
 * Rows whose parent is not where it should be, link by link and in one pass over each table. Always by NOT EXISTS and
 * joins: `NOT IN` finds nothing as soon as one NULL is in its list.
 */
import { type Family, type FamilyTable, type Link, parentOf } from '../core/family.ts'
import type { TableName } from '../core/names.ts'
import { keyText } from './keys.sql.ts'
import { allOf, column, commaList, id, raw, type Sql, sql, table } from './tag.ts'
import { firstKeys, type NamedRow } from './verify-rows.sql.ts'

/** One link of a table, to be followed on the active or on the archive side. */
export type FollowedLink = Readonly<{ family: Family; child: FamilyTable; link: Link }>

export type ActiveOrphansRow = Readonly<{
  /** The parent is in the archive, moved there by a batch: the row was left behind or came later. */
  left_behind: string
  /** The parent is in the archive, put there by others. */
  others: string
  /** The parent is nowhere. */
  nowhere: string
}>

export type ArchivedOrphansRow = Readonly<{
  /** The parent is active: the family is torn. */
  torn: string
  /** The parent is nowhere. */
  nowhere: string
}>

const CHILD = raw('c')
const PARENT = raw('p')

/** Active rows without an active parent. `parentArchive` is null where parents of this kind never move. */
export function activeOrphansSql(followed: FollowedLink, parentArchive: TableName | null): Sql<ActiveOrphansRow> {
  const { child, link } = followed
  const rows = sql`only ${table(child.shape.name)} c`
  const lost = allOf([refers(link), withoutParent(followed)])
  if (parentArchive === null)
    return sql`select '0' as left_behind, '0' as others, count(*)::text as nowhere from ${rows} where ${lost}`
  return sql`select count(*) filter (where a.ours)::text as left_behind, count(*) filter (where not a.ours)::text as others,
      count(*) filter (where a.ours is null)::text as nowhere
    from ${rows} left join ${archivedParents(link, parentArchive)} on ${allOf(sameReference(link, raw('a')))} where ${lost}`
}

/** Names those that the archive's own parents left behind; asked for where there are some. */
export const nameLeftBehindSql = (followed: FollowedLink, parentArchive: TableName): Sql<NamedRow> => {
  const { child, link } = followed
  return sql`with orphan as materialized (
      select ${keyText(CHILD, child.shape.key)} as k from only ${table(child.shape.name)} c
      where ${allOf([refers(link), withoutParent(followed), isArchived(link, parentArchive)])})
    select (select count(*) from orphan) as count, ${firstKeys(raw('orphan'))} as keys`
}

/** Rows that a batch moved and whose parent is not in the archive with them. */
export function archivedOrphansSql(followed: FollowedLink, parentArchive: TableName | null): Sql<ArchivedOrphansRow> {
  const { child, link } = followed
  const moved = [sql`c.archive_batch is not null`, refers(link)]
  const lost = parentArchive === null ? [] : [sql`not ${inTable(link, parentArchive)}`]
  const rows = sql`only ${table(child.archive)} c`
  const torn =
    parentArchive === null
      ? sql`select 0`
      : sql`select count(*) from ${rows} where ${allOf([...moved, ...lost, sql`not ${withoutParent(followed)}`])}`
  return sql`select (${torn})::text as torn,
    (select count(*) from ${rows} where ${allOf([...moved, ...lost, withoutParent(followed)])})::text as nowhere`
}

/** Taken once, by the first run: what belonged to nobody before cannot be a move's fault. */
export const recordBaselineSql = (subject: string, name: string, orphans: number): Sql =>
  sql`insert into mothball.orphan_baseline (subject, table_name, orphans) values (${subject}, ${name}, ${orphans}::bigint)
    on conflict (subject, table_name) do nothing`

export const baselinesSql = (subject: string): Sql<{ name: string; orphans: string }> =>
  sql`select table_name as name, orphans::text from mothball.orphan_baseline where subject = ${subject}`

/** A NULL in any of its columns and a link refers to nothing. */
const refers = ({ columns }: Link): Sql => allOf(columns.map((name) => sql`${column(CHILD, name)} is not null`))

const withoutParent = ({ family, link }: FollowedLink): Sql =>
  sql`not ${inTable(link, parentOf(family, link).shape.name)}`

const inTable = (link: Link, parent: TableName): Sql =>
  sql`exists (select from only ${table(parent)} p where ${allOf(sameReference(link, PARENT))})`

const isArchived = (link: Link, archive: TableName): Sql =>
  sql`exists (select from only ${table(archive)} p
    where ${allOf([...sameReference(link, PARENT), sql`p.archive_batch is not null`])})`

const sameReference = (link: Link, parent: Sql): readonly Sql[] =>
  link.columns.map((name, index) => sql`${column(CHILD, name)} = ${column(parent, link.references[index] ?? '')}`)

/** Each archived reference once, with whether a batch of ours moved it. */
const archivedParents = ({ references }: Link, archive: TableName): Sql => {
  const names = commaList([...new Set(references)].map(id))
  return sql`(select ${names}, bool_or(archive_batch is not null) as ours from only ${table(archive)} group by ${names}) a`
}
