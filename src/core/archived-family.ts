/**
 * The family as the archive holds it: the same tables and links, read under the archive tables' names, each with the
 * table that its rows go home to. Whatever reads a family, reads this one too. A table takes part as soon as its
 * archive table is there, whatever its action is today, so that a changed policy leaves no row behind.
 */
import { ARCHIVE_COLUMNS, isArchiveColumn } from './archive-columns.ts'
import { type Family, type FamilyTable, type Link, parentOf, tableOfRelation } from './family.ts'
import { sameTable, type TableName } from './names.ts'
import { archiveName, type Policy } from './policy.ts'
import { type Catalog, type Column, columnOf, shapeOf, type TableShape } from './table.ts'

/** `shape` is the home table's under the archive table's name. */
export type ArchivedTable = FamilyTable &
  Readonly<{
    home: TableShape
    twin: TableShape
    /** Home columns that the archive table lacks. */
    missing: readonly string[]
    /** Home columns that the archive table has with another type or collation. */
    retyped: readonly string[]
    /** Archive columns that the home table lacks: a value in one of them would be lost. */
    homeless: readonly string[]
  }>

/** The subject first, then parents before children. */
export type ArchivedFamily = Readonly<{ tables: readonly ArchivedTable[] }>

/** A relation whose own table is gone, while its archive table may still hold rows. */
export type VanishedRelation = Readonly<{
  archive: TableName
  columns: readonly string[]
  parent: ArchivedTable
  references: readonly string[]
}>

/** Null where the subject has no archive table: nothing was ever archived. */
export function archivedFamily(family: Family, catalog: Catalog): ArchivedFamily | null {
  const placed = new Map<FamilyTable, number>()
  const tables: ArchivedTable[] = []
  for (const each of family.tables) {
    const twin = shapeOf(catalog, each.archive)
    const links = each.links.flatMap((link) => relinked(family, link, placed))
    const isSubject = each.action === 'subject'
    if (twin === undefined || !isArchiveOf(twin, each) || (links.length === 0 && !isSubject)) {
      if (isSubject) return null
      continue
    }
    placed.set(each, tables.length)
    tables.push(archivedTable(each, twin, links))
  }
  return { tables }
}

export function archivedSubject(family: ArchivedFamily): ArchivedTable {
  const [subject] = family.tables
  if (subject === undefined) throw new RangeError('a family has at least its subject')
  return subject
}

/** Columns that tie the family's rows together and that an archive table lacks: its rows cannot be found. */
export function lostReferences(family: ArchivedFamily): readonly Readonly<{ table: ArchivedTable; column: string }>[] {
  return family.tables.flatMap((table) => {
    const index = family.tables.indexOf(table)
    const referenced = family.tables.flatMap((each) => each.links).filter((link) => link.parent === index)
    const known = [
      ...table.home.key,
      ...table.links.flatMap((link) => link.columns),
      ...referenced.flatMap((link) => link.references),
    ]
    return table.missing.filter((column) => known.includes(column)).map((column) => ({ table, column }))
  })
}

/** Relations of the policy without a table of their own, as far as the policy itself says whose rows they held. */
export function vanishedRelations(
  policy: Policy,
  family: ArchivedFamily,
  catalog: Catalog,
): readonly VanishedRelation[] {
  return policy.relations.flatMap((relation) => {
    if (shapeOf(catalog, relation.table) !== undefined || relation.columns === null) return []
    const parent = relation.parent === null ? archivedSubject(family) : archivedRelation(family, relation.parent)
    if (parent === undefined) return []
    const archive = archiveName(relation.table, policy.archiveSuffix)
    return [{ archive, columns: relation.columns, parent, references: relation.references ?? parent.home.key }]
  })
}

/** The table whose home is `name`, if the archive has it. */
export const archivedHome = (family: ArchivedFamily, name: TableName): ArchivedTable | undefined =>
  family.tables.find((each) => sameTable(each.home.name, name))

const archivedRelation = (family: ArchivedFamily, relation: string): ArchivedTable | undefined => {
  const found = tableOfRelation(family, relation)
  return family.tables.find((each) => each === found)
}

/** The moved tables' archives were judged by the plan's refusals; a kept table's namesake counts if it is fit to be one. */
const isArchiveOf = (twin: TableShape, { shape, action }: FamilyTable): boolean =>
  action === 'subject' ||
  action === 'archive' ||
  (twin.kind === 'r' &&
    twin.key.join() === shape.key.join() &&
    ARCHIVE_COLUMNS.every((name) => columnOf(twin, name) !== undefined))

function relinked(family: Family, link: Link, placed: ReadonlyMap<FamilyTable, number>): readonly Link[] {
  const parent = placed.get(parentOf(family, link))
  return parent === undefined ? [] : [{ ...link, parent }]
}

function archivedTable(each: FamilyTable, twin: TableShape, links: readonly Link[]): ArchivedTable {
  const home = each.shape
  const names = home.columns.map(({ name }) => name)
  return {
    shape: { ...home, oid: twin.oid, name: twin.name },
    archive: home.name,
    // Every table here gives its rows back, whatever the policy would do with new ones.
    action: each.action === 'subject' ? 'subject' : 'archive',
    links,
    home,
    twin,
    missing: names.filter((name) => columnOf(twin, name) === undefined),
    retyped: home.columns.filter((column) => isRetyped(column, columnOf(twin, column.name))).map(({ name }) => name),
    homeless: twin.columns.map(({ name }) => name).filter((name) => !names.includes(name) && !isArchiveColumn(name)),
  }
}

const isRetyped = (column: Column, other: Column | undefined): boolean =>
  other !== undefined &&
  (column.type !== other.type || column.typeId !== other.typeId || column.collation !== other.collation)
