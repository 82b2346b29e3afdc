/** Typed reads and writes of slots, and of how far a schedule has been looked at. */
import { z } from 'zod'
import type { Slot } from '../../core/slot.ts'
import { listSlotsSql, type SlotRow, slotSql } from '../../sql/journal/slot.sql.ts'
import type { Session } from '../database.ts'

const state = z.enum(['due', 'taken', 'missed', 'skipped', 'refused'])

/** A slot, and what became of the run that took it. */
export type SlotWithRun = Slot & Readonly<{ ended: boolean; dryRun: boolean }>

/** Null where nobody has looked at it yet. */
export async function readSlot(
  session: Pick<Session, 'maybe'>,
  policy: string,
  slot: string,
): Promise<SlotWithRun | null> {
  const row = await session.maybe(slotSql(policy, slot))
  return row === null ? null : { ...slotOf(row), ended: row.ended === 'true', dryRun: row.dry_run === 'true' }
}

/** Newest first. */
export const readSlots = async (session: Session, policy: string, limit: number): Promise<readonly Slot[]> =>
  (await session.rows(listSlotsSql(policy, limit))).map(slotOf)

const slotOf = (row: SlotRow): Slot => ({
  slot: row.slot,
  state: state.parse(row.state),
  reason: row.reason,
  missedAt: row.missed_at,
  run: row.run === null ? null : Number(row.run),
})
