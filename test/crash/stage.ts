/**
 * Where a fault strikes: an episode's database, the server under it, the workers at it. A fault counts only if the
 * server says, in its moment, that the worker's batch is open.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { SignalPoint } from '../../src/engine/ports.ts'
import type { CallCenter } from '../support/call-center.ts'
import type { Query } from '../support/server.ts'
import type { CrashServer } from './crash-server.ts'
import type { Crew, Hand } from './crew.ts'
import type { Random } from './random.ts'

export type Stage = Readonly<{
  server: CrashServer
  crew: Crew
  center: CallCenter
  ask: Query
  random: Random
  /** A small disk under the database that can be filled; null where it has none. */
  disk: Disk | null
}>

export type Disk = Readonly<{ fill(): Promise<void>; free(): Promise<void> }>

/** Resolves true when it found a batch open and struck, false when none was there in time. */
export type Fault = Readonly<{ kind: string; strike(stage: Stage): Promise<boolean> }>

/** Points of an open batch, of a restore's in the second list. */
const BATCH_POINTS: readonly SignalPoint[] = [
  'batch-begun',
  'subjects-locked',
  'related-locked',
  'subjects-copied',
  'related-copied',
  'related-deleted',
  'subjects-deleted',
  'batch-recorded',
]
const RESTORE_POINTS: readonly SignalPoint[] = ['restore-locked', 'restore-copied', 'restore-deleted']

const MOST_SKIPPED = 4
const STANDING_TIMEOUT_MS = 10_000

export type Standing = Readonly<{ hand: Hand; point: SignalPoint }>

/**
 * Runs `work` while a worker stands at a point of an open batch that the random chose; it goes on afterwards, unless
 * it was killed. Null where nobody came to one in time, or its batch had ended meanwhile.
 */
export async function whileStanding<T>(
  stage: Stage,
  work: (standing: Standing) => Promise<T>,
  {
    points = BATCH_POINTS,
    hands = stage.crew.archivers,
  }: { points?: readonly SignalPoint[]; hands?: readonly Hand[] } = {},
): Promise<T | null> {
  const standing = await firstStanding(stage, hands, stage.random.pick(points))
  if (standing === null) return null
  try {
    return (await hasOpenBatch(stage, standing.hand)) ? await work(standing) : null
  } finally {
    standing.hand.worker.go()
  }
}

/** An archiver three times in four, else the restorer. */
export const whileAnyStands = <T>(stage: Stage, work: (standing: Standing) => Promise<T>): Promise<T | null> =>
  stage.random.chance(3 / 4)
    ? whileStanding(stage, work)
    : whileStanding(stage, work, { points: RESTORE_POINTS, hands: [stage.crew.restorer] })

async function firstStanding({ random }: Stage, hands: readonly Hand[], point: SignalPoint): Promise<Standing | null> {
  const skip = random.below(MOST_SKIPPED)
  const ended = new AbortController()
  const late = delay(STANDING_TIMEOUT_MS, null, { signal: ended.signal }).catch(() => null)
  const first = await Promise.race([
    late,
    ...hands.map(async (hand) => ({ hand, point: await hand.worker.stand([point], skip) })),
  ])
  ended.abort()
  for (const hand of hands) if (hand !== first?.hand) hand.worker.go()
  return first
}

/** Backends of a worker that have locked the family's tables, as only a batch does. */
const OPEN_BATCHES = `select distinct a.pid::text from pg_stat_activity a join pg_locks l on l.pid = a.pid
  where a.datname = current_database() and a.application_name = $1 and l.locktype = 'relation' and l.granted
    and l.mode = 'RowExclusiveLock' and l.relation = to_regclass('nic_cc_customer_backup')`

/** Process ids of the backends in whose transaction the worker's batch is open now. */
export const openBatches = async ({ ask }: Stage, { worker }: Hand): Promise<readonly number[]> =>
  (await ask(OPEN_BATCHES, [worker.name])).map(({ pid }) => Number(pid))

export const hasOpenBatch = async (stage: Stage, hand: Hand): Promise<boolean> =>
  (await openBatches(stage, hand)).length > 0
