/** Typed reads and writes of a run's lanes. */
import { z } from 'zod'
import { ERRORS, type ErrorCode, MothballError } from '../../core/errors/index.ts'
import type { Lane, LaneEnd } from '../../core/lane.ts'
import { NOTHING_SWEPT } from '../../core/late.ts'
import { STOP_REASONS, type StopReason } from '../../core/run.ts'
import type { Judgement } from '../../sql/eligibility.sql.ts'
import {
  endLaneSql,
  laneEndsOfSql,
  lockLaneSql,
  lockRunSql,
  openLanesSql,
  recountLaneSql,
  reserveSql,
  runIsLedSql,
  takeLaneSql,
} from '../../sql/journal/lane.sql.ts'
import type { Database, Session } from '../database.ts'

const failure = z.object({
  code: z.string().refine((code): code is ErrorCode => code in ERRORS),
  facts: z.record(z.string(), z.union([z.string(), z.number()])),
})

const swept = z.object({ rows: z.record(z.string(), z.number()), restored: z.number(), followed: z.number() })

/** Of a lane that ended under an older program nothing is known. */
const sweptOf = (json: string | null) => (json === null ? NOTHING_SWEPT : swept.parse(JSON.parse(json)))

export async function readOpenLanes(database: Pick<Session, 'rows'>, run: number): Promise<readonly Lane[]> {
  const rows = await database.rows(openLanesSql(run))
  return rows.map(({ lane, after_key, upto_key }) => ({ lane: Number(lane), after: after_key, upTo: upto_key }))
}

/**
 * Takes a lane with the lease that `takeLease` gets: its epoch, null where its worker lives or it has ended, `not led`
 * where nobody leads the run any more.
 */
export async function takeLane(
  session: Session,
  judgement: Judgement,
  { lease, run, lane, owner }: Readonly<{ lease: string; run: number; lane: Lane; owner: string }>,
  takeLease: () => Promise<string | null>,
): Promise<Readonly<{ epoch: string }> | null | 'not led'> {
  if ((await session.maybe(runIsLedSql(lease, run))) === null) return 'not led'
  // The lane's row before its lease, as whoever ends the lane does: a lease that nobody uses would be left behind.
  if ((await session.maybe(lockLaneSql(run, lane.lane))) === null) return null
  const epoch = await takeLease()
  if (epoch === null) return null
  await session.execute(takeLaneSql(run, lane.lane, owner))
  await session.execute(recountLaneSql(judgement, run, lane))
  return { epoch }
}

/** Of `found` more, how many the lane may move under the ceiling that all lanes share. */
export const reserveForLane = (
  database: Database,
  { run, lane, found, ceiling }: Readonly<{ run: number; lane: number; found: number; ceiling: number }>,
): Promise<number> =>
  database.transaction({}, async (session) => {
    await session.execute(lockRunSql(run))
    return Number((await session.one(reserveSql(run, lane, found, ceiling))).granted)
  })

export const endLane = (session: Session, run: number, end: LaneEnd, error: MothballError | null): Promise<number> =>
  session.execute(
    endLaneSql(run, end, error === null ? null : JSON.stringify({ code: error.code, facts: error.facts })),
  )

export type EndedLanes = Readonly<{ ends: readonly LaneEnd[]; error: MothballError | null }>

/** Every lane that has ended, and the error of the first that failed. */
export async function readLaneEnds(database: Pick<Session, 'rows'>, run: number): Promise<EndedLanes> {
  const rows = await database.rows(laneEndsOfSql(run))
  const failed = rows.find(({ error }) => error !== null)?.error ?? null
  return {
    ends: rows.map((row) => ({
      lane: Number(row.lane),
      stopReason: stopReasonOf(row.stop_reason),
      becameActive: Number(row.became_active),
      locked: Number(row.locked),
      swept: sweptOf(row.swept),
    })),
    error: failed === null ? null : errorOf(failed),
  }
}

const isStopReason = (text: string): text is StopReason => text in STOP_REASONS

/** A reason that a newer program wrote counts as a failure: nothing is taken for done on a guess. */
const stopReasonOf = (text: string): StopReason => (isStopReason(text) ? text : 'failed')

function errorOf(json: string): MothballError {
  const { code, facts } = failure.parse(JSON.parse(json))
  return new MothballError(code, facts)
}
