/**
 * Finds late rows, table by table in one snapshot: below the families of a batch where nothing guards the reference, or
 * everywhere. Tables that the policy keeps active have intended orphans, and are none of its business.
 */
import { type ArchivedFamily, type ArchivedTable, archivedFamily } from '../../core/archived-family.ts'
import { type Family, type FamilyTable, isMoved, parentOf, subjectOf } from '../../core/family.ts'
import { tableText } from '../../core/names.ts'
import type { Catalog } from '../../core/table.ts'
import { isIndexed } from '../../core/table.ts'
import type { Database, Session } from '../../db/database.ts'
import { type LateRow, type LateTable, lateSql } from '../../sql/late.sql.ts'
import { onBothSidesSql } from '../../sql/verify-rows.sql.ts'
import { keysOf } from '../restore/restore-selection.ts'

/** Families that one look names; what is beyond it is found by the next. */
const OWNERS_AT_ONCE = 10_000

export type FoundTable = Readonly<{
  child: FamilyTable
  table: string
  rows: number
  unowned: number
  nobody: number
  /** Journal keys of the subjects. */
  owners: readonly string[]
}>

/** Where late rows may be; null where the subject has no archive yet. */
export type LatePlaces = Readonly<{
  archive: ArchivedFamily
  all: readonly LateTable[]
  unguarded: readonly LateTable[]
}>

/** `unguarded` has the links without an enforced foreign key and with an index: those worth a look after each batch. */
export function latePlaces(family: Family, catalog: Catalog): LatePlaces | null {
  const archive = archivedFamily(family, catalog)
  if (archive === null) return null
  const places = family.tables.slice(1).filter(({ action }) => action !== 'keep')
  const all = places.map((child) => ({ archive, child, links: linksOf(family, archive, child) }))
  const unguarded = all.map((each) => ({
    ...each,
    links: each.links.filter(({ link }) => link.foreignKey === null && isIndexed(each.child.shape, link.columns)),
  }))
  const filled = (each: LateTable) => each.links.length > 0
  return { archive, all: all.filter(filled), unguarded: unguarded.filter(filled) }
}

function linksOf(family: Family, archive: ArchivedFamily, child: FamilyTable) {
  return child.links.flatMap((link) => {
    const parent = parentOf(family, link)
    const archived = archivedTableOf(archive, parent)
    return archived === undefined || !isMoved(parent) ? [] : [{ link, parent, archived }]
  })
}

/** The archive's side of an active table of the family. */
export const archivedTableOf = ({ tables }: ArchivedFamily, { shape }: FamilyTable): ArchivedTable | undefined =>
  tables.find(({ home }) => home.oid === shape.oid)

/** A run sweeps while people work. */
const BESIDE_PEOPLE = { mode: 'snapshot', pinnedSearchPath: true, parallel: false } as const

/** Below the families of one batch. */
export const findLateOfBatch = (
  database: Database,
  { unguarded }: LatePlaces,
  batch: number,
): Promise<readonly FoundTable[]> =>
  database.transaction(BESIDE_PEOPLE, (session) => findLateIn(session, unguarded, String(batch)))

export type FoundEverywhere = Readonly<{
  tables: readonly FoundTable[]
  returned: Readonly<{ subjects: number; keys: readonly string[] }>
}>

/** Everywhere; and the subjects that are on both sides. */
export const findLateEverywhere = (database: Database, family: Family, { all }: LatePlaces): Promise<FoundEverywhere> =>
  database.transaction(BESIDE_PEOPLE, async (session) => {
    const { shape, archive } = subjectOf(family)
    const tables = await findLateIn(session, all, null)
    const { count, keys } = await session.one(onBothSidesSql(shape, archive))
    return { tables, returned: { subjects: Number(count), keys: keysOf(keys) } }
  })

/** Table by table, in the session's snapshot; `batch` null: everywhere. */
export const findLateIn = (
  session: Session,
  places: readonly LateTable[],
  batch: string | null,
): Promise<FoundTable[]> =>
  Promise.all(places.map(async (each) => foundOf(each.child, await session.one(lateSql(each, batch, OWNERS_AT_ONCE)))))

const foundOf = (child: FamilyTable, row: LateRow): FoundTable => ({
  child,
  table: tableText(child.shape.name),
  rows: Number(row.rows),
  unowned: Number(row.unowned),
  nobody: Number(row.nobody),
  owners: keysOf(row.owners),
})
