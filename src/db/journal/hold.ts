/** Typed reads and writes of holds. */
import type { Hold, HoldChoice, HoldSet } from '../../core/hold.ts'
import {
  type HoldList,
  type HoldPlace,
  type HoldRow,
  listHoldsSql,
  releaseHoldSql,
  setHoldSql,
} from '../../sql/journal/hold.sql.ts'
import type { Session } from '../database.ts'

/** Null where the subject was found on neither side in the statement's snapshot. */
export async function insertHold(
  session: Session,
  place: HoldPlace,
  why: Readonly<{ reason: string; caseNumber: string | null; actor: string }>,
): Promise<HoldSet | null> {
  const row = await session.maybe(setHoldSql(place, why))
  return row === null ? null : { ...holdOf(row), tier: tierOf(row.tier) }
}

/** Those that were open and are not any more. */
export async function endHolds(
  session: Session,
  subject: string,
  choice: HoldChoice,
  why: Readonly<{ actor: string; reason: string | null }>,
): Promise<readonly Hold[]> {
  return (await session.rows(releaseHoldSql(subject, choice, why))).map(holdOf)
}

export async function readHolds(session: Session, subject: string, which: HoldList): Promise<readonly Hold[]> {
  return (await session.rows(listHoldsSql(subject, which))).map(holdOf)
}

const tierOf = (text: string): HoldSet['tier'] => (text === 'active' || text === 'cold' ? text : 'archive')

const holdOf = (row: HoldRow): Hold => ({
  id: Number(row.id),
  key: row.key,
  reason: row.reason,
  caseNumber: row.case_number,
  setBy: row.set_by,
  setAt: row.set_at,
  releasedBy: row.released_by,
  releasedAt: row.released_at,
  releaseReason: row.release_reason,
})
