/**
 * Copies locked families into the archive: the subjects that are still eligible, judged by a statement whose snapshot is
 * younger than all locks, and their related rows, each by its own locked keys and only under copied parents.
 */
import { type FamilyTable, movedTables, subjectOf } from '../../core/family.ts'
import type { Session } from '../../db/database.ts'
import type { Judgement } from '../../sql/eligibility.sql.ts'
import { EMPTY_KEYS, keySetOf } from '../../sql/keys.sql.ts'
import { knownColumns } from '../../sql/lock.sql.ts'
import {
  copiedSubjectsSql,
  copyRelatedSql,
  copySubjectsSql,
  countMovableSql,
  type SideRow,
} from '../../sql/move.sql.ts'
import type { OrderedKeys } from '../../sql/ordered-keys.sql.ts'
import type { Turn } from './in-turns.ts'
import type { LockedFamilies } from './lock-related.ts'
import { accountOf, type Copied, NO_ROWS } from './sides.ts'

/** What a batch has locked, and where it writes. */
export type LockedBatch = LockedFamilies & Readonly<{ batch: string; subjects: OrderedKeys }>

/** Copies those subjects that are still due and that nothing excludes. */
export const copySubjects = (
  session: Session,
  judgement: Judgement,
  { subjects, excluded, batch }: LockedBatch,
): Promise<SideRow> =>
  accountOf(session, judgement.policy, copySubjectsSql(judgement, { locked: subjects, excluded, batch }))

/** All subjects were copied, and with them every locked row goes: their copies are sent at once. */
export function copyAllRelated(
  session: Session,
  judgement: Judgement,
  input: LockedBatch,
  turn: Turn,
): readonly Promise<Copied>[] {
  const related = movedTables(judgement.family).slice(1)
  return related.map((table) => turn('related-copied', () => copyRelated(session, judgement, table, input)))
}

/** Some subjects were copied, and of the locked rows only those of copied parents go. In the family's order. */
export async function copyOwnedRelated(
  session: Session,
  judgement: Judgement,
  input: LockedBatch,
  copied: SideRow,
  turn: Turn,
): Promise<readonly Copied[]> {
  const { family } = judgement
  const known = knownColumns(family, subjectOf(family))
  const keys = keySetOf(await session.one(copiedSubjectsSql(family, input.subjects, input.batch)), known)
  const all: Copied[] = [{ table: subjectOf(family), keys, expected: keys.count, copied }]
  for (const table of movedTables(family).slice(1))
    all.push(await turn('related-copied', () => copyOwned(session, judgement, table, input, all)))
  return all
}

/** Every row that was locked, and none that came since. */
async function copyRelated(
  session: Session,
  judgement: Judgement,
  table: FamilyTable,
  { locked, batch }: LockedBatch,
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
  { locked, batch }: LockedBatch,
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
