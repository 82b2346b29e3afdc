/**
 * Copies locked families into the archive: the subjects that are still eligible, judged by a statement whose snapshot is
 * younger than all locks; then their related rows, each by its own locked keys and only under copied parents.
 */
import { type FamilyTable, movedTables, subjectOf } from '../../core/family.ts'
import type { Session } from '../../db/database.ts'
import type { Judgement } from '../../sql/eligibility.sql.ts'
import { EMPTY_KEYS, keySetOf } from '../../sql/keys.sql.ts'
import { knownColumns } from '../../sql/lock.sql.ts'
import { copiedSubjectsSql, copyRelatedSql, copySubjectsSql, countMovableSql } from '../../sql/move.sql.ts'
import type { OrderedKeys } from '../../sql/ordered-keys.sql.ts'
import type { Engine } from '../ports.ts'
import { inTurns } from './in-turns.ts'
import type { LockedFamilies } from './lock-related.ts'
import { accountOf, type Copied, NO_ROWS } from './sides.ts'

type Locked = Pick<LockedFamilies, 'locked' | 'excluded'> & Readonly<{ batch: string; subjects: OrderedKeys }>

/** The subjects first; nothing else where none of them is copied. Where all of them are, every locked row goes. */
export async function copyFamilies(
  session: Session,
  { judgement, engine: { signals } }: Readonly<{ judgement: Judgement; engine: Pick<Engine, 'signals'> }>,
  input: Locked,
): Promise<readonly Copied[]> {
  const first = await copySubjects(session, judgement, input)
  if (first.keys.count === 0) return [first]
  await signals.reached('subjects-copied')
  const related = movedTables(judgement.family).slice(1)
  const turn = inTurns(signals)
  if (first.keys.count === input.subjects.count) {
    const copying = related.map((table) => turn('related-copied', () => copyLocked(session, judgement, table, input)))
    return [first, ...(await Promise.all(copying))]
  }
  const all = [first]
  for (const table of related)
    all.push(await turn('related-copied', () => copyOwned(session, judgement, table, input, all)))
  return all
}

async function copySubjects(
  session: Session,
  judgement: Judgement,
  { subjects, excluded, batch }: Locked,
): Promise<Copied> {
  const { policy, family } = judgement
  const table = subjectOf(family)
  const statement = copySubjectsSql(judgement, { locked: subjects, excluded, batch })
  const copied = await accountOf(session, policy, statement)
  const count = Number(copied.count)
  if (count === 0) return { table, keys: EMPTY_KEYS, expected: 0, copied }
  if (count === subjects.count) return { table, keys: subjects, expected: count, copied }
  const keys = keySetOf(await session.one(copiedSubjectsSql(family, subjects, batch)), knownColumns(family, table))
  return { table, keys, expected: keys.count, copied }
}

/** Every row that was locked, and none that came since. */
async function copyLocked(
  session: Session,
  judgement: Judgement,
  table: FamilyTable,
  { locked, batch }: Locked,
): Promise<Copied> {
  const keys = locked.get(table) ?? EMPTY_KEYS
  if (keys.count === 0) return nothing(table)
  const statement = copyRelatedSql(judgement, table, { locked: keys, copied: null, batch })
  return { table, keys, expected: keys.count, copied: await accountOf(session, judgement.policy, statement) }
}

/** Of the rows that were locked, those of copied parents, counted on the source. */
async function copyOwned(
  session: Session,
  judgement: Judgement,
  table: FamilyTable,
  { locked, batch }: Locked,
  parents: readonly Copied[],
): Promise<Copied> {
  const { family } = judgement
  const own = locked.get(table) ?? EMPTY_KEYS
  if (own.count === 0) return nothing(table)
  const copied = new Map(parents.map((each) => [each.table, each.keys]))
  const row = await session.one(copyRelatedSql(judgement, table, { locked: own, copied, batch }))
  const { count } = await session.one(countMovableSql(family, table, own, copied))
  return { table, keys: keySetOf(row, knownColumns(family, table)), expected: Number(count), copied: row }
}

const nothing = (table: FamilyTable): Copied => ({ table, keys: EMPTY_KEYS, expected: 0, copied: NO_ROWS })
