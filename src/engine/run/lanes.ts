/**
 * A run that is cut into lanes: each is taken under a lease of its own by whichever worker is free, gone through, and
 * ended with its account. A lane whose worker dies is taken again from its beginning; what its batches moved is gone
 * from there, and counted. The worker that leads the run waits for the last lane and closes the run.
 */
import { hasCode, MothballError } from '../../core/errors/index.ts'
import { type Lane, type LaneEnd, lanesWorth, rangesOf } from '../../core/lane.ts'
import { endLane, readOpenLanes, reserveForLane, takeLane } from '../../db/journal/lane.ts'
import { askSql } from '../../sql/journal/control.sql.ts'
import { cutLanesSql, laneEndsSql } from '../../sql/journal/lane.sql.ts'
import type { Engine } from '../ports.ts'
import { createBoundary } from './boundary.ts'
import { countKeys, lastCandidate } from './eligible-keys.ts'
import {
  keepLease,
  type Lease,
  laneLeaseName,
  leaseName,
  leaseTransaction,
  ownerName,
  releaseLease,
  takeLease,
} from './lease.ts'
import { moveEligible } from './move-eligible.ts'
import { LateAccount } from './outcome.ts'
import { moveAndSweep } from './sweeping.ts'
import { judgementOf, type Work } from './work.ts'

/** Between two looks for a lane whose worker died, or for the last one to end. */
const LANE_LOOK_MS = 200

/** Cuts the run where that is worth while; false where it stays whole. */
export async function cutLanes(engine: Engine, work: Work): Promise<boolean> {
  const { database, emit } = engine
  const { run } = work.started
  const most = work.limits.maxRows === null ? work.limits.lanes : 1
  const worth = lanesWorth(work.eligible, work.limits.batchSize, most)
  const last = worth === 1 ? null : await lastCandidate(database, judgementOf(work))
  if (last === null) return false
  const ends = await database.rows(laneEndsSql(judgementOf(work), last, worth))
  const lanes = rangesOf(
    ends.map(({ key }) => key),
    last,
  )
  if (lanes.length === 1) return false
  await database.execute(cutLanesSql(run, lanes))
  emit({ kind: 'lanes-cut', run, lanes: lanes.length })
  await engine.signals.reached('lanes-cut')
  return true
}

/** Goes through lanes until all have ended, whoever went through them. Throws `lease_lost`. */
export async function leadLanes(engine: Engine, work: Work, lease: Pick<Lease, 'lost'>): Promise<void> {
  for (;;) {
    await workLanes(engine, work, [lease.lost])
    if (lease.lost.aborted) throw new MothballError('lease_lost', { policy: work.policy.name })
    if ((await readOpenLanes(engine.database, work.started.run)).length === 0) return
    if (work.signal?.aborted) await stopOthers(engine, work)
    await engine.pause.sleep(LANE_LOOK_MS)
  }
}

/** The run closes with the process that leads it, so whoever helps ends at his batch too. */
const stopOthers = ({ database }: Engine, { policy, started, actor }: Work): Promise<number> =>
  database.execute(askSql(policy.name, started.run, { asked: 'stop', actor, reason: 'its leading process ends' }))

/**
 * Goes through lanes that are free until none is left, as many beside each other as the policy says. Returns how many.
 * All of them have come to rest when it throws.
 */
export async function workLanes(engine: Engine, work: Work, lost: readonly AbortSignal[]): Promise<number> {
  const hands = Array.from({ length: work.policy.parallel }, () => oneAfterTheOther(engine, work, lost))
  await Promise.allSettled(hands)
  const taken = await Promise.all(hands)
  return taken.reduce((sum, each) => sum + each, 0)
}

async function oneAfterTheOther(engine: Engine, work: Work, lost: readonly AbortSignal[]): Promise<number> {
  for (let taken = 0; ; taken += 1) {
    const held = await takeFreeLane(engine, work)
    if (held === null) return taken
    using lease = keepLease(engine, work.policy, held.epoch, laneLeaseName(work.policy, held.lane.lane))
    engine.emit({ kind: 'lane-taken', run: work.started.run, lane: held.lane.lane })
    await engine.signals.reached('lane-taken')
    await goThrough(engine, work, { lane: held.lane, lease, lost })
  }
}

type HeldLane = Readonly<{ lane: Lane; epoch: string }>

/** The first lane that nobody alive has; null where there is none, or where nobody leads the run any more. */
async function takeFreeLane({ database }: Engine, work: Work): Promise<HeldLane | null> {
  const { policy, started } = work
  for (const lane of await readOpenLanes(database, started.run)) {
    const epoch = await leaseTransaction(database, policy, async (session) => {
      const own = { lease: leaseName(policy), run: started.run, lane, owner: ownerName() }
      return takeLane(session, judgementOf(work), own, () =>
        takeLease(session, policy, { name: laneLeaseName(policy, lane.lane), run: started.run }),
      )
    })
    if (epoch === 'not led') return null
    if (epoch !== null) return { lane, epoch: epoch.epoch }
  }
  return null
}

type LaneWork = Readonly<{ lane: Lane; lease: Lease; lost: readonly AbortSignal[] }>

/** An error ends the lane, and through it the run; a lease that is lost is somebody else's lane now. */
async function goThrough(engine: Engine, work: Work, { lane, lease, lost }: LaneWork): Promise<void> {
  const late = new LateAccount()
  try {
    await settle(engine, lease, work, await moveLane(engine, { ...work, late }, { lane, lease, lost }), null)
  } catch (error) {
    if (!(error instanceof MothballError)) throw error
    if (hasCode(error, 'lease_lost')) return
    const swept = late.sweptBatches
    const end = { lane: lane.lane, stopReason: 'failed', becameActive: 0, locked: 0, swept } as const
    await settle(engine, lease, work, end, error)
  }
}

async function moveLane(engine: Engine, work: Work, { lane, lease, lost }: LaneWork): Promise<LaneEnd> {
  const { limits, started } = work
  const boundary = createBoundary(engine, work, [...lost, lease.lost])
  const reserve = (found: number) =>
    reserveForLane(engine.database, { run: started.run, lane: lane.lane, found, ceiling: limits.ceiling })
  const { outcome, stopReason } = await moveEligible(
    { ...moveAndSweep(engine, work, lease), pace: boundary.pace },
    { ...limits, range: lane, reserve, batchSizeNow: boundary.pace.batchSizeNow },
    boundary.pass,
  )
  const { becameActive, deferred } = outcome
  return { lane: lane.lane, stopReason, becameActive, locked: countKeys(deferred), swept: work.late.sweptBatches }
}

async function settle(
  { database, emit }: Engine,
  lease: Lease,
  { policy, started: { run } }: Work,
  end: LaneEnd,
  error: MothballError | null,
): Promise<void> {
  await leaseTransaction(database, policy, async (session) => {
    await endLane(session, run, end, error)
    await releaseLease(session, lease)
  })
  emit({ kind: 'lane-ended', run, lane: end.lane, stopReason: end.stopReason })
}
