/**
 * Lanes: a large run cut into key ranges that several workers go through beside each other, with one cutoff and one
 * set of counts. How many are worth while, and what they add up to. Pure.
 */
import type { SweptBatches } from './late.ts'
import type { StopReason } from './run.ts'

/** Keys after `after` (null: from the start) and up to `upTo`; both as the journal writes them. */
export type KeyRange = Readonly<{ after: string | null; upTo: string }>

export type Lane = KeyRange & Readonly<{ lane: number }>

/** What became of a lane, beside what its batches and failures say themselves. */
export type LaneEnd = Readonly<{
  lane: number
  stopReason: StopReason
  becameActive: number
  locked: number
  /** What the sweeps after its batches did. */
  swept: SweptBatches
}>

/** A lane that is done in a moment costs more in looking for it than it saves. */
const FEWEST_BATCHES = 10

/** How many lanes `eligible` subjects are worth; 1 is a run that is not cut. */
export const lanesWorth = (eligible: number, batchSize: number, most: number): number =>
  Math.max(1, Math.min(most, Math.floor(eligible / (batchSize * FEWEST_BATCHES))))

/** Neighbouring ranges from the last keys of each, in the key's order; the last range ends with `last`. */
export function rangesOf(ends: readonly string[], last: string): readonly Lane[] {
  const bounds = [...new Set([...ends.filter((end) => end !== last), last])]
  return bounds.map((upTo, index) => ({ lane: index + 1, after: bounds[index - 1] ?? null, upTo }))
}

/** The strongest reason first: what ended one lane for all, then what left most behind. */
const BY_WEIGHT: readonly StopReason[] = ['failed', 'stopped', 'window_ended', 'ceiling', 'max_rows', 'locked']

/** All lanes as one run: the counts added up, and the reason that says most about what is left. */
export function addLanes(ends: readonly LaneEnd[]): Omit<LaneEnd, 'lane' | 'swept'> {
  const reasons = new Set(ends.map(({ stopReason }) => stopReason))
  return {
    stopReason: BY_WEIGHT.find((reason) => reasons.has(reason)) ?? 'nothing_eligible',
    becameActive: ends.reduce((sum, { becameActive }) => sum + becameActive, 0),
    locked: ends.reduce((sum, { locked }) => sum + locked, 0),
  }
}
