/**
 * The ways from a related table up to the subject, as joins. A path's last hop is not joined to the subject table:
 * its referencing columns already say whose the row is.
 */
import { type Family, type FamilyTable, type Link, parentOf } from '../core/family.ts'
import { allOf, column, join, raw, type Sql, sql, table } from './tag.ts'

/** Links from a table up to the subject, the table's own first. */
export type FamilyPath = readonly Link[]

/** Every way from `from` to the subject; a subject has one way of no hops. */
export function pathsToSubject(family: Family, from: FamilyTable): readonly FamilyPath[] {
  if (from.links.length === 0) return [[]]
  return from.links.flatMap((link) => pathsToSubject(family, parentOf(family, link)).map((rest) => [link, ...rest]))
}

/** Alias of the n-th table of a path: `t0` is the table that the path starts at. */
export const hop = (index: number): Sql => raw(`t${index}`)

/**
 * `only child t0 join only parent t1 on ...` up to the table whose columns name the subject. With `left`, rows whose
 * parents are missing stay in the result.
 */
export function pathJoins(family: Family, from: FamilyTable, path: FamilyPath, left = false): Sql {
  const joins = path.slice(0, -1).map((link, index) => {
    const parent = parentOf(family, link)
    const on = allOf(
      link.columns.map((name, at) => {
        return sql`${column(hop(index), name)} = ${column(hop(index + 1), link.references[at] ?? '')}`
      }),
    )
    return sql`${raw(left ? 'left join' : 'join')} only ${table(parent.shape.name)} ${hop(index + 1)} on ${on}`
  })
  return join([sql`only ${table(from.shape.name)} ${hop(0)}`, ...joins], ' ')
}

/** The last hop's columns beside the subject columns that they hold. */
export function subjectReference(path: FamilyPath): readonly Readonly<{ owner: Sql; subjectColumn: string }>[] {
  const last = path.at(-1)
  if (last === undefined) return []
  return last.columns.map((name, index) => ({
    owner: column(hop(path.length - 1), name),
    subjectColumn: last.references[index] ?? '',
  }))
}

/** `t1.customer_id = s.id and ...`: the row belongs to the subject row `subject`. */
export const belongsTo = (path: FamilyPath, subject: Sql): Sql =>
  allOf(subjectReference(path).map(({ owner, subjectColumn }) => sql`${owner} = ${column(subject, subjectColumn)}`))
