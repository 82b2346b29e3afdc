/** What the journal tells of past runs: archives and restores alike, each with the counts that committed. */
import type { Failure } from './failure.ts'
import type { Asked, RunState } from './run.ts'

/** What a run may be; what is not there yet has its word already. */
export const OPERATIONS = [
  'archive',
  'restore',
  'homecoming',
  'sweep',
  'reconcile',
  'export',
  'purge',
  'erase',
  'recall',
] as const

export type Operation = (typeof OPERATIONS)[number]

export type RunRecord = Readonly<{
  run: number
  policy: string
  operation: Operation
  status: RunState
  dryRun: boolean
  actor: string
  reason: string | null
  /** Instants are exact texts in UTC. Null where the operation has no cutoff. */
  cutoff: string | null
  startedAt: string
  endedAt: string | null
  /** Null while it goes on. */
  durationMs: number | null
  /** What its plan found; null where it had none. */
  active: number | null
  candidates: number | null
  eligible: number | null
  /** Candidates by keep rule. */
  kept: Readonly<Record<string, number>>
  archived: number
  restored: number
  failed: number
  skipped: number
  batches: number
  stopReason: string | null
  error: string | null
  /** The planned time that it stands for; null where nobody planned it. */
  slot: string | null
  /** Ties it to the runs of other databases. */
  group: string | null
  /** What somebody asked of it, and why. */
  asked: Readonly<{ what: Asked; by: string | null; reason: string | null }> | null
}>

export type BatchRecord = Readonly<{
  batch: number
  committedAt: string
  subjects: number
  /** All rows, the subjects' own included. */
  rows: number
  firstKey: string | null
  lastKey: string | null
  /** Every table of the batch has its seal. */
  sealed: boolean
}>

export type RunDetail = Readonly<{
  run: RunRecord
  /** The first of its batches, in their order; `run.batches` is the count of all. */
  batches: readonly BatchRecord[]
  /** Rows that it moved, by table. */
  related: Readonly<Record<string, number>>
  failures: readonly Failure[]
}>
