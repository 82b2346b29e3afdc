/**
 * Between two batches: the one place where a run learns that it is to pause, to stop, or to go slower. It has no
 * transaction open there, so it may stay for as long as it likes; its heart beats on.
 */
import { MothballError } from '../../core/errors/index.ts'
import type { BatchPace } from '../../core/pace.ts'
import type { Policy } from '../../core/policy.ts'
import type { StopReason } from '../../core/run.ts'
import { isInWindow } from '../../core/window.ts'
import { type ControlRow, controlSql, turnRunSql } from '../../sql/journal/control.sql.ts'
import type { Engine } from '../ports.ts'
import { createThrottle } from './throttle.ts'
import type { Work } from './work.ts'

/** How often a paused run looks whether it is to go on. */
const PAUSED_LOOK_MS = 250

export type Boundary = Readonly<{
  /** Returns when the next batch may begin, or a reason to stop. Throws `lease_lost`. */
  pass(): Promise<StopReason | null>
  /** Who waited for a batch decides how large the next ones are. */
  pace: BatchPace
}>

/** `lost`: signals of the leases that this work rests on. */
export function createBoundary(engine: Engine, work: Work, lost: readonly AbortSignal[]): Boundary {
  const openedAt = performance.now()
  const throttle = createThrottle(engine, work)
  const signals = work.signal === null ? [] : [work.signal]
  const anyEnd = AbortSignal.any([...lost, ...signals])
  const reason = async (): Promise<StopReason | null> => {
    for (;;) {
      if (lost.some(({ aborted }) => aborted)) throw new MothballError('lease_lost', { policy: work.policy.name })
      if (work.signal?.aborted) return 'stopped'
      if (isWindowOver(work.policy, work, openedAt)) return 'window_ended'
      const control = await engine.database.one(controlSql(work.started.run))
      if (control.broken === 'true') return 'failed'
      if (control.asked === 'stop') return 'stopped'
      if (control.asked === null) return await goOn(engine, work, control)
      await standPaused(engine, work, control, anyEnd)
    }
  }
  const pass = async (): Promise<StopReason | null> => {
    const stop = await reason()
    return stop ?? ((await throttle.slowDown(anyEnd)) ? reason() : null)
  }
  return { pass, pace: throttle.pace }
}

/** The window is judged by the database's moment and the time that has passed since, not by this machine's clock. */
const isWindowOver = ({ window }: Policy, { limits, since }: Work, openedAt: number): boolean =>
  window !== null && !limits.ignoreWindow && !isInWindow(window, since, performance.now() - openedAt)

async function standPaused(
  { database, emit, pause }: Engine,
  { started: { run } }: Work,
  control: ControlRow,
  anyEnd: AbortSignal,
): Promise<void> {
  // Of several workers on a run the first says it.
  if (control.state === 'running' && (await database.execute(turnRunSql(run, 'running -> paused'))) > 0)
    emit({ kind: 'run-paused', run, reason: control.asked_reason ?? '' })
  await pause.sleep(PAUSED_LOOK_MS, anyEnd)
}

async function goOn({ database, emit }: Engine, { started: { run } }: Work, { state }: ControlRow): Promise<null> {
  if (state === 'paused' && (await database.execute(turnRunSql(run, 'paused -> running'))) > 0)
    emit({ kind: 'run-resumed', run })
  return null
}
