/** What a walk along the audit log found. */
import type { ChainFault } from './chain.ts'

export type AuditVerification = Readonly<{
  status: 'clean' | 'differs'
  entries: number
  /** Hash of the last entry: whoever notes it elsewhere can tell later whether the end was cut off. */
  head: string
  /** In the order of the log, the first hundred. */
  faults: readonly ChainFault[]
}>
