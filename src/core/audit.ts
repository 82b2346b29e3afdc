/** What a walk along the audit log found, and what pruning it left. */
import type { ChainFault } from './chain.ts'
import type { Checkpoint, CheckpointFault } from './checkpoint.ts'

export type AuditFault = ChainFault | CheckpointFault

export const AUDIT_FAULTS = [
  'edited',
  'missing',
  'unlinked',
  'head_unknown',
  'checkpoint_unlinked',
  'checkpoint_forged',
  'key_unknown',
] as const satisfies readonly AuditFault['kind'][]

const OF_CHECKPOINTS: readonly AuditFault['kind'][] = ['checkpoint_unlinked', 'checkpoint_forged', 'key_unknown']

/** Its number is that of a checkpoint, not of an entry. */
export const isOfCheckpoint = (kind: AuditFault['kind']): boolean => OF_CHECKPOINTS.includes(kind)

/** `entry 7 edited`. */
export const faultWords = ({ id, kind }: AuditFault): string =>
  `${isOfCheckpoint(kind) ? 'checkpoint' : 'entry'} ${id} ${kind}`

export type AuditVerification = Readonly<{
  status: 'clean' | 'differs'
  entries: number
  /** Number and hash of the last entry: whoever notes them elsewhere can tell later whether the end was cut off. */
  last: number
  head: string
  /** Of what was pruned, the last one: the log begins behind it. Null: nothing ever was. */
  checkpoint: Checkpoint | null
  /** In the order of the log, the first hundred. */
  faults: readonly AuditFault[]
}>

/** A head that was noted elsewhere, with the number of its entry. */
export type NotedHead = Readonly<{ entry: number; head: string }>

export type PublishedHead = NotedHead & Readonly<{ at: string }>

export type PruneAudit = Readonly<{
  /** Entries that are older than this instant go. */
  before: string
  actor: string
  role?: string | undefined
  reason: string
}>

export type PrunedAudit = Readonly<{ entries: number; checkpoints: readonly Checkpoint[] }>
