/**
 * How fast a run may go beside others: from how the last batch went, and what the server says, to the size of the next
 * batch and the pause before it. Shrinks at once and recovers slowly, so that it does not swing. Pure.
 */

/** Why a run goes slower, with the sentence that people read. */
export const PACE_REASONS = {
  none: 'nothing holds it back',
  waiters: 'somebody waits for a lock of ours',
  long_transaction: 'a transaction has been open for long, so that nothing can be cleaned up behind us',
  replica_lag: 'a replica is behind',
} as const

export type PaceReason = keyof typeof PACE_REASONS

export type Pressure = Readonly<{
  /** Sessions that wait for a lock that one of ours holds. */
  waiters: number
  /** Age of the oldest transaction of others that holds back cleaning, in milliseconds. */
  oldestTransactionMs: number
  /** Of the slowest replica that is connected, in milliseconds; 0 where there is none. */
  replicaLagMs: number
}>

export type PaceLimits = Readonly<{
  /** Null: never slower for that. */
  replicaLagMs: number | null
  longTransactionMs: number | null
}>

export type Pace = Readonly<{ batchSize: number; pauseMs: number; reason: PaceReason }>

/** Smaller, and the fixed costs of a batch are most of it. */
const SMALLEST_BATCH = 50
const FIRST_PAUSE_MS = 100
/** Longer, and a run that is asked to stop would seem deaf. */
const LONGEST_PAUSE_MS = 2000

export const fullPace = (batchSize: number): Pace => ({ batchSize, pauseMs: 0, reason: 'none' })

/** The pace of the next batch; `full` is the policy's batch size. */
export function nextPace(last: Pace, pressure: Pressure, full: number, limits: PaceLimits): Pace {
  const reason = reasonOf(pressure, limits)
  if (reason === 'none') return recover(last, full)
  const pauseMs = Math.min(LONGEST_PAUSE_MS, Math.max(FIRST_PAUSE_MS, last.pauseMs * 2))
  // A smaller batch holds its locks for less time; it makes no replica faster.
  const batchSize = reason === 'waiters' ? halved(last.batchSize) : last.batchSize
  return { batchSize, pauseMs, reason }
}

function reasonOf({ waiters, oldestTransactionMs, replicaLagMs }: Pressure, limits: PaceLimits): PaceReason {
  if (waiters > 0) return 'waiters'
  if (limits.replicaLagMs !== null && replicaLagMs > limits.replicaLagMs) return 'replica_lag'
  if (limits.longTransactionMs !== null && oldestTransactionMs > limits.longTransactionMs) return 'long_transaction'
  return 'none'
}

function recover(last: Pace, full: number): Pace {
  const batchSize = Math.min(full, Math.ceil(last.batchSize * 1.25))
  const pauseMs = last.pauseMs <= FIRST_PAUSE_MS ? 0 : Math.floor(last.pauseMs / 2)
  return { batchSize, pauseMs, reason: 'none' }
}

/** A policy may ask for less than the smallest batch from the start. */
const halved = (size: number): number => Math.min(size, Math.max(SMALLEST_BATCH, Math.floor(size / 2)))
