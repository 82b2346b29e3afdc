/**
 * How fast a run may go beside others: from who waited for the last batch, and what the server says, to the size of the
 * next batch and the pause before it. While people work, batches hold their rows for as long as the policy lets them, and
 * are no smaller than that takes. Shrinks at once and recovers slowly, so that it does not swing. Pure.
 */

/** Why a run goes slower, with the sentence that people read. */
export const PACE_REASONS = {
  none: 'nothing holds it back',
  waiters: 'somebody waited for the rows of a batch',
  long_transaction: 'a transaction has been open for long, so that nothing can be cleaned up behind us',
  replica_lag: 'a replica is behind',
} as const

export type PaceReason = keyof typeof PACE_REASONS

/**
 * What a batch was to others: for so long it held the rows of `subjects` families, and so many sessions waited at its
 * end; null where nobody asked, as the answer would change nothing.
 */
export type LockSpan = Readonly<{ subjects: number; heldMs: number; waiters: number | null }>

export type Pressure = Readonly<{
  /** Age of the oldest transaction of others that holds back cleaning, in milliseconds. */
  oldestTransactionMs: number
  /** Of the slowest replica that is connected, in milliseconds; 0 where there is none. */
  replicaLagMs: number
}>

/** Null: never slower for that. */
export type PaceLimits = Readonly<{
  /** For how long a batch may hold its rows while others ask for them. */
  heldMs: number | null
  replicaLagMs: number | null
  longTransactionMs: number | null
}>

export type Pace = Readonly<{
  batchSize: number
  pauseMs: number
  reason: PaceReason
  /** Looks at the server with nobody waiting that it takes before batches grow again. */
  calmLooks: number
}>

/** Smaller, and the fixed costs of a batch are most of it. */
const SMALLEST_BATCH = 50
const FIRST_PAUSE_MS = 100
/** Longer, and a run that is asked to stop would seem deaf. */
const LONGEST_PAUSE_MS = 2000
/** People who work now will go on working: five seconds, by a look every half second. */
const CALM_LOOKS = 10

/** Of its size, from one batch or look to the next. */
const LARGEST_STEP = 1.25

export const fullPace = (batchSize: number): Pace => ({ batchSize, pauseMs: 0, reason: 'none', calmLooks: 0 })

/** What a run's batches and their pace tell each other. */
export type BatchPace = Readonly<{
  /** Whether it matters who waits for a batch that has held its rows for so long. */
  mindsWaiters(heldMs: number): boolean
  /** A batch has ended. */
  felt(span: LockSpan): void
  /** Largest batch at this moment. */
  batchSizeNow(): number
}>

/** A short batch harms nobody; while people work, they are counted at each. */
export const mindsWaiters = ({ calmLooks }: Pace, heldMs: number, limits: PaceLimits): boolean =>
  limits.heldMs !== null && (heldMs > limits.heldMs || calmLooks > 0)

/**
 * Somebody waited for too long: by this batch's own measure the next ones are over in time. From then on, until nobody
 * has waited for a while, each batch corrects that measure, which the fixed costs of a batch make too small or too large.
 * `full` is the policy's batch size.
 */
export function paceAfter(last: Pace, { subjects, heldMs, waiters }: LockSpan, full: number, limits: PaceLimits): Pace {
  if (limits.heldMs === null || subjects === 0) return last
  const isWaitedFor = waiters !== null && waiters > 0
  const isTooLong = heldMs > limits.heldMs
  if (last.calmLooks === 0 && !(isWaitedFor && isTooLong)) return last
  const fitting = Math.max(SMALLEST_BATCH, Math.floor((subjects * limits.heldMs) / heldMs))
  const batchSize = isTooLong
    ? Math.min(last.batchSize, fitting)
    : Math.max(last.batchSize, Math.min(fitting, stepUp(last, full)))
  const reason = isWaitedFor && isTooLong ? 'waiters' : last.reason
  return { ...last, batchSize, reason, calmLooks: isWaitedFor ? CALM_LOOKS : last.calmLooks }
}

const stepUp = ({ batchSize }: Pace, full: number): number => Math.min(full, Math.ceil(batchSize * LARGEST_STEP))

/** The pace after a look at the server; `full` is the policy's batch size. */
export function nextPace(last: Pace, pressure: Pressure, full: number, limits: PaceLimits): Pace {
  const reason = reasonOf(pressure, limits)
  if (reason === 'none') return recover(last, full)
  const pauseMs = Math.min(LONGEST_PAUSE_MS, Math.max(FIRST_PAUSE_MS, last.pauseMs * 2))
  // The batch stays as it is: a smaller one holds its rows for less time, and makes no replica faster.
  return { ...last, pauseMs, reason }
}

function reasonOf({ oldestTransactionMs, replicaLagMs }: Pressure, limits: PaceLimits): PaceReason {
  if (limits.replicaLagMs !== null && replicaLagMs > limits.replicaLagMs) return 'replica_lag'
  if (limits.longTransactionMs !== null && oldestTransactionMs > limits.longTransactionMs) return 'long_transaction'
  return 'none'
}

function recover(last: Pace, full: number): Pace {
  const pauseMs = last.pauseMs <= FIRST_PAUSE_MS ? 0 : Math.floor(last.pauseMs / 2)
  if (last.calmLooks > 0) return { ...last, pauseMs, reason: 'waiters', calmLooks: last.calmLooks - 1 }
  return { ...last, batchSize: stepUp(last, full), pauseMs, reason: 'none' }
}
