/**
 * Turns each relation of the policy into columns on both sides: from what the policy declares, else from the one
 * foreign key between the two tables, else from the parent's primary key. An optional relation whose table or column
 * is missing is left out with a warning, and so are the relations below it.
 */
import type { Finding, Findings } from './finding.ts'
import { sameTable, type TableName, tableText } from './names.ts'
import { archiveName, type Policy, type RelatedAction, type Relation } from './policy.ts'
import { type Catalog, columnOf, type ForeignKey, shapeOf, type TableShape } from './table.ts'

export type ResolvedRelation = Readonly<{
  name: string
  shape: TableShape
  action: RelatedAction
  parent: TableShape
  columns: readonly string[]
  references: readonly string[]
  foreignKey: ForeignKey | null
}>

type Resolution = Readonly<{ relations: readonly ResolvedRelation[] }> & Findings

/** What stands in the way of one relation. */
type Obstacle = Readonly<{ finding: Finding }>

export function resolveRelations(policy: Policy, catalog: Catalog, subject: TableShape): Resolution {
  const resolved = new Map<string, ResolvedRelation>()
  const refusals: Finding[] = []
  const warnings: Finding[] = []
  for (const relation of declaredParentsFirst(policy.relations)) {
    const parent = relation.parent === null ? subject : resolved.get(relation.parent)?.shape
    // Its parent was left out or refused already: one finding is enough.
    if (parent === undefined) continue
    const outcome = resolveOne(relation, parent, catalog)
    if (!('finding' in outcome)) resolved.set(relation.name, outcome)
    else if (hasVanished(relation, policy, catalog)) refusals.push(vanished(relation, policy))
    else (relation.optional ? warnings : refusals).push(outcome.finding)
  }
  const relations = [...resolved.values()]
  const found = policy.discover ? discoverRelations(policy, catalog, subject, relations) : []
  return { relations: [...relations, ...found], refusals, warnings }
}

/**
 * The table is gone, but its archive table is there: it was a part of the family, and its keep rules were obeyed. To go
 * on without it would move whom they kept.
 */
const hasVanished = (relation: Relation, policy: Policy, catalog: Catalog): boolean =>
  relation.optional &&
  shapeOf(catalog, relation.table) === undefined &&
  shapeOf(catalog, archiveName(relation.table, policy.archiveSuffix)) !== undefined

const vanished = ({ table }: Relation, { archiveSuffix }: Policy): Finding => ({
  code: 'relation_vanished',
  object: tableText(table),
  message: `${tableText(table)} does not exist, but ${tableText(archiveName(table, archiveSuffix))} does: it was here before`,
  hint: 'Bring the table back under its name, or correct the policy; to leave it out for good, rename its archive table.',
})

/** A stable order in which a relation comes after the relation it names as its parent. */
function declaredParentsFirst(relations: readonly Relation[]): readonly Relation[] {
  const depth = (relation: Relation): number => {
    const parent = relations.find((other) => other.name === relation.parent)
    return parent === undefined ? 0 : 1 + depth(parent)
  }
  return relations
    .map((relation) => ({ relation, depth: depth(relation) }))
    .sort((a, b) => a.depth - b.depth)
    .map(({ relation }) => relation)
}

function resolveOne(relation: Relation, parent: TableShape, catalog: Catalog): ResolvedRelation | Obstacle {
  const shape = shapeOf(catalog, relation.table)
  if (shape === undefined) return obstacle('missing_table', relation.table, 'does not exist', relation)
  const foreignKey = foreignKeyBetween(relation, shape, parent)
  const columns = relation.columns ?? foreignKey?.columns
  if (columns === undefined)
    return obstacle(
      'no_foreign_key',
      relation.table,
      `has not exactly one foreign key to ${tableText(parent.name)}`,
      relation,
    )
  const references = relation.references ?? foreignKey?.references ?? parent.key
  const missing = missingColumn(shape, columns) ?? missingColumn(parent, references)
  if (missing !== null) return obstacle('missing_column', missing.table, `has no column ${missing.column}`, relation)
  if (columns.length !== references.length)
    return obstacle(
      'reference_differs',
      relation.table,
      `refers by ${columns.length} columns to ${references.length}`,
      relation,
    )
  return { name: relation.name, shape, action: relation.action, parent, columns, references, foreignKey }
}

/** The foreign key that the declared columns name; without declared columns the only one between the two tables. */
function foreignKeyBetween(relation: Relation, shape: TableShape, parent: TableShape): ForeignKey | null {
  const between = shape.outgoing.filter((key) => key.enforced && sameTable(key.target, parent.name))
  const { columns } = relation
  if (columns !== null) return between.find((key) => key.columns.join() === columns.join()) ?? null
  return between.length === 1 ? (between[0] ?? null) : null
}

function missingColumn(
  shape: TableShape,
  columns: readonly string[],
): Readonly<{ table: TableName; column: string }> | null {
  const column = columns.find((name) => columnOf(shape, name) === undefined)
  return column === undefined ? null : { table: shape.name, column }
}

/** Follows foreign keys into the family, table by table, until no new table is found. */
function discoverRelations(
  policy: Policy,
  catalog: Catalog,
  subject: TableShape,
  declared: readonly ResolvedRelation[],
): readonly ResolvedRelation[] {
  const found: ResolvedRelation[] = []
  const isKnown = (key: ForeignKey) =>
    [...declared, ...found].some(
      (known) => known.foreignKey?.name === key.name && sameTable(known.shape.name, key.table),
    )
  const queue = [subject, ...declared.map((relation) => relation.shape)]
  for (let parent = queue.shift(); parent !== undefined; parent = queue.shift()) {
    for (const key of parent.incoming) {
      const shape = shapeOf(catalog, key.table)
      if (shape === undefined || !key.enforced || isKnown(key) || sameTable(key.table, parent.name)) continue
      const action = declared.find((known) => sameTable(known.shape.name, key.table))?.action ?? policy.related
      const name = `${tableText(shape.name)}.${key.name}`
      found.push({ name, shape, action, parent, columns: key.columns, references: key.references, foreignKey: key })
      if (action !== 'keep') queue.push(shape)
    }
  }
  return found
}

function obstacle(code: string, table: TableName, problem: string, relation: Relation): Obstacle {
  const name = tableText(table)
  return relation.optional
    ? {
        finding: {
          code: 'relation_left_out',
          object: name,
          message: `${name} ${problem}: the plan goes on without it`,
          hint: 'Nothing to do, if that is meant; else create it or correct the policy.',
        },
      }
    : {
        finding: {
          code,
          object: name,
          message: `${name} ${problem}`,
          hint: `Correct the relation ${relation.name} of the policy.`,
        },
      }
}
