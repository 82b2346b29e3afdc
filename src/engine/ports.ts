/** What the engine is given from outside. `compose` wires the real ones; a test gives its own. */
import type { Emit } from '../core/event.ts'
import type { Database } from '../db/database.ts'
import type { ContactKeys } from './cold/contacts.ts'
import type { ColdVault } from './cold/vault.ts'

/**
 * Places in a batch, a restore or a run that a test can wait at. Inert outside tests: the engine calls, nothing
 * happens. The name says what has just been done.
 */
export interface Signals {
  reached(point: SignalPoint): Promise<void>
}

export type SignalPoint =
  | 'run-opened'
  | 'batch-begun'
  | 'subjects-locked'
  | 'level-locked'
  | 'related-locked'
  | 'subjects-copied'
  | 'related-copied'
  | 'related-deleted'
  | 'subjects-deleted'
  | 'batch-recorded'
  | 'batch-committed'
  | 'restore-locked'
  | 'restore-copied'
  | 'restore-deleted'
  | 'restore-committed'
  | 'run-closing'
  | 'mend-done'
  | 'mend-committed'
  | 'person-locked'
  | 'person-destroyed'
  | 'erasure-recorded'
  | 'erasure-committed'
  | 'lanes-cut'
  | 'lane-taken'
  | 'run-adopted'
  | 'set-copied'
  | 'table-kept'
  | 'manifest-kept'
  | 'set-recorded'
  | 'set-rewritten'
  | 'file-removed'
  | 'purge-begun'
  | 'purge-locked'
  | 'purge-judged'
  | 'purge-deleted'
  | 'purge-recorded'
  | 'purge-committed'
  | 'recall-inserted'
  | 'recall-recorded'
  | 'recall-committed'

export const INERT_SIGNALS: Signals = { reached: () => Promise.resolve() }

/** Pauses between attempts, outside transactions. Tests give one that does not wait. */
export interface Pause {
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>
}

export type Engine = Readonly<{
  database: Database
  emit: Emit
  signals: Signals
  pause: Pause
  /** Opens the configured place of cold files. Absent: there is none. */
  vault?: () => Promise<ColdVault>
  /** Under which contacts of purged customers are kept and looked for. Absent: none is. */
  contactKeys?: ContactKeys
}>
