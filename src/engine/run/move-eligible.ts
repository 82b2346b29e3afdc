/** Moves batch after batch until nothing eligible is left or a reason says stop; what others held is tried again. */
import type { StopReason } from '../../core/run.ts'
import type { OrderedKeys } from '../../sql/ordered-keys.sql.ts'
import { attemptBatch } from './attempt-batch.ts'
import { countKeys, eligibleWindows, type ScanLimits } from './eligible-keys.ts'
import { inPieces } from './isolate.ts'
import type { MoveContext } from './move-batch.ts'
import { addOutcomes, NOTHING, type Outcome } from './outcome.ts'

/** Passes over what was locked; agents hold rows for moments, so more would only hide a stuck session. */
const LOCKED_PASSES = 3
const PASS_PAUSE_MS = 250

export type MoveLimits = ScanLimits &
  Readonly<{
    /** Subjects at the most, as planned or confirmed; what becomes eligible meanwhile does not widen it. */
    ceiling: number
    /** Of `found` more, how many may move; for lanes, which share one ceiling. Left out: all under the ceiling. */
    reserve?: (found: number) => Promise<number>
    /** Largest batch at this moment; it may be less than the limits' where others wait for us. */
    batchSizeNow?: () => number
  }>

/** Asked between batches: a reason to stop now, or null. It may take its time, while a run is paused. */
export type StopAsked = () => StopReason | null | Promise<StopReason | null>

export type Moving = Readonly<{ outcome: Outcome; stopReason: StopReason }>

export async function moveEligible(context: MoveContext, limits: MoveLimits, stopAsked: StopAsked): Promise<Moving> {
  let outcome = NOTHING
  let taken = 0
  for await (const batches of eligibleWindows(context.engine.database, context.judgement, limits)) {
    const room = await roomFor(limits, taken, countKeys(batches))
    for (const keys of batches) {
      const stop = (await stopAsked()) ?? (taken + keys.count > room ? 'ceiling' : null)
      if (stop !== null) return { outcome, stopReason: stop }
      outcome = addOutcomes(outcome, await attemptAtPace(context, keys, limits))
      taken += keys.count
    }
  }
  const settled = await retryLocked(context, outcome, stopAsked)
  const isLeft = settled.deferred.length > 0
  const asked = isLeft ? await stopAsked() : null
  const isFull = limits.maxRows !== null && taken >= limits.maxRows
  return { outcome: settled, stopReason: asked ?? (isFull ? 'max_rows' : isLeft ? 'locked' : 'nothing_eligible') }
}

/** Up to how many may have been taken when this window is done. */
const roomFor = async ({ ceiling, reserve }: MoveLimits, taken: number, found: number): Promise<number> =>
  reserve === undefined ? ceiling : taken + (found === 0 ? 0 : await reserve(found))

function attemptAtPace(context: MoveContext, keys: OrderedKeys, { batchSizeNow }: MoveLimits): Promise<Outcome> {
  const pieces = Math.ceil(keys.count / (batchSizeNow?.() ?? keys.count))
  return pieces <= 1 ? attemptBatch(context, keys) : inPieces(context, keys, pieces, attemptBatch)
}

async function retryLocked(context: MoveContext, first: Outcome, stopAsked: StopAsked): Promise<Outcome> {
  const { engine, run } = context
  let outcome = first
  for (let pass = 1; pass <= LOCKED_PASSES && outcome.deferred.length > 0; pass += 1) {
    if ((await stopAsked()) !== null) return outcome
    engine.emit({ kind: 'pass-started', run, pass, waiting: countKeys(outcome.deferred) })
    await engine.pause.sleep(PASS_PAUSE_MS * pass)
    const waiting = outcome.deferred
    outcome = { ...outcome, deferred: [] }
    for (const keys of waiting) outcome = addOutcomes(outcome, await attemptBatch(context, keys))
  }
  return outcome
}
