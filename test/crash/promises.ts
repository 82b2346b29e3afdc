/**
 * What docs/guarantees.md promises of a late row: one that is written for a customer who leaves, or has left.
 */
import type { ForeignKeys } from '../support/call-center.ts'

export type Promises = Readonly<{
  /** A late row may stay active without its customer until a sweep over everything. */
  lateRowsStay: boolean
}>

export const promisesOf = (
  foreignKeys: ForeignKeys,
  { sweep = false }: Readonly<{ sweep?: boolean }> = {},
): Promises => ({ lateRowsStay: foreignKeys === 'none' && !sweep })
