/**
 * (3) One run: plan and guard, lease and slot, batch after batch with one cutoff, then seal, vacuum and the log. It
 * stops at a batch's end, and whatever happens its counts are those that committed.
 */
import { MothballError } from '../core/errors/index.ts'
import { exceedsGuard, isConfirmed, type Plan, wouldMove } from '../core/plan.ts'
import type { Policy } from '../core/policy.ts'
import type { RunOptions, RunResult, StopReason } from '../core/run.ts'
import { shapeOf } from '../core/table.ts'
import { isInWindow, windowText } from '../core/window.ts'
import { fingerprintsOf } from '../db/fingerprint.ts'
import { type StartedRun, startRun } from '../db/journal/run.ts'
import type { Judgement } from '../sql/eligibility.sql.ts'
import { livingRunSql } from '../sql/journal/lease.sql.ts'
import { nowSql, recordPlanSql } from '../sql/journal/run.sql.ts'
import { closeRun, type RunOutcome } from './close-run.ts'
import { inspect, requireSound, requireUnrefused, type SoundInspection } from './inspect.ts'
import { acquireLease, keepLease, type Lease, leaseName } from './lease.ts'
import type { MoveContext } from './move-batch.ts'
import { countKeys, moveEligible } from './move-eligible.ts'
import { FailureShare } from './outcome.ts'
import { planAt } from './plan.ts'
import type { Engine } from './ports.ts'
import { closeAbandonedRuns } from './reconcile.ts'
import { sealBatches } from './seal.ts'
import { vacuumFamily } from './vacuum.ts'
import { recordOrphanBaseline } from './verify-orphans.ts'

/**
 * Throws before anything is written where the plan is refused, the guard is exceeded, the window is closed, the slot
 * is taken or another run is alive. Afterwards it always returns a result, and the log has its row.
 */
export async function run(engine: Engine, policy: Policy, options: RunOptions = {}): Promise<RunResult> {
  const { inspection, plan } = await prepare(engine, policy)
  if (!options.dryRun) requireAllowed(policy, plan, options)
  const started = await openRun(engine, policy, plan, options)
  engine.emit({
    kind: 'run-started',
    run: started.run,
    policy: policy.name,
    eligible: plan.eligible,
    dryRun: options.dryRun ?? false,
  })
  const base = { policy, options, plan, started }
  if (options.dryRun)
    return closeRun(engine, {
      ...base,
      lease: null,
      skipped: { quarantined: plan.quarantined },
      stopReason: 'dry_run',
      error: null,
    })
  using lease = keepLease(engine, policy, started.epoch)
  const outcome = await moveAndCatch(engine, policy, {
    inspection,
    plan,
    started,
    lease,
    options,
    openedAt: performance.now(),
  })
  const result = await closeRun(engine, { ...base, ...outcome, lease })
  engine.emit({ kind: 'run-ended', result })
  await tidyUp(engine, policy, inspection, result)
  return result
}

/** What is left undone here is done by the next run, and changes nothing of what was moved. */
async function tidyUp(engine: Engine, policy: Policy, { family }: SoundInspection, result: RunResult): Promise<void> {
  try {
    if (result.archived > 0) await vacuumFamily(engine, family, result.run)
    await sealBatches(engine, policy)
  } catch (error) {
    if (!(error instanceof MothballError)) throw error
    engine.emit({ kind: 'not-tidied', run: result.run, code: error.code })
  }
}

type Prepared = Readonly<{ inspection: SoundInspection; plan: Plan }>

function prepare({ database }: Engine, policy: Policy): Promise<Prepared> {
  return database.transaction({ mode: 'snapshot', pinnedSearchPath: true }, async (session) => {
    const inspection = requireSound(policy, await inspect(session, policy))
    const living = await session.maybe(livingRunSql(leaseName(policy), policy.timeouts.leaseMs))
    if (living !== null) throw new MothballError('already_running', { policy: policy.name, run: living.run ?? '' })
    const { now } = await session.one(nowSql)
    const plan = await planAt(session, policy, now, inspection)
    requireUnrefused(policy, plan.refusals)
    return { inspection, plan }
  })
}

function requireAllowed(policy: Policy, plan: Plan, options: RunOptions): void {
  if (policy.window !== null && !options.ignoreWindow && !isInWindow(policy.window, plan.moment))
    throw new MothballError('outside_window', { window: windowText(policy.window) })
  const count = wouldMove(plan, options.maxRows ?? null)
  const confirmed = options.confirm ?? null
  if (!exceedsGuard(plan, count) || isConfirmed(plan, count, confirmed)) return
  if (confirmed !== null) throw new MothballError('confirm_mismatch', { confirmed, count })
  const share = Math.round((100 * count) / plan.active)
  throw new MothballError('guard_exceeded', {
    count: plan.eligible,
    active: plan.active,
    share,
    guard: Math.round(plan.guard * 100),
  })
}

type Opened = StartedRun & Readonly<{ epoch: string }>

/** Run, slot and lease are taken together or not at all. A dry run only reads, and needs no lease. */
function openRun({ database }: Engine, policy: Policy, plan: Plan, options: RunOptions): Promise<Opened> {
  return database.transaction({}, async (session) => {
    const dryRun = options.dryRun ?? false
    const slot = options.slot ?? null
    const start = {
      operation: 'archive',
      actor: options.actor ?? policy.archivedBy,
      reason: null,
      dryRun,
      slot,
      moment: plan.moment,
    } as const
    const started = await startRun(session, policy, start)
    if (started === null) throw new MothballError('slot_taken', { policy: policy.name, slot: slot ?? '' })
    await session.execute(recordPlanSql(started.run, { ...plan, kept: JSON.stringify(plan.kept) }))
    return { ...started, epoch: dryRun ? '' : await acquireLease(session, policy, started.run) }
  })
}

type Work = Prepared & Readonly<{ started: Opened; lease: Lease; options: RunOptions; openedAt: number }>

/** An error ends the moving, not the account of it. */
async function moveAndCatch(
  engine: Engine,
  policy: Policy,
  work: Work,
): Promise<Pick<RunOutcome, 'skipped' | 'stopReason' | 'error'>> {
  const quarantined = work.plan.quarantined
  try {
    await closeAbandonedRuns(engine, policy, work.started.run)
    await engine.database.transaction({ pinnedSearchPath: true }, (session) =>
      recordOrphanBaseline(session, policy, work.inspection.family),
    )
    const context = await contextOf(engine, policy, work)
    const limits = { batchSize: work.options.batchSize ?? policy.batchSize, maxRows: work.options.maxRows ?? null }
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

async function contextOf(engine: Engine, policy: Policy, { inspection, started, lease }: Work): Promise<MoveContext> {
  const { family, catalog } = inspection
  const judgement: Judgement = { policy, family, moment: started.moment, journal: true }
  const oids = family.tables.flatMap((each) => [each.shape.oid, shapeOf(catalog, each.archive)?.oid ?? []].flat())
  const fingerprints = await engine.database.transaction({}, (session) => fingerprintsOf(session, oids))
  return { engine, judgement, lease, run: started.run, oids, fingerprints, share: new FailureShare() }
}

/** The window is judged by the database's moment and the time that has passed since, not by this machine's clock. */
function stopAsked(policy: Policy, { lease, options, started, openedAt }: Work): StopReason | null {
  if (lease.lost.aborted) throw new MothballError('lease_lost', { policy: policy.name })
  if (options.signal?.aborted) return 'stopped'
  if (policy.window === null || options.ignoreWindow) return null
  return isInWindow(policy.window, started.moment, performance.now() - openedAt) ? null : 'window_ended'
}
