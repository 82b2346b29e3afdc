/**
 * How far a run is: its events to done, total, rate and ETA. The one voice of command line, API and dashboard. Pure:
 * the time of each event is given, in milliseconds of any clock that only goes forward.
 */
import type { ArchiveEvent } from './event.ts'

export type Progress = Readonly<{
  /** Subjects moved, failed ones not among them. */
  done: number
  failed: number
  /** Subjects that are to move; grows where a run finds more than its plan counted. */
  total: number
  /** The batch that was last committed; 0 before the first. */
  batch: number
  /** When the run started, and when the last batch ended. */
  startedAt: number
  at: number
  /** Moved per second, smoothed; null before the first batch. */
  perSecond: number | null
}>

export type ProgressLimit = Readonly<{
  /** `--max-rows`; null: all that are eligible. */
  maxRows: number | null
}>

/** How much the last batch says about the next: enough to follow a change, not enough to jump about. */
const SMOOTHING = 0.3

/** The state after an event; null before `run-started`. Events that say nothing of progress leave it as it is. */
export function advance(
  progress: Progress | null,
  event: ArchiveEvent,
  now: number,
  { maxRows }: ProgressLimit = { maxRows: null },
): Progress | null {
  if (event.kind === 'run-started') {
    const total = Math.min(event.eligible, maxRows ?? Number.POSITIVE_INFINITY)
    return { done: 0, failed: 0, total, batch: 0, startedAt: now, at: now, perSecond: null }
  }
  if (progress === null) return null
  if (event.kind === 'subjects-failed') return withTotal({ ...progress, failed: progress.failed + event.count })
  return event.kind === 'batch-moved' ? withTotal(withBatch(progress, event.subjects, now)) : progress
}

function withBatch(progress: Progress, subjects: number, now: number): Progress {
  // A batch that took no time at all by a coarse clock says nothing about the rate.
  const seconds = (now - progress.at) / 1000
  const measured = seconds > 0 ? subjects / seconds : progress.perSecond
  const perSecond =
    progress.perSecond === null || measured === null
      ? measured
      : progress.perSecond + SMOOTHING * (measured - progress.perSecond)
  return { ...progress, done: progress.done + subjects, batch: progress.batch + 1, at: now, perSecond }
}

const withTotal = (progress: Progress): Progress => ({
  ...progress,
  total: Math.max(progress.total, progress.done + progress.failed),
})

/** 0 to 1; 1 where there was nothing to do. */
export const shareOf = ({ done, failed, total }: Progress): number => (total === 0 ? 1 : (done + failed) / total)

/** Milliseconds until the end at the present rate; null where there is no rate yet. */
export function remainingMs({ done, failed, total, perSecond }: Progress): number | null {
  const left = Math.max(0, total - done - failed)
  if (left === 0) return 0
  return perSecond === null || perSecond === 0 ? null : (left / perSecond) * 1000
}

/** Moved per second from the start to `now`, whole; null before any time has passed. */
export const meanRate = ({ done, startedAt }: Progress, now: number): number | null =>
  now > startedAt && done > 0 ? Math.round((done * 1000) / (now - startedAt)) : null
