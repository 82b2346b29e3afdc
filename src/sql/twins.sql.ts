/**
 * Rows whose key is both active and archived, compared by the exact text of every column. Only twins that are equal may
 * lose a copy, and only the one on the side where its parent is not. What comes back are keys and names of columns.
 */
import type { ArchivedFamily, ArchivedTable } from '../core/archived-family.ts'
import { type Link, parentOf } from '../core/family.ts'
import { amongKeys, gatherKeys, type KeySet, type KeySetRow, keyText } from './keys.sql.ts'
import { allOf, anyOf, column, commaList, join, raw, type Sql, sql, table } from './tag.ts'
import { firstKeys } from './verify-rows.sql.ts'

export type TwinsRow = Readonly<{
  equal: string
  equal_keys: string | null
  differing: string
  differing_keys: string | null
  /** JSON array of names. */
  columns: string | null
}>

/** The active and the archived copy. */
const ACTIVE: Sql = raw('h')
const ARCHIVED: Sql = raw('a')

/** Which copies go: `archived` leaves the archive, `active` the active table. */
export type Side = 'active' | 'archived'

export function twinsSql(each: ArchivedTable): Sql<TwinsRow> {
  const columns = comparable(each)
  const differs = columns.map((name) => sql`select ${name}::text as n where ${isDifferent(name)}`)
  const lost = each.homeless.map((name) => sql`select ${name}::text where ${column(ARCHIVED, name)} is not null`)
  return sql`with twin as materialized (
      select ${keyText(ACTIVE, each.shape.key)} as k,
        array(${join([...differs, ...lost, ...each.missing.map(missingSql)], ' union all ')}) as names
      from ${pairSql(each)}),
    equal as materialized (select k from twin where names = '{}'),
    differing as materialized (select k, names from twin where names <> '{}')
    select (select count(*) from equal)::text as equal, ${firstKeys(raw('equal'))} as equal_keys,
      (select count(*) from differing)::text as differing, ${firstKeys(raw('differing'))} as differing_keys,
      (select pg_catalog.jsonb_agg(distinct n order by n) from differing, unnest(names) n)::text as columns`
}

/** Locks equal twins of which the copy on `side` can go, at most `limit`; those that somebody holds are passed by. */
export function lockTwinsSql(
  family: ArchivedFamily,
  each: ArchivedTable,
  side: Side,
  limit: number,
): Sql<KeySetRow & Readonly<{ batches: string | null }>> {
  const key = each.shape.key
  const isOurs = side === 'active' ? canLeaveActive(family, each) : sql`not ${livesInArchive(family, each)}`
  return sql`with locked as materialized (
      select ${commaList(key.map((name) => column(ACTIVE, name)))}, ${ARCHIVED}.archive_batch from ${pairSql(each)}
      where ${allOf([isEqual(each), isOurs])} limit ${limit}::bigint for update of h, a skip locked)
    select ${gatherKeys(raw('locked'), key)}, pg_catalog.json_agg(distinct locked.archive_batch::text)
      filter (where locked.archive_batch is not null)::text as batches from locked`
}

/** Of locked twins those that are still equal, in a statement of its own after the locks. */
export const stillEqualSql = (each: ArchivedTable, among: Sql): Sql<{ count: string }> =>
  sql`select count(*) as count from ${pairSql(each)} where ${allOf([among, isEqual(each)])}`

const pairSql = ({ home, shape }: ArchivedTable): Sql =>
  sql`only ${table(home.name)} ${ACTIVE} join only ${table(shape.name)} ${ARCHIVED}
    on ${allOf(shape.key.map((name) => sql`${column(ACTIVE, name)} = ${column(ARCHIVED, name)}`))}`

const comparable = ({ home, missing }: ArchivedTable): readonly string[] =>
  home.columns.map(({ name }) => name).filter((name) => !missing.includes(name))

const isDifferent = (name: string): Sql =>
  sql`${column(ACTIVE, name)}::text is distinct from ${column(ARCHIVED, name)}::text`

const missingSql = (name: string): Sql => sql`select ${name}::text where ${column(ACTIVE, name)} is not null`

const isEqual = (each: ArchivedTable): Sql =>
  allOf([
    ...comparable(each).map((name) => sql`not ${isDifferent(name)}`),
    ...each.homeless.map((name) => sql`${column(ARCHIVED, name)} is null`),
    ...each.missing.map((name) => sql`${column(ACTIVE, name)} is null`),
  ])

/**
 * The row's parents are archived, and none of them is active but as a copy of which the same is true: its family lives
 * there. `row` is the alias of either copy.
 */
function livesInArchive(family: ArchivedFamily, { links }: ArchivedTable, row: Sql = ACTIVE, depth = 0): Sql {
  const archived = links.map((link) => parentIn(family, link, 'shape', { row, depth }))
  const active = links.map((link) => parentIn(family, link, 'home', { row, depth }))
  return sql`(${anyOf(archived)} and not ${anyOf(active)})`
}

type Place = Readonly<{ row: Sql; depth: number }>

function parentIn(family: ArchivedFamily, link: Link, where: 'home' | 'shape', { row, depth }: Place): Sql {
  const parent = family.tables[link.parent]
  if (parent === undefined) throw new RangeError(`no parent for the relation ${link.relation}`)
  const alias = raw(`p${depth}`)
  const isMine = link.columns.map(
    (name, index) => sql`${column(row, name)} = ${column(alias, link.references[index] ?? '')}`,
  )
  const isCopy = where === 'home' && parent.links.length > 0
  const counts = isCopy ? [sql`not ${isCopyOfArchived(family, parent, { row: alias, depth: depth + 1 })}`] : []
  return sql`exists (select from only ${table(parent[where].name)} ${alias} where ${allOf([...isMine, ...counts])})`
}

function isCopyOfArchived(family: ArchivedFamily, parent: ArchivedTable, { row, depth }: Place): Sql {
  const twin = raw(`q${depth}`)
  const same = parent.shape.key.map((name) => sql`${column(row, name)} = ${column(twin, name)}`)
  return sql`(exists (select from only ${table(parent.shape.name)} ${twin} where ${allOf(same)})
    and ${livesInArchive(family, parent, row, depth)})`
}

/** Its family lives in the archive, and no active row of the family needs it. */
function canLeaveActive(family: ArchivedFamily, each: ArchivedTable): Sql {
  const children = family.tables.flatMap((child) =>
    child.links.filter((link) => parentOf(family, link) === each).map((link) => childOf(child, link)),
  )
  return allOf([livesInArchive(family, each), ...children.map((child) => sql`not ${child}`)])
}

const childOf = ({ home }: ArchivedTable, link: Link): Sql =>
  sql`exists (select from only ${table(home.name)} c where ${allOf(
    link.columns.map((name, index) => sql`${column(raw('c'), name)} = ${column(ACTIVE, link.references[index] ?? '')}`),
  )})`

/** The active copy is among these keys. */
export const activeAmong = ({ home }: ArchivedTable, keys: KeySet): Sql => amongKeys(ACTIVE, home.key, keys, home)
