/**
 * A run that is no plan's: it takes the subject's lease, closes the runs that died before it, works, and ends with a
 * row of its own in the journal, whatever happens. Nobody else moves rows of the subject meanwhile.
 */
import { MothballError } from '../core/errors/index.ts'
import type { Operation } from '../core/history.ts'
import type { Policy } from '../core/policy.ts'
import type { RunStatus, StopReason } from '../core/run.ts'
import { committedOf, endRun, startRun } from '../db/journal/run.ts'
import type { Engine } from './ports.ts'
import { closeAbandonedRuns } from './run/close-abandoned.ts'
import { acquireLease, keepLease, type Lease, leaseTransaction, releaseLease } from './run/lease.ts'

/** `closed` is how many dead runs were closed at its beginning. */
export type LeasedRun = Readonly<{ run: number; moment: string; lease: Lease; closed: number }>

/** How it ended. `details` null: as the work itself has written them. */
export type RunEnding = Readonly<{
  status: RunStatus
  stopReason: StopReason
  details: object | null
}>

type Start = Readonly<{ operation: Operation; actor: string; reason: string | null }>

/** Throws `already_running`, or what `work` threw once the run is closed as failed. */
export async function underLease<T>(
  engine: Engine,
  policy: Policy,
  start: Start,
  work: (run: LeasedRun) => Promise<Readonly<{ result: T; ending: RunEnding }>>,
): Promise<T> {
  const { run, moment, epoch } = await leaseTransaction(engine.database, policy, async (session) => {
    const started = await startRun(session, policy, { ...start, dryRun: false, slot: null })
    if (started === null) throw new RangeError('a run without a slot starts')
    return { ...started, epoch: await acquireLease(session, policy, started.run) }
  })
  using lease = keepLease(engine, policy, epoch)
  try {
    const closed = await closeAbandonedRuns(engine, policy, run)
    const { result, ending } = await work({ run, moment, lease, closed })
    await close(engine, policy, { run, lease }, ending, null)
    return result
  } catch (error) {
    const ending = { status: 'failed', stopReason: 'failed', details: null } as const
    await close(engine, policy, { run, lease }, ending, error).catch(() => undefined)
    throw error
  }
}

const close = (
  { database }: Engine,
  policy: Policy,
  { run, lease }: Pick<LeasedRun, 'run' | 'lease'>,
  ending: RunEnding,
  error: unknown,
): Promise<void> =>
  leaseTransaction(database, policy, async (session) => {
    const { status, stopReason, details } = ending
    // Of the batches that it wrote; as with every run, what committed counts.
    const { archived } = await committedOf(session, run)
    await endRun(session, {
      run,
      status,
      stopReason,
      archived,
      error: error === null ? null : errorText(error),
      restored: 0,
      failed: 0,
      skipped: 0,
      details: details === null ? null : JSON.stringify(details),
    })
    await releaseLease(session, lease)
  })

const errorText = (error: unknown): string =>
  error instanceof MothballError ? `${error.code}: ${error.message}` : 'an unexpected error'
