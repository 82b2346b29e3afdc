/**
 * What docs/guarantees.md promises of a late row: one that is written for a customer who leaves, or has left. The one
 * place to change when the sweep or homecoming takes part in the crash suite.
 */
import type { ForeignKeys } from '../support/call-center.ts'

export type Promises = Readonly<{
  /** A late row may stay active without its customer, and `verify` says so. */
  lateRowsStay: boolean
}>

export const promisesOf = (
  foreignKeys: ForeignKeys,
  { homecoming = false, sweep = false }: Readonly<{ homecoming?: boolean; sweep?: boolean }> = {},
): Promises => ({ lateRowsStay: foreignKeys === 'none' && !homecoming && !sweep })

/** Checks of `verify` that differ where late rows stayed. */
export const LATE_ROW_CHECKS: readonly string[] = ['orphans', 'appendix_b_orphans']
