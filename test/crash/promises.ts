/**
 * What docs/guarantees.md promises of a late row, one that is written for a customer who leaves or has left; and whether
 * the policy has rules by which a related row keeps its customer.
 */
import type { ForeignKeys } from '../support/call-center.ts'

export type Criteria = 'basic' | 'enhanced'

export type Promises = Readonly<{
  /** A late row may stay active without its customer until a sweep over everything. */
  lateRowsStay: boolean
  /** A related row may keep its customer active; by age alone it may not. */
  rulesKeep: boolean
}>

type Terms = Readonly<{ sweep?: boolean; criteria?: Criteria }>

export const promisesOf = (
  foreignKeys: ForeignKeys,
  { sweep = false, criteria = 'enhanced' }: Terms = {},
): Promises => ({ lateRowsStay: foreignKeys === 'none' && !sweep, rulesKeep: criteria === 'enhanced' })
