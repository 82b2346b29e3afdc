/** Moves batch after batch until nothing eligible is left or a reason says stop; what others held is tried again. */
import type { StopReason } from '../../core/run.ts'
import type { OrderedKeys } from '../../sql/ordered-keys.sql.ts'
import { attemptBatch } from './attempt-batch.ts'
import { eligibleKeys, type ScanLimits } from './eligible-keys.ts'
import type { MoveContext } from './move-batch.ts'
import { addOutcomes, NOTHING, type Outcome } from './outcome.ts'

/** Passes over what was locked; agents hold rows for moments, so more would only hide a stuck session. */
const LOCKED_PASSES = 3
const PASS_PAUSE_MS = 250

/** `ceiling`: subjects at the most, as planned or confirmed; what becomes eligible meanwhile does not widen it. */
export type MoveLimits = ScanLimits & Readonly<{ ceiling: number }>

/** Asked between batches: a reason to stop now, or null. */
export type StopAsked = () => StopReason | null

export type Moving = Readonly<{ outcome: Outcome; stopReason: StopReason }>

export async function moveEligible(context: MoveContext, limits: MoveLimits, stopAsked: StopAsked): Promise<Moving> {
  let outcome = NOTHING
  let taken = 0
  for await (const keys of eligibleKeys(context.engine.database, context.judgement, limits)) {
    const stop = stopAsked() ?? (taken + keys.count > limits.ceiling ? 'ceiling' : null)
    if (stop !== null) return { outcome, stopReason: stop }
    outcome = addOutcomes(outcome, await attemptBatch(context, keys))
    taken += keys.count
  }
  const settled = await retryLocked(context, outcome, stopAsked)
  const isLeft = settled.deferred.length > 0
  const asked = isLeft ? stopAsked() : null
  const isFull = limits.maxRows !== null && taken >= limits.maxRows
  return { outcome: settled, stopReason: asked ?? (isFull ? 'max_rows' : isLeft ? 'locked' : 'nothing_eligible') }
}

async function retryLocked(context: MoveContext, first: Outcome, stopAsked: StopAsked): Promise<Outcome> {
  const { engine, run } = context
  let outcome = first
  for (let pass = 1; pass <= LOCKED_PASSES && outcome.deferred.length > 0; pass += 1) {
    if (stopAsked() !== null) return outcome
    engine.emit({ kind: 'pass-started', run, pass, waiting: countKeys(outcome.deferred) })
    await engine.pause.sleep(PASS_PAUSE_MS * pass)
    const waiting = outcome.deferred
    outcome = { ...outcome, deferred: [] }
    for (const keys of waiting) outcome = addOutcomes(outcome, await attemptBatch(context, keys))
  }
  return outcome
}

export const countKeys = (sets: readonly OrderedKeys[]): number => sets.reduce((sum, { count }) => sum + count, 0)
