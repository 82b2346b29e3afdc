/**
 * Locks the related rows of locked subjects, level by level, and finds the families that cannot move now: those of
 * which somebody else holds a row, and those that share a row with another family.
 */
import { type Family, type FamilyTable, isMoved, subjectOf } from '../../core/family.ts'
import { relatedLevels } from '../../core/locked-tables.ts'
import type { Session } from '../../db/database.ts'
import type { Judgement } from '../../sql/eligibility.sql.ts'
import { EMPTY_KEYS, type KeySet, keySetOf, mergeKeys } from '../../sql/keys.sql.ts'
import { anyTornSql, busySubjectsSql, knownColumns, lockRelatedSql, tornSubjectsSql } from '../../sql/lock.sql.ts'
import type { Signals } from '../ports.ts'
import { inTurns } from './in-turns.ts'

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
  const locked = new Map<FamilyTable, KeySet>([[subjectOf(family), subjects]])
  let busy: KeySet = EMPTY_KEYS
  let torn: KeySet = EMPTY_KEYS
  for (const level of relatedLevels(policy, family)) {
    for (const { table, keys, isSeenWhole } of await lockLevel(session, family, level, locked, signals)) {
      locked.set(table, keys)
      if (!isSeenWhole) busy = mergeKeys(busy, await busyAmong(session, family, { table, keys, subjects }))
      torn = mergeKeys(torn, await tornAmong(session, family, { table, keys, subjects }))
    }
  }
  const excluded = mergeKeys(busy, torn)
  return { locked, excluded: excluded.count === 0 ? null : excluded, torn }
}

type LockedTable = Readonly<{ table: FamilyTable; keys: KeySet; isSeenWhole: boolean }>

/** All of a level at once: what each locks depends on its parents alone, who stand on levels before. */
function lockLevel(
  session: Session,
  family: Family,
  level: readonly FamilyTable[],
  locked: ReadonlyMap<FamilyTable, KeySet>,
  signals: Signals,
): Promise<readonly LockedTable[]> {
  const turn = inTurns(signals)
  const lock = async (table: FamilyTable): Promise<LockedTable> => {
    const row = await session.one(lockRelatedSql(family, table, locked))
    const keys = keySetOf(row, knownColumns(family, table))
    return { table, keys, isSeenWhole: Number(row.seen) <= keys.count }
  }
  return Promise.all(level.map((table) => turn('level-locked', () => lock(table))))
}

type Suspects = Readonly<{ table: FamilyTable; keys: KeySet; subjects: KeySet }>

const busyAmong = async (session: Session, family: Family, { table, keys, subjects }: Suspects): Promise<KeySet> =>
  keySetOf(await session.one(busySubjectsSql(family, table, subjects, keys)), subjectOf(family).shape.key)

async function tornAmong(session: Session, family: Family, { table, keys, subjects }: Suspects): Promise<KeySet> {
  const isShared = table.links.length > 1 && isMoved(table) && keys.count > 0
  if (!isShared || (await session.one(anyTornSql(family, table, keys))).torn !== 'true') return EMPTY_KEYS
  return keySetOf(await session.one(tornSubjectsSql(family, table, subjects, keys)), subjectOf(family).shape.key)
}
