/**
 * `<table>_all`: the rows of a table and of its archive in one view, each with its tier. It stands on a function whose
 * text PostgreSQL does not look into until it is called, so that the view keeps nobody from changing the table; what
 * was made for another shape is found by that text, and made anew by `migrate`. Pure.
 */
import { createHash } from 'node:crypto'
import { type Family, movedTables } from './family.ts'
import type { Finding } from './finding.ts'
import { cutToBytes } from './index-name.ts'
import { qualifiedText, type TableName, tableText } from './names.ts'
import type { Policy } from './policy.ts'
import { type Catalog, type Column, columnOf, shapeOf } from './table.ts'

const SUFFIX = '_all'
const FUNCTION_PREFIX = 'tiers_of_'
const HASH_DIGITS = 8
/** Leaves room for prefix, underscore and hash within PostgreSQL's 63 bytes. */
const FUNCTION_NAME_BYTES = 44

export type TierView = Readonly<{
  name: TableName
  /** In the schema `mothball`. */
  functionName: string
  active: TableName
  archive: TableName
  /** The table's own, in its order. */
  columns: readonly Column[]
  /** Called otherwise only where the table has a column of that name. */
  tierColumn: string
}>

export const tierViewName = ({ schema, table }: TableName): TableName => ({ schema, table: `${table}${SUFFIX}` })

/**
 * Those that the policy wishes for, of tables whose rows move. None of a table whose archive has a column in another
 * type: a refusal tells of that, and the two sides have no common form. `migrate` gives the archive what it lacks first.
 */
export function tierViews(policy: Policy, family: Family, catalog: Catalog): readonly TierView[] {
  if (!policy.views) return []
  return movedTables(family)
    .filter(({ shape, archive }) => {
      const twin = shapeOf(catalog, archive)
      const isAlike = ({ name, typeId }: Column) => (twin && columnOf(twin, name)?.typeId) === typeId
      return twin === undefined || shape.columns.every((each) => !columnOf(twin, each.name) || isAlike(each))
    })
    .map(({ shape: { name, columns }, archive }) => ({
      name: tierViewName(name),
      functionName: functionName(name),
      active: name,
      archive,
      columns,
      tierColumn: columns.some((column) => column.name === 'tier') ? 'mothball_tier' : 'tier',
    }))
}

/** The same for the same table, and never another's, however long the name is. */
function functionName(table: TableName): string {
  const hash = createHash('sha256').update(qualifiedText(table)).digest('hex').slice(0, HASH_DIGITS)
  return `${FUNCTION_PREFIX}${cutToBytes(table.table, FUNCTION_NAME_BYTES)}_${hash}`
}

/** `strange`: something else has the name. `outdated`: made for another shape of the table. */
export type TierViewState = 'sound' | 'missing' | 'outdated' | 'strange'

/** What a plan says of a view that is not as it should be; null where it is. */
export function tierViewFinding({ name, active }: TierView, state: TierViewState): Finding | null {
  const object = tableText(name)
  switch (state) {
    case 'sound':
      return null
    case 'missing':
      return {
        code: 'view_missing',
        object,
        message: `the policy wishes for the view ${object}, which is not there`,
        hint: 'Run `mothball migrate`.',
      }
    case 'outdated':
      return {
        code: 'view_outdated',
        object,
        message: `${object} was made for other columns than ${tableText(active)} has`,
        hint: 'Run `mothball migrate`, which makes it anew.',
      }
    case 'strange':
      return {
        code: 'view_name_taken',
        object,
        message: `${object} is something else than the view of ${tableText(active)} and its archive`,
        hint: 'Rename it, or set views to false in the policy.',
      }
  }
}
