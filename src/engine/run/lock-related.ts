/**
 * Locks the related rows of locked subjects, level by level, and finds the families that cannot move now: those of
 * which somebody else holds a row, and those that share a row with another family.
 */
import { type FamilyTable, isMoved, subjectOf } from '../../core/family.ts'
import { lockedTables } from '../../core/locked-tables.ts'
import type { Session } from '../../db/database.ts'
import type { Judgement } from '../../sql/eligibility.sql.ts'
import { EMPTY_KEYS, type KeySet, keySetOf, mergeKeys } from '../../sql/keys.sql.ts'
import { anyTornSql, busySubjectsSql, knownColumns, lockRelatedSql, tornSubjectsSql } from '../../sql/lock.sql.ts'
import type { Signals } from '../ports.ts'

export type LockedFamilies = Readonly<{
  locked: ReadonlyMap<FamilyTable, KeySet>
  /** Subjects that must not move in this batch; null where all may. */
  excluded: KeySet | null
  /** Those of them that can never move whole. */
  torn: KeySet
}>

export async function lockRelated(
  session: Session,
  judgement: Judgement,
  subjects: KeySet,
  signals: Signals,
): Promise<LockedFamilies> {
  const { policy, family } = judgement
  const subject = subjectOf(family)
  const locked = new Map<FamilyTable, KeySet>([[subject, subjects]])
  let busy: KeySet = EMPTY_KEYS
  let torn: KeySet = EMPTY_KEYS
  if (subjects.count === 0) return { locked, excluded: null, torn }
  for (const table of lockedTables(policy, family).slice(1)) {
    const row = await session.one(lockRelatedSql(family, table, locked))
    const keys = keySetOf(row, knownColumns(family, table))
    locked.set(table, keys)
    if (Number(row.seen) > keys.count)
      busy = mergeKeys(
        busy,
        keySetOf(await session.one(busySubjectsSql(family, table, subjects, keys)), subject.shape.key),
      )
    const isShared = table.links.length > 1 && isMoved(table) && keys.count > 0
    if (isShared && (await session.one(anyTornSql(family, table, keys))).torn === 'true')
      torn = mergeKeys(
        torn,
        keySetOf(await session.one(tornSubjectsSql(family, table, subjects, keys)), subject.shape.key),
      )
    await signals.reached('level-locked')
  }
  const excluded = mergeKeys(busy, torn)
  return { locked, excluded: excluded.count === 0 ? null : excluded, torn }
}
