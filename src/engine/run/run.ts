/**
 * (3) One run: plan and guard, lease and slot, batch after batch with one cutoff, then seal, vacuum and the log. It
 * stops at a batch's end, and whatever happens its counts are those that committed.
 */
import { MothballError } from '../../core/errors/index.ts'
import type { Plan } from '../../core/plan.ts'
import type { Policy } from '../../core/policy.ts'
import type { RunOptions, RunResult, StopReason } from '../../core/run.ts'
import { isInWindow } from '../../core/window.ts'
import { type StartedRun, startRun } from '../../db/journal/run.ts'
import { recordPlanSql } from '../../sql/journal/run.sql.ts'
import type { Engine } from '../ports.ts'
import { takeProbes } from '../probe.ts'
import { sealBatches } from '../verify/seal.ts'
import { recordOrphanBaseline } from '../verify/verify-orphans.ts'
import { closeRun, type RunOutcome } from './close-run.ts'
import { acquireLease, keepLease, type Lease } from './lease.ts'
import type { MoveContext } from './move-batch.ts'
import { countKeys, moveEligible } from './move-eligible.ts'
import { FailureShare } from './outcome.ts'
import { allowedBy, type PreparedRun, prepareRun } from './prepare-run.ts'
import { closeAbandonedRuns } from './reconcile.ts'
import { vacuumFamily } from './vacuum.ts'

/**
 * Throws before anything is written where the plan is refused, the guard is exceeded, the window is closed, the slot
 * is taken or another run is alive. Afterwards it always returns a result, and the log has its row.
 */
export async function run(engine: Engine, policy: Policy, options: RunOptions = {}): Promise<RunResult> {
  const prepared = await orRefused(engine, policy, () => prepareRun(engine, policy))
  return options.dryRun ? dryRun(engine, policy, options, prepared.plan) : liveRun(engine, policy, options, prepared)
}

/** What keeps a run from beginning leaves no row behind, so it is said here. */
async function orRefused<T>(engine: Engine, policy: Policy, work: () => Promise<T> | T): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof MothballError) {
      const { code, message, hint } = error
      engine.emit({ kind: 'run-refused', policy: policy.name, error: { code, message, hint } })
    }
    throw error
  }
}

/** Only reads, but for its rows in journal and log; needs no lease and takes no slot. */
async function dryRun(engine: Engine, policy: Policy, options: RunOptions, plan: Plan): Promise<RunResult> {
  const started = await engine.database.transaction({}, (session) =>
    startRun(session, policy, startOf(policy, plan, options)),
  )
  if (started === null) throw new RangeError('a run without a slot starts')
  announce(engine, policy, plan, started, true)
  const skipped = { quarantined: plan.quarantined }
  return closeRun(engine, { policy, options, plan, started, lease: null, skipped, stopReason: 'dry_run', error: null })
}

async function liveRun(engine: Engine, policy: Policy, options: RunOptions, prepared: PreparedRun): Promise<RunResult> {
  const { plan } = prepared
  const ceiling = await orRefused(engine, policy, () => allowedBy(policy, plan, options))
  const started = await orRefused(engine, policy, () => openRun(engine, policy, plan, options))
  announce(engine, policy, plan, started, false)
  await engine.signals.reached('run-opened')
  using lease = keepLease(engine, policy, started.epoch)
  const work: Work = { ...prepared, started, lease, options, ceiling, openedAt: performance.now() }
  await takeProbes(engine, { policy, family: prepared.family, run: started.run, phase: 'before' })
  const outcome = await moveAndCatch(engine, policy, work)
  const result = await closeRun(engine, { policy, options, plan, started, ...outcome, lease })
  engine.emit({ kind: 'run-ended', result })
  await tidyUp(engine, policy, work, result)
  return result
}

const announce = (engine: Engine, policy: Policy, { eligible }: Plan, { run }: StartedRun, dry: boolean): void =>
  engine.emit({ kind: 'run-started', run, policy: policy.name, eligible, dryRun: dry })

const startOf = (policy: Policy, plan: Plan, options: RunOptions) =>
  ({
    operation: 'archive',
    actor: options.actor ?? policy.archivedBy,
    reason: null,
    dryRun: options.dryRun ?? false,
    slot: options.dryRun ? null : (options.slot ?? null),
    moment: plan.moment,
  }) as const

type Opened = StartedRun & Readonly<{ epoch: string }>

/** Run, slot and lease are taken together or not at all. */
function openRun({ database }: Engine, policy: Policy, plan: Plan, options: RunOptions): Promise<Opened> {
  return database.transaction({}, async (session) => {
    const started = await startRun(session, policy, startOf(policy, plan, options))
    if (started === null) throw new MothballError('slot_taken', { policy: policy.name, slot: options.slot ?? '' })
    await session.execute(recordPlanSql(started.run, { ...plan, kept: JSON.stringify(plan.kept) }))
    return { ...started, epoch: await acquireLease(session, policy, started.run) }
  })
}

type Work = PreparedRun &
  Readonly<{ started: Opened; lease: Lease; options: RunOptions; ceiling: number; openedAt: number }>

/** An error ends the moving, not the account of it. */
async function moveAndCatch(
  engine: Engine,
  policy: Policy,
  work: Work,
): Promise<Pick<RunOutcome, 'skipped' | 'stopReason' | 'error'>> {
  const { quarantined } = work.plan
  const { options, ceiling, started, family } = work
  try {
    await closeAbandonedRuns(engine, policy, started.run)
    await engine.database.transaction({ pinnedSearchPath: true }, (session) =>
      recordOrphanBaseline(session, policy, family),
    )
    const limits = { batchSize: options.batchSize ?? policy.batchSize, maxRows: options.maxRows ?? null, ceiling }
    const context = contextOf(engine, policy, work)
    const { outcome, stopReason } = await moveEligible(context, limits, () => stopAsked(policy, work))
    const skipped = { locked: countKeys(outcome.deferred), became_active: outcome.becameActive, quarantined }
    return { skipped, stopReason, error: null }
  } catch (error) {
    const told = work.lease.lost.aborted
      ? new MothballError('lease_lost', { policy: policy.name }, { cause: error })
      : error
    if (!(told instanceof MothballError)) throw told
    return { skipped: { quarantined }, stopReason: 'failed', error: told }
  }
}

const contextOf = (engine: Engine, policy: Policy, work: Work): MoveContext => ({
  engine,
  judgement: { policy, family: work.family, moment: work.started.moment, journal: true },
  lease: work.lease,
  run: work.started.run,
  oids: work.oids,
  fingerprints: work.fingerprints,
  share: new FailureShare(),
})

/** The window is judged by the database's moment and the time that has passed since, not by this machine's clock. */
function stopAsked(policy: Policy, { lease, options, started, openedAt }: Work): StopReason | null {
  if (lease.lost.aborted) throw new MothballError('lease_lost', { policy: policy.name })
  if (options.signal?.aborted) return 'stopped'
  if (policy.window === null || options.ignoreWindow) return null
  return isInWindow(policy.window, started.moment, performance.now() - openedAt) ? null : 'window_ended'
}

/** What is left undone here is done by the next run, and changes nothing of what was moved. */
async function tidyUp(engine: Engine, policy: Policy, { family }: Work, result: RunResult): Promise<void> {
  try {
    if (result.archived > 0) await vacuumFamily(engine, family, result.run)
    await takeProbes(engine, { policy, family, run: result.run, phase: 'after' })
    const { sealed } = await sealBatches(engine, policy)
    if (sealed > 0) engine.emit({ kind: 'sealed', run: result.run, batches: sealed })
  } catch (error) {
    if (!(error instanceof MothballError)) throw error
    engine.emit({ kind: 'not-tidied', run: result.run, code: error.code })
  }
}
