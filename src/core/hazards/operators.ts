/**
 * Columns by which rows are told apart, tied together or judged are compared by PostgreSQL's own operators. An operator of
 * an extension (citext) or of a user is found by the search path, and foreign keys and indexes go by their own: where
 * the two disagree, a cascade deletes a row that no statement of ours has seen.
 */
import type { FamilyTable } from '../family.ts'
import { parentOf, ruledTable, subjectOf } from '../family.ts'
import type { Finding, Findings } from '../finding.ts'
import { lockedTables } from '../locked-tables.ts'
import { tableText } from '../names.ts'
import { columnOf } from '../table.ts'
import { type HazardInput, refuse } from './hazard.ts'

export function operatorHazards(input: HazardInput): Findings {
  const seen = new Set<string>()
  return refuse(
    comparedColumns(input).flatMap(({ table, name }) => {
      const finding = operatorOutside(table, name)
      if (finding === null || seen.has(finding.object)) return []
      seen.add(finding.object)
      return [finding]
    }),
  )
}

type Compared = Readonly<{ table: FamilyTable; name: string }>

/** Keys, both sides of every link, the age, and what keep rules compare. */
function comparedColumns({ policy, family }: HazardInput): readonly Compared[] {
  const keys = lockedTables(policy, family).flatMap((table) => table.shape.key.map((name) => ({ table, name })))
  const links = family.tables.flatMap((table) =>
    table.links.flatMap((link) => [
      ...link.columns.map((name) => ({ table, name })),
      ...link.references.map((name) => ({ table: parentOf(family, link), name })),
    ]),
  )
  const rules = policy.keep.flatMap(({ relation, where }) => {
    const table = relation === null ? subjectOf(family) : ruledTable(policy, family, relation)
    const compared = where.filter(({ operator }) => operator !== 'is null' && operator !== 'is not null')
    return table === undefined ? [] : compared.map(({ column }) => ({ table, name: column }))
  })
  return [...keys, ...links, { table: subjectOf(family), name: policy.age.column }, ...rules]
}

function operatorOutside({ shape }: FamilyTable, name: string): Finding | null {
  const column = columnOf(shape, name)
  if (column === undefined || column.operator === null) return null
  const object = `${tableText(shape.name)}.${name}`
  return {
    code: 'operator_outside',
    object,
    message: `${object} is ${column.type}, and ${column.operator} compares such values, which is none of PostgreSQL's own operators`,
    hint: "Give the column, and what refers to it, a type of PostgreSQL's own, such as text with a case-insensitive collation in place of citext; or drop that operator.",
  }
}
