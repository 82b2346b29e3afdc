/**
 * Slots: what a scheduler does each time it looks at the clock, and what a worker does with a slot that is due. The
 * journal decides; whoever is late finds the slot taken. The database's clock counts, and no other.
 */
import { instantText } from '../core/instant.ts'
import type { Policy } from '../core/policy.ts'
import { LATE_AFTER_MS, nextSlot, type Schedule, slotsBetween } from '../core/schedule.ts'
import type { SlotList } from '../core/slot.ts'
import { isInWindow } from '../core/window.ts'
import type { Session } from '../db/database.ts'
import { readSlots } from '../db/journal/slot.ts'
import { readStage } from '../db/journal/stage.ts'
import { requireJournal } from '../db/journal-schema.ts'
import { nowSql } from '../sql/journal/run.sql.ts'
import {
  beginScheduleSql,
  catchUpSql,
  dueSlotsSql,
  lockScheduleSql,
  missLateSlotsSql,
  type NoticedSlot,
  noticeSlotsSql,
  type ScheduleRow,
  seenUntilSql,
} from '../sql/journal/slot.sql.ts'
import type { Engine } from './ports.ts'

export type DueSlot = Readonly<{ slot: string; late: boolean }>

/** Slots of the policy, newest first, and the next one to come. */
export const listSlots = ({ database }: Engine, policy: Policy, limit = 20): Promise<SlotList> =>
  database.transaction({ mode: 'snapshot' }, async (session) => {
    await requireJournal(session)
    const now = Date.parse(`${(await session.one(nowSql)).now.replace(' ', 'T')}:00`)
    const next = policy.schedule === null ? null : nextSlot(policy.schedule, now)
    return {
      slots: await readSlots(session, policy.name, limit),
      next: next === null ? null : instantText(BigInt(next) * 1000n),
    }
  })

/**
 * Looks at the clock: writes down the slots whose time came since the last look, tells those that were missed, and
 * returns those that are to be run. Of several who look at once, one does it; the others get an empty list.
 */
export async function lookAtSchedule({ database, emit }: Engine, policy: Policy): Promise<readonly DueSlot[]> {
  const { schedule } = policy
  if (schedule === null) return []
  const looked = await database.transaction({}, async (session) => {
    await session.execute(beginScheduleSql(policy.name, schedule))
    const row = await session.maybe(lockScheduleSql(policy.name))
    return row === null ? null : look(session, policy, schedule, row)
  })
  if (looked === null) return []
  if (looked.missed.length > 0)
    emit({ kind: 'slots-missed', policy: policy.name, slots: looked.missed, caughtUp: looked.caughtUp })
  return looked.due
}

type Looked = Readonly<{ due: readonly DueSlot[]; missed: readonly string[]; caughtUp: boolean }>

async function look(session: Session, policy: Policy, schedule: Schedule, row: ScheduleRow): Promise<Looked> {
  const now = Number(row.now_ms)
  // Seen already what is still to come: the clock was ahead at an earlier look, and nobody would look until then.
  const wasAhead = Number(row.seen_until_ms) > now + LATE_AFTER_MS
  const isSame = row.cron === schedule.cron && row.zone === schedule.zone && !wasAhead
  // What another rule would have meant for the time before it was changed, nobody can say; nor what passed meanwhile.
  if (!isSame) await session.execute(seenUntilSql(policy.name, schedule, now))
  const times = isSame ? slotsBetween(schedule, Number(row.seen_until_ms), now) : []
  const noticed = await notice(session, policy, schedule, times, now)
  const late = (await session.rows(missLateSlotsSql(policy.name, LATE_AFTER_MS))).map(({ slot }) => slot)
  const missed = [...late, ...noticed]
  const isToCatchUp = missed.length > 0 && schedule.catchUp === 'once'
  const caughtUp = isToCatchUp && (await session.rows(catchUpSql(policy.name))).length > 0
  return { due: await dueSlots(session, policy), missed, caughtUp }
}

/** Returns those that were missed. */
async function notice(
  session: Session,
  policy: Policy,
  schedule: Schedule,
  times: readonly number[],
  now: number,
): Promise<readonly string[]> {
  const newest = times.at(-1)
  if (newest === undefined) return []
  const { stage } = await readStage(session, policy)
  const slots = times.map((atMs): NoticedSlot => {
    if (stage === 'paused') return { atMs, state: 'skipped', reason: 'policy_paused' }
    return { atMs, state: atMs === newest && now - atMs <= LATE_AFTER_MS ? 'due' : 'missed', reason: null }
  })
  await session.execute(seenUntilSql(policy.name, schedule, newest))
  const rows = await session.rows(noticeSlotsSql(policy.name, slots))
  return rows.filter(({ state }) => state === 'missed').map(({ slot }) => slot)
}

/** One that was missed waits for the policy's window; one that is in time is refused outside it, and says so. */
async function dueSlots(session: Session, { name, window }: Policy): Promise<readonly DueSlot[]> {
  const rows = await session.rows(dueSlotsSql(name))
  if (rows.length === 0) return []
  const { now } = await session.one(nowSql)
  const isOpen = window === null || isInWindow(window, now)
  return rows.flatMap(({ slot, late }) => (late === 'true' && !isOpen ? [] : [{ slot, late: late === 'true' }]))
}
