/**
 * The work of a run whose lease we hold, from whichever batch on: moves what is left, whole or in lanes, closes the run
 * and tidies up. It stops at a batch's end, and whatever happens its counts are those that committed.
 */
import { hasCode, MothballError } from '../../core/errors/index.ts'
import { type Family, movedTables } from '../../core/family.ts'
import { addLanes } from '../../core/lane.ts'
import { NOTHING_SWEPT } from '../../core/late.ts'
import type { RunResult } from '../../core/run.ts'
import { readLaneEnds, readOpenLanes } from '../../db/journal/lane.ts'
import { committedOf } from '../../db/journal/run.ts'
import { dropOldAnswers } from '../idempotency.ts'
import type { Engine } from '../ports.ts'
import { takeProbes } from '../probe.ts'
import { sweepAtEnd } from '../sweep/sweep-run.ts'
import { sealBatches } from '../verify/seal.ts'
import { recordOrphanBaseline } from '../verify/verify-orphans.ts'
import { type Boundary, createBoundary } from './boundary.ts'
import { closeAbandonedRuns } from './close-abandoned.ts'
import { closeRun, type RunOutcome } from './close-run.ts'
import { countKeys } from './eligible-keys.ts'
import { cutLanes, leadLanes } from './lanes.ts'
import { keepLease, type Lease } from './lease.ts'
import { moveEligible } from './move-eligible.ts'
import { settleLog } from './settle-log.ts'
import { moveAndSweep, sweepContext } from './sweeping.ts'
import { vacuumTables } from './vacuum.ts'
import type { Work } from './work.ts'

type Account = Pick<RunOutcome, 'skipped' | 'stopReason' | 'error'>

export async function workOn(engine: Engine, work: Work, epoch: string): Promise<RunResult> {
  const { policy, actor, eligible, started } = work
  using lease = keepLease(engine, policy, epoch)
  await takeProbes(engine, { policy, family: work.tables.family, run: started.run, phase: 'before' })
  const account = await moveAndCatch(engine, work, lease)
  const result = await closeRun(engine, {
    policy,
    actor,
    dryRun: false,
    eligible,
    started,
    ...account,
    swept: work.late.swept,
    lease,
  }).catch((error: unknown) => {
    // Where the server has gone, what it went of says more than that nobody can be reached.
    throw hasCode(error, 'connection_lost', 'database_unreachable') ? (account.error ?? error) : error
  })
  engine.emit({ kind: 'run-ended', result })
  await tidyUp(engine, work, result)
  return result
}

/** An error ends the moving, not the account of it. */
async function moveAndCatch(engine: Engine, work: Work, lease: Lease): Promise<Account> {
  const { quarantined } = work.limits
  try {
    await closeAbandonedRuns(engine, work.policy, work.started.run)
    await settleLog(engine, work.policy)
    await engine.database.transaction({ pinnedSearchPath: true }, (session) =>
      recordOrphanBaseline(session, work.policy, work.tables.family),
    )
    const isCut = await hasLanes(engine, work)
    const account = isCut ? await moveInLanes(engine, work, lease) : await moveWhole(engine, work, lease)
    return { ...account, skipped: { ...account.skipped, quarantined } }
  } catch (error) {
    const told = lease.lost.aborted
      ? new MothballError('lease_lost', { policy: work.policy.name }, { cause: error })
      : error
    if (!(told instanceof MothballError)) throw told
    return { skipped: { quarantined }, stopReason: 'failed', error: told }
  }
}

/** Cut before, by the process that began it, or now. */
async function hasLanes(engine: Engine, work: Work): Promise<boolean> {
  const { database } = engine
  const { run } = work.started
  // One after the other, so that the batches stay on the connection that the lease knows.
  if ((await readOpenLanes(database, run)).length > 0) return true
  return (await readLaneEnds(database, run)).ends.length > 0 || cutLanes(engine, work)
}

async function moveWhole(engine: Engine, work: Work, lease: Lease): Promise<Account> {
  const boundary = createBoundary(engine, work, [lease.lost])
  const { outcome, stopReason } = await moveEligible(
    { ...moveAndSweep(engine, work, lease), pace: boundary.pace },
    { ...(await limitsLeft(engine, work)), batchSizeNow: boundary.pace.batchSizeNow },
    boundary.pass,
  )
  await sweepLast(engine, work, lease, boundary)
  const skipped = { locked: countKeys(outcome.deferred), became_active: outcome.becameActive }
  return { skipped, stopReason, error: null }
}

/** A run that is gone on with has used up a part of what it may. */
async function limitsLeft({ database }: Engine, { limits, started }: Work) {
  const { archived, failed } = await database.transaction({}, (session) => committedOf(session, started.run))
  const done = archived + failed
  const { batchSize, maxRows, ceiling } = limits
  return { batchSize, maxRows: maxRows === null ? null : Math.max(0, maxRows - done), ceiling: ceiling - done }
}

async function moveInLanes(engine: Engine, work: Work, lease: Lease): Promise<Account> {
  await leadLanes(engine, work, lease)
  const { ends, error } = await readLaneEnds(engine.database, work.started.run)
  // Whoever went through a lane, its sweeps are the run's.
  for (const { swept } of ends) work.late.add({ ...NOTHING_SWEPT, ...swept })
  await sweepLast(engine, work, lease, createBoundary(engine, work, [lease.lost]))
  const { stopReason, locked, becameActive } = addLanes(ends)
  return { skipped: { locked, became_active: becameActive }, stopReason, error }
}

async function sweepLast(engine: Engine, work: Work, lease: Lease, boundary: Boundary): Promise<void> {
  const sweeping = sweepContext(engine, work, lease)
  if (sweeping !== null && (await boundary.pass()) === null) await sweepAtEnd(sweeping, work.tables.catalog)
}

const touchedBy = (family: Family) => movedTables(family).flatMap(({ shape, archive }) => [shape.name, archive])

/** What is left undone here is done by the next run, and changes nothing of what was moved. */
async function tidyUp(engine: Engine, { policy, tables }: Work, result: RunResult): Promise<void> {
  try {
    if (result.archived > 0) await vacuumTables(engine, touchedBy(tables.family), result.run)
    await takeProbes(engine, { policy, family: tables.family, run: result.run, phase: 'after' })
    const { sealed, refused } = await sealBatches(engine, policy)
    if (sealed > 0) engine.emit({ kind: 'sealed', run: result.run, batches: sealed })
    if (refused > 0) engine.emit({ kind: 'seal-refused', run: result.run, batches: refused })
    await dropOldAnswers(engine)
  } catch (error) {
    if (!(error instanceof MothballError)) throw error
    engine.emit({ kind: 'not-tidied', run: result.run, code: error.code })
  }
}
