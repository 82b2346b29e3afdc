/**
 * Copies locked families into the archive: the subjects that are still eligible, judged by a statement whose snapshot is
 * younger than all locks; then their related rows, each by its own locked keys and only under copied parents.
 */
import { type FamilyTable, movedTables, subjectOf } from '../../core/family.ts'
import type { Policy } from '../../core/policy.ts'
import type { Session } from '../../db/database.ts'
import type { Judgement } from '../../sql/eligibility.sql.ts'
import { EMPTY_KEYS, type KeySet, keySetOf } from '../../sql/keys.sql.ts'
import { knownColumns } from '../../sql/lock.sql.ts'
import {
  copiedSubjectsSql,
  copyRelatedSql,
  copySubjectsSql,
  countMovableSql,
  type SideRow,
} from '../../sql/move.sql.ts'
import type { OrderedKeys } from '../../sql/ordered-keys.sql.ts'
import type { Sql } from '../../sql/tag.ts'
import type { Engine } from '../ports.ts'
import type { LockedFamilies } from './lock-related.ts'

/** The archive's account of a table, beside the rows that it must be about. */
export type Copied = Readonly<{ table: FamilyTable; keys: KeySet; expected: number; copied: SideRow }>

export const NO_ROWS: SideRow = { count: '0', digest: null }

/** With comparison the statement tells count and digest; without it the server's own count of touched rows is enough. */
export const accountOf = async (session: Session, policy: Policy, statement: Sql<SideRow>): Promise<SideRow> =>
  policy.compare ? session.one(statement) : { count: String(await session.execute(statement)), digest: null }

type Locked = Pick<LockedFamilies, 'locked' | 'excluded'> & Readonly<{ batch: string; subjects: OrderedKeys }>

/** The subjects first; nothing else where none of them is copied. */
export async function copyFamilies(
  session: Session,
  { judgement, engine }: Readonly<{ judgement: Judgement; engine: Pick<Engine, 'signals'> }>,
  input: Locked,
): Promise<readonly Copied[]> {
  const first = await copySubjects(session, judgement, input)
  if (first.keys.count === 0) return [first]
  await engine.signals.reached('subjects-copied')
  const all = [first]
  for (const table of movedTables(judgement.family).slice(1)) {
    all.push(await copyRelated(session, judgement, table, input, all))
    await engine.signals.reached('related-copied')
  }
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

/** Where every locked parent was copied, every locked row goes; else those of copied parents, counted on the source. */
async function copyRelated(
  session: Session,
  judgement: Judgement,
  table: FamilyTable,
  { locked, batch }: Locked,
  parents: readonly Copied[],
): Promise<Copied> {
  const { policy, family } = judgement
  const own = locked.get(table) ?? EMPTY_KEYS
  if (own.count === 0) return { table, keys: EMPTY_KEYS, expected: 0, copied: NO_ROWS }
  if (parents.every((each) => each.keys.count === (locked.get(each.table) ?? EMPTY_KEYS).count)) {
    const statement = copyRelatedSql(judgement, table, { locked: own, copied: null, batch })
    return { table, keys: own, expected: own.count, copied: await accountOf(session, policy, statement) }
  }
  const copiedParents = new Map(parents.map((each) => [each.table, each.keys]))
  const row = await session.one(copyRelatedSql(judgement, table, { locked: own, copied: copiedParents, batch }))
  const { count } = await session.one(countMovableSql(family, table, own, copiedParents))
  return { table, keys: keySetOf(row, knownColumns(family, table)), expected: Number(count), copied: row }
}
