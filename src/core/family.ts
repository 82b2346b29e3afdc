/**
 * The family: the subject table and every table whose rows belong to it, parents first, found from foreign keys and
 * from declared relations alike. A table may be reached by several links (an instalment names its customer and its
 * plan); it stands here once. Deletion goes through `tables` backwards, so that children leave before parents.
 */
import { type ResolvedRelation, resolveRelations } from './family-relations.ts'
import type { Finding, Findings } from './finding.ts'
import { qualifiedText, sameTable, type TableName, tableText } from './names.ts'
import { archiveName, type Policy, type RelatedAction } from './policy.ts'
import { type Catalog, type ForeignKey, shapeOf, type TableShape } from './table.ts'

/** One way in which a row belongs to another: `columns` of the child hold `references` of the parent. */
export type Link = Readonly<{
  relation: string
  columns: readonly string[]
  /** Index of the parent in `Family.tables`. */
  parent: number
  references: readonly string[]
  /** The enforced foreign key behind the link, if there is one. */
  foreignKey: ForeignKey | null
}>

export type FamilyTable = Readonly<{
  shape: TableShape
  /** Where its rows go; the table may not exist yet. */
  archive: TableName
  action: RelatedAction | 'subject'
  /** Empty for the subject. */
  links: readonly Link[]
}>

/** The subject first, then parents before children. */
export type Family = Readonly<{ tables: readonly FamilyTable[] }>

/** `family` is null where a refusal leaves nothing to plan with. */
export type FamilyOutcome = Readonly<{ family: Family | null }> & Findings

/** The tables whose rows move: the subject, and those with the action `archive`. */
export const movedTables = (family: Family): readonly FamilyTable[] => family.tables.filter(isMoved)

export const isMoved = (table: FamilyTable): boolean => table.action === 'subject' || table.action === 'archive'

export function subjectOf(family: Family): FamilyTable {
  const [subject] = family.tables
  if (subject === undefined) throw new RangeError('a family has at least its subject')
  return subject
}

export function parentOf(family: Family, link: Link): FamilyTable {
  const parent = family.tables[link.parent]
  if (parent === undefined) throw new RangeError(`no parent for the relation ${link.relation}`)
  return parent
}

export const tableOfRelation = (family: Family, relation: string): FamilyTable | undefined =>
  family.tables.find((table) => table.links.some((link) => link.relation === relation))

/**
 * The table that a keep rule reads. A relation that was left out for a missing column may have another way in: the rule
 * is about the table's rows, whichever link leads to them.
 */
export function ruledTable(policy: Policy, family: Family, relation: string): FamilyTable | undefined {
  const name = policy.relations.find((each) => each.name === relation)?.table
  const found = tableOfRelation(family, relation)
  return (
    found ??
    family.tables.find(({ shape, links }) => links.length > 0 && name !== undefined && sameTable(shape.name, name))
  )
}

/** Columns of `table` that some link of the family refers to: its rows are known to their children by these. */
export function referencedColumns(family: Family, table: FamilyTable): readonly string[] {
  const index = family.tables.indexOf(table)
  const links = family.tables.flatMap((each) => each.links).filter((link) => link.parent === index)
  return [...new Set(links.flatMap((link) => link.references))]
}

/** Resolves the policy's relations against the catalog. Without a subject table there is no family. */
export function resolveFamily(policy: Policy, catalog: Catalog): FamilyOutcome {
  const subject = shapeOf(catalog, policy.subject)
  if (subject === undefined) return { family: null, refusals: [missingSubject(policy.subject)], warnings: [] }
  const { relations, refusals, warnings } = resolveRelations(policy, catalog, subject)
  const order = parentsFirst(subject.name, relations)
  if (order === null) return { family: null, refusals: [...refusals, cyclicRelations(subject.name)], warnings }
  const tables = order.map((name): FamilyTable => {
    const own = relations.filter((relation) => sameTable(relation.shape.name, name))
    const [first] = own
    return {
      shape: first?.shape ?? subject,
      archive: archiveName(name, policy.archiveSuffix),
      action: first?.action ?? 'subject',
      links: own.map((relation) => ({
        relation: relation.name,
        columns: relation.columns,
        parent: order.findIndex((other) => sameTable(other, relation.parent.name)),
        references: relation.references,
        foreignKey: relation.foreignKey,
      })),
    }
  })
  return { family: { tables }, refusals, warnings }
}

/** The tables in an order in which every parent stands before its children; null where there is a cycle. */
function parentsFirst(subject: TableName, relations: readonly ResolvedRelation[]): readonly TableName[] | null {
  const names = new Map(relations.map((relation) => [qualifiedText(relation.shape.name), relation.shape.name]))
  const order: TableName[] = [subject]
  const isPlaced = (name: TableName) => order.some((placed) => sameTable(placed, name))
  while (names.size > 0) {
    const next = [...names].find(([, name]) =>
      relations
        .filter((relation) => sameTable(relation.shape.name, name))
        .every((relation) => isPlaced(relation.parent.name)),
    )
    if (next === undefined) return null
    order.push(next[1])
    names.delete(next[0])
  }
  return order
}

const missingSubject = (name: TableName): Finding => ({
  code: 'missing_table',
  object: tableText(name),
  message: `the subject table ${qualifiedText(name)} does not exist`,
  hint: 'Create the table, or correct the policy.',
})

const cyclicRelations = (name: TableName): Finding => ({
  code: 'cyclic_relations',
  object: tableText(name),
  message: `the tables that belong to ${tableText(name)} refer to each other in a circle`,
  hint: 'Leave one relation of the circle out of the policy, or set discover to false.',
})
