/**
 * Where an agent may come in between: every statement boundary of a batch, and the run's edges. `phase` is what a
 * boundary means to somebody who writes: whether the batch has the customer's row, has judged it, or has let go.
 */
import type { SignalPoint } from '../../src/engine/ports.ts'

/** `before`: nothing is locked. `locking`: he is. `open`: judged and copied, not committed. `after`: committed. */
export type Phase = 'before' | 'locking' | 'open' | 'after'

export type Boundary = Readonly<{
  name: string
  point: SignalPoint
  /** Which time the point is reached: one that comes for each related table comes several times. */
  nth: number
  phase: Phase
  /** Related tables whose rows are locked by now, in the family's order. */
  levels: number
}>

/** Related tables of the family, in the order in which their rows are locked; a row's level is its place from 1. */
export const LEVELS = ['aod', 'payment_plan', 'installment', 'call_log', 'follow_up', 'contact_update_history'] as const
const ALL = LEVELS.length

/** What each point means, and which of its times are tried, where it is reached once for each related table. */
const POINTS: Readonly<Record<SignalPoint, 'never' | Readonly<{ phase: Phase; times: readonly number[] }>>> = {
  'run-opened': { phase: 'before', times: [1] },
  'batch-begun': { phase: 'before', times: [1] },
  'subjects-locked': { phase: 'locking', times: [1] },
  'level-locked': { phase: 'locking', times: [1, 2, 3, 4, 5] },
  'related-locked': { phase: 'locking', times: [1] },
  'subjects-copied': { phase: 'open', times: [1] },
  'related-copied': { phase: 'open', times: [1, ALL] },
  'related-deleted': { phase: 'open', times: [1, ALL] },
  'subjects-deleted': { phase: 'open', times: [1] },
  'batch-recorded': { phase: 'open', times: [1] },
  'batch-committed': { phase: 'after', times: [1] },
  'run-closing': { phase: 'after', times: [1] },
  'restore-locked': 'never',
  'restore-copied': 'never',
  'restore-deleted': 'never',
  'restore-committed': 'never',
  'lanes-cut': 'never',
  'lane-taken': 'never',
  'run-adopted': 'never',
  'set-copied': 'never',
  'table-kept': 'never',
  'manifest-kept': 'never',
  'set-recorded': 'never',
  'set-rewritten': 'never',
  'file-removed': 'never',
  'purge-begun': 'never',
  'purge-locked': 'never',
  'purge-judged': 'never',
  'purge-deleted': 'never',
  'purge-recorded': 'never',
  'purge-committed': 'never',
  'recall-inserted': 'never',
  'recall-recorded': 'never',
  'recall-committed': 'never',
  'mend-done': 'never',
  'mend-committed': 'never',
  'person-locked': 'never',
  'person-destroyed': 'never',
  'erasure-recorded': 'never',
  'erasure-committed': 'never',
}

const levelsAt = (point: string, phase: Phase, nth: number): number => {
  if (point === 'level-locked') return nth
  return phase === 'before' || point === 'subjects-locked' ? 0 : ALL
}

const isPoint = (name: string): name is SignalPoint => name in POINTS

export const BOUNDARIES: readonly Boundary[] = Object.entries(POINTS).flatMap(([point, meaning]) =>
  meaning === 'never' || !isPoint(point)
    ? []
    : meaning.times.map((nth) => ({
        name: meaning.times.length === 1 ? point : `${point} (${nth} of ${ALL})`,
        point,
        nth,
        phase: meaning.phase,
        levels: levelsAt(point, meaning.phase, nth),
      })),
)
