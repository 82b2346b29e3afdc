/**
 * What identifies a person, column by column, and what takes its place. Judged against the tables before anything is
 * touched: a column that ties rows together, decides about their age or is guarded by the database is none to replace,
 * and a contact by which people are found may not be left out. Pure.
 */

import { isArchiveColumn } from './archive-columns.ts'
import { type ArchivedFamily, type ArchivedTable, archivedHome } from './archived-family.ts'
import { type Family, type FamilyTable, referencedColumns, subjectOf } from './family.ts'
import { parseTableName, sameTable, tableText } from './names.ts'
import type { Identifying, Policy } from './policy.ts'
import type { Problem } from './policy-problems.ts'
import { type Column, columnOf, type TableShape } from './table.ts'

/** One column of one side of a table, and what takes its place. */
export type Redaction = Readonly<{ column: Column; value: string | null }>

type Judged = Readonly<{ policy: Policy; family: Family; archive: ArchivedFamily | null }>

/** What is replaced in a table as it stands; a column that this side lacks is the other side's. */
export const redactionsOf = ({ erasure }: Policy, { shape }: FamilyTable, side: TableShape): readonly Redaction[] =>
  Object.entries(columnsFor(erasure.identifying, shape)).flatMap(([name, value]) => {
    const column = columnOf(side, name)
    return column === undefined ? [] : [{ column, value }]
  })

const columnsFor = (identifying: Identifying, { name }: TableShape): Readonly<Record<string, string | null>> =>
  Object.fromEntries(
    Object.entries(identifying).flatMap(([table, columns]) => (isNamed(table, name) ? Object.entries(columns) : [])),
  )

function isNamed(text: string, name: TableShape['name']): boolean {
  const parsed = parseTableName(text)
  return parsed !== null && sameTable(parsed, name)
}

/** Everything that is wrong, each with its field and what to do. */
export function identifyingProblems(judged: Judged): readonly Problem[] {
  const { identifying } = judged.policy.erasure
  if (Object.keys(identifying).length === 0)
    return [
      { field: 'erasure.identifying', problem: 'names nothing; name what identifies a person, by table and column' },
    ]
  const named = namedColumns(judged).flatMap(({ field, each, name, value }) => {
    const problem =
      each === null
        ? 'is of no table that belongs to a person; correct its name, or leave it out'
        : problemOf(judged, each, name, value)
    return problem === null ? [] : [{ field, problem }]
  })
  return [...named, ...unnamedContacts(judged)]
}

/** Columns that are named and not there, where the policy lets them pass: nothing of theirs is replaced. */
export const passedOver = (judged: Judged): readonly string[] =>
  judged.policy.erasure.missing === 'refuse' ? [] : absent(judged)

const absent = (judged: Judged): readonly string[] =>
  namedColumns(judged).flatMap(({ table, each, name }) =>
    each === null || sidesOf(judged, each, name).length === 0 ? [`${table}.${name}`] : [],
  )

type Named = Readonly<{ field: string; table: string; each: FamilyTable | null; name: string; value: string | null }>

const namedColumns = ({ policy, family }: Judged): readonly Named[] =>
  Object.entries(policy.erasure.identifying).flatMap(([table, columns]) => {
    const each = family.tables.find(({ shape }) => isNamed(table, shape.name)) ?? null
    if (each === null && policy.erasure.missing === 'pass') return []
    return Object.entries(columns).map(([name, value]) => ({
      field: `erasure.identifying.${table}.${name}`,
      table,
      each,
      name,
      value,
    }))
  })

const twinOf = ({ archive }: Judged, { shape }: FamilyTable): ArchivedTable | undefined =>
  archive === null ? undefined : archivedHome(archive, shape.name)

/** The tables, active and archive, that have the column. */
const sidesOf = (judged: Judged, each: FamilyTable, name: string): readonly TableShape[] =>
  [each.shape, twinOf(judged, each)?.twin].flatMap((side) =>
    side === undefined || columnOf(side, name) === undefined ? [] : [side],
  )

function problemOf(judged: Judged, each: FamilyTable, name: string, value: string | null): string | null {
  const { policy, family } = judged
  const sides = sidesOf(judged, each, name)
  if (sides.length === 0)
    return policy.erasure.missing === 'pass' ? null : 'does not exist; correct its name, or leave it out'
  if (each.shape.key.includes(name)) return 'is part of the key, by which everything is proven; leave it out'
  if (isArchiveColumn(name)) return 'is a column of the archive itself; leave it out'
  if (tiesRows(family, each, name)) return 'ties rows together; leave it out'
  if (each.action === 'subject' && name === policy.age.column)
    return 'is the age by which the policy decides; leave it out'
  if (columnOf(each.shape, name)?.generated) return 'is generated; name the columns that it is made of'
  for (const side of sides) {
    const where = tableText(side.name)
    if (value === null && columnOf(side, name)?.notNull === true)
      return `may not be null in ${where}; give a text that takes its place`
    if (value !== null && hasUniqueIndex(side, name))
      return `is unique in ${where}, so that a second person could not have the same; put null, or drop the index`
  }
  return null
}

const tiesRows = (family: Family, each: FamilyTable, name: string): boolean =>
  [
    ...each.links.flatMap(({ columns }) => columns),
    ...referencedColumns(family, each),
    ...each.shape.outgoing.flatMap(({ columns }) => columns),
    ...each.shape.incoming.flatMap(({ references }) => references),
  ].includes(name)

const hasUniqueIndex = ({ indexes }: TableShape, name: string): boolean =>
  indexes.some(({ unique, columns }) => unique && columns?.includes(name) === true)

/** Whoever is looked for by a phone number must not be found by it afterwards. */
function unnamedContacts({ policy, family }: Judged): readonly Problem[] {
  const subject = subjectOf(family)
  const named = columnsFor(policy.erasure.identifying, subject.shape)
  return [...policy.search.phone, ...policy.search.email, ...policy.search.text]
    .filter(
      (name) =>
        columnOf(subject.shape, name) !== undefined && !Object.hasOwn(named, name) && !subject.shape.key.includes(name),
    )
    .map((name) => ({
      field: `erasure.identifying.${tableText(subject.shape.name)}`,
      problem: `lacks ${name}, by which people are searched (search); name it, or search by it no more`,
    }))
}
