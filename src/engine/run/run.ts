/**
 * (3) One run: plan and guard, lease and slot in one transaction, then the work. Throws before anything is written
 * where it must not be; afterwards it always returns a result, and the log has its row.
 */
import { auditEntry } from '../../core/chain.ts'
import { MothballError } from '../../core/errors/index.ts'
import { NOTHING_SWEPT } from '../../core/late.ts'
import type { Plan } from '../../core/plan.ts'
import type { Policy } from '../../core/policy.ts'
import type { RunOptions, RunResult } from '../../core/run.ts'
import { appendAudit } from '../../db/journal/audit.ts'
import { type RunLimits, type StartedRun, startRun } from '../../db/journal/run.ts'
import { recordPlanSql } from '../../sql/journal/run.sql.ts'
import type { Engine } from '../ports.ts'
import { closeRun } from './close-run.ts'
import { acquireLease, leaseTransaction } from './lease.ts'
import { LateAccount } from './outcome.ts'
import { allowedBy, type PreparedRun, prepareRun } from './prepare-run.ts'
import { workOn } from './work-on.ts'

/**
 * Throws before anything is written where the plan is refused, the policy is paused, the guard is exceeded, the window
 * is closed, the slot is taken or another run is alive.
 */
export async function run(engine: Engine, policy: Policy, options: RunOptions = {}): Promise<RunResult> {
  const asked = options.shadow ? { ...options, dryRun: true } : options
  const prepared = await orRefused(engine, policy, () => prepareRun(engine, policy, asked))
  return asked.dryRun ? dryRun(engine, policy, asked, prepared.plan) : liveRun(engine, policy, asked, prepared)
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

/** Only reads, but for its rows in journal and log; needs no lease, and takes no slot unless it is the schedule's. */
async function dryRun(engine: Engine, policy: Policy, options: RunOptions, plan: Plan): Promise<RunResult> {
  const started = await engine.database.transaction({}, async (session) => {
    const opened = await startRun(session, policy, startOf(policy, plan, options))
    if (opened === null) throw slotTaken(policy, options)
    await session.execute(recordPlanSql(opened.run, { ...plan, kept: JSON.stringify(plan.kept) }))
    return opened
  })
  announce(engine, policy, plan, started, true)
  const { actor } = startOf(policy, plan, options)
  return closeRun(engine, {
    policy,
    actor,
    dryRun: true,
    eligible: plan.eligible - plan.quarantined,
    started,
    lease: null,
    skipped: { quarantined: plan.quarantined },
    stopReason: 'dry_run',
    error: null,
    swept: NOTHING_SWEPT,
  })
}

async function liveRun(engine: Engine, policy: Policy, options: RunOptions, prepared: PreparedRun): Promise<RunResult> {
  const { plan, tables } = prepared
  const ceiling = await orRefused(engine, policy, () => allowedBy(policy, plan, options))
  const limits: RunLimits = {
    batchSize: options.batchSize ?? policy.batchSize,
    maxRows: options.maxRows ?? null,
    ceiling,
    ignoreWindow: options.ignoreWindow ?? false,
    quarantined: plan.quarantined,
    lanes: options.lanes ?? Math.max(policy.lanes, policy.parallel),
  }
  const { epoch, ...started } = await orRefused(engine, policy, () =>
    openRun(engine, policy, plan, { ...options, limits }),
  )
  announce(engine, policy, plan, started, false)
  await engine.signals.reached('run-opened')
  const { actor, moment } = startOf(policy, plan, options)
  const work = { policy, tables, started, limits, eligible: plan.eligible - plan.quarantined, actor, since: moment }
  return workOn(engine, { ...work, signal: options.signal ?? null, late: new LateAccount() }, epoch)
}

const announce = (engine: Engine, policy: Policy, { eligible }: Plan, { run }: StartedRun, dry: boolean): void =>
  engine.emit({ kind: 'run-started', run, policy: policy.name, eligible, dryRun: dry })

type Start = RunOptions & Readonly<{ limits?: RunLimits }>

const startOf = (policy: Policy, plan: Plan, { dryRun: dry = false, ...options }: Start) =>
  ({
    operation: 'archive',
    actor: options.actor ?? policy.archivedBy,
    reason: null,
    dryRun: dry,
    slot: dry && !options.shadow ? null : (options.slot ?? null),
    moment: plan.moment,
    ...(options.limits === undefined ? {} : { limits: options.limits }),
    ...(options.group === undefined ? {} : { group: options.group }),
  }) as const

const slotTaken = (policy: Policy, { slot }: RunOptions): MothballError =>
  new MothballError('slot_taken', { policy: policy.name, slot: slot ?? '' })

/** Run, slot and lease are taken together or not at all. */
const openRun = (
  { database }: Engine,
  policy: Policy,
  plan: Plan,
  options: Start,
): Promise<StartedRun & Readonly<{ epoch: string }>> =>
  leaseTransaction(database, policy, async (session) => {
    const started = await startRun(session, policy, startOf(policy, plan, options))
    if (started === null) throw slotTaken(policy, options)
    await session.execute(recordPlanSql(started.run, { ...plan, kept: JSON.stringify(plan.kept) }))
    const epoch = await acquireLease(session, policy, started.run)
    await appendAudit(session, startEntry(policy, plan, options, started.run))
    return { ...started, epoch }
  })

const startEntry = (policy: Policy, plan: Plan, options: RunOptions, run: number) =>
  auditEntry({
    actor: options.actor ?? policy.archivedBy,
    role: options.role,
    action: 'run.start',
    policy: policy.name,
    object: `run ${run}`,
    before: `${plan.eligible} eligible`,
    after: options.confirm === undefined ? null : `${options.confirm} confirmed`,
  })
