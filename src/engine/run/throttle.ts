/**
 * Goes slower where others suffer from a run: hears of each batch who waited for it, looks at the server now and then, and
 * sleeps outside transactions.
 */
import { type BatchPace, fullPace, mindsWaiters, nextPace, type Pace, paceAfter } from '../../core/pace.ts'
import { pressureSql } from '../../sql/pressure.sql.ts'
import type { Engine } from '../ports.ts'
import type { Work } from './work.ts'

/** Between two looks: often enough for a person who waits, rare enough to cost nothing. */
const LOOK_EVERY_MS = 500

export type Throttle = Readonly<{
  /** True where it slept, so that whatever was asked before may be out of date. */
  slowDown(signal: AbortSignal): Promise<boolean>
  pace: BatchPace
}>

export function createThrottle({ database, emit, pause }: Engine, { policy, limits, started }: Work): Throttle {
  const bounds = policy.throttle
  let pace = fullPace(limits.batchSize)
  let leastTold = pace.batchSize
  let lookedAt = performance.now()
  const go = (next: Pace): void => {
    // That it goes slower, or slower than it did so far, is told, and that it is over; the steps between say nothing new.
    if (next.reason !== pace.reason || next.batchSize < leastTold) {
      leastTold = next.batchSize
      emit({
        kind: 'run-throttled',
        run: started.run,
        reason: next.reason,
        pauseMs: next.pauseMs,
        batchSize: next.batchSize,
      })
    }
    pace = next
  }
  const look = async (): Promise<void> => {
    const { oldest_ms, lag_ms } = await database.one(pressureSql)
    const pressure = { oldestTransactionMs: Number(oldest_ms), replicaLagMs: Number(lag_ms) }
    go(nextPace(pace, pressure, limits.batchSize, bounds))
  }
  return {
    slowDown: async (signal) => {
      if (performance.now() - lookedAt >= LOOK_EVERY_MS) {
        lookedAt = performance.now()
        await look()
      }
      if (pace.pauseMs === 0) return false
      await pause.sleep(pace.pauseMs, signal)
      return true
    },
    pace: {
      mindsWaiters: (heldMs) => mindsWaiters(pace, heldMs, bounds),
      felt: (span) => go(paceAfter(pace, span, limits.batchSize, bounds)),
      batchSizeNow: () => pace.batchSize,
    },
  }
}
