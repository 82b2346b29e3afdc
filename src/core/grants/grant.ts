/**
 * One thing that a role may do with one object, as data: the script of `doctor --grants` gives it, the doctor asks
 * whether the user has it. Whoever adds a verb says here what it needs (see `roles.ts`), and both know.
 */
import { qualifiedText, type TableName } from '../names.ts'

/** Who is granted to whom is in `roles.ts`. */
export type RoleName = 'reader' | 'archiver' | 'restorer' | 'purger' | 'eraser'

/**
 * `name.table` is empty for a schema. A sequence, whose name the catalog gives quoted and qualified, and a function with
 * its arguments stand in `name.table` with an empty schema.
 */
export type Grant = Readonly<{
  kind: 'table' | 'schema' | 'sequence' | 'function'
  name: TableName
  /** In capitals. */
  privilege: string
  /** Only these; null: the whole object. */
  columns: readonly string[] | null
}>

export const onTable = (name: TableName, ...privileges: readonly string[]): readonly Grant[] =>
  privileges.map((privilege) => ({ kind: 'table', name, privilege, columns: null }))

/** On one column PostgreSQL asks no more for a row lock than for an update: the key's is the least there is. */
export const lockingRows = (name: TableName, key: readonly string[]): readonly Grant[] => updating(name, key)

export const updating = (name: TableName, columns: readonly string[]): readonly Grant[] =>
  columns.length === 0 ? [] : [{ kind: 'table', name, privilege: 'UPDATE', columns }]

/** Only these columns are read. */
export const selecting = (name: TableName, columns: readonly string[]): readonly Grant[] => [
  { kind: 'table', name, privilege: 'SELECT', columns },
]

export const onSchema = (schema: string): Grant => ({
  kind: 'schema',
  name: { schema, table: '' },
  privilege: 'USAGE',
  columns: null,
})

/** `sequence` is quoted and qualified. */
export const onSequence = (sequence: string, ...privileges: readonly string[]): readonly Grant[] =>
  privileges.map((privilege) => ({ kind: 'sequence', name: { schema: '', table: sequence }, privilege, columns: null }))

/** `signature` is quoted and qualified, with the types of its arguments. */
export const onFunction = (signature: string): Grant => ({
  kind: 'function',
  name: { schema: '', table: signature },
  privilege: 'EXECUTE',
  columns: null,
})

/** Each once; what is granted on the whole object needs no column, and columns of one privilege stand together. */
export function united(grants: readonly Grant[]): readonly Grant[] {
  const alike = Map.groupBy(grants, ({ kind, name, privilege }) => `${kind} ${qualifiedText(name)} ${privilege}`)
  return [...alike.values()].flatMap((group) => {
    const [first] = group
    if (first === undefined) return []
    const whole = group.some(({ columns }) => columns === null)
    const columns = [...new Set(group.flatMap((each) => each.columns ?? []))]
    return [{ ...first, columns: whole ? null : columns }]
  })
}

/** Those of `wanted` that `given` does not hold. */
export function beyond(wanted: readonly Grant[], given: readonly Grant[]): readonly Grant[] {
  const holds = (grant: Grant) =>
    given.some(
      (each) =>
        each.kind === grant.kind &&
        qualifiedText(each.name) === qualifiedText(grant.name) &&
        each.privilege === grant.privilege &&
        (each.columns === null || (grant.columns?.every((column) => each.columns?.includes(column)) ?? false)),
    )
  return wanted.filter((grant) => !holds(grant))
}
