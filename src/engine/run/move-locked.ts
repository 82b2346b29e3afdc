/**
 * Moves what a batch has locked: copies it, deletes what was copied, writes the batch's own record and compares both sides.
 * Where every subject is copied, every locked row goes, and the deletes follow the copies without waiting for their answers.
 */
import { type FamilyTable, movedTables, subjectOf } from '../../core/family.ts'
import type { Policy } from '../../core/policy.ts'
import type { Session } from '../../db/database.ts'
import type { Judgement } from '../../sql/eligibility.sql.ts'
import { recordBatchSql } from '../../sql/journal/batch.sql.ts'
import { EMPTY_KEYS, type KeySet } from '../../sql/keys.sql.ts'
import { deleteSql, type SideRow } from '../../sql/move.sql.ts'
import type { Engine } from '../ports.ts'
import { copyAllRelated, copyOwnedRelated, copySubjects, type LockedBatch } from './copy-families.ts'
import { inTurns, type Turn } from './in-turns.ts'
import { accountOf, type Copied, manifestOf, NO_ROWS, requireSameSides } from './sides.ts'

type Context = Readonly<{ judgement: Judgement; run: number; engine: Pick<Engine, 'signals'> }>

/** Not every subject was copied, and the deletes that expected it are on their way: nothing of the batch may stay. */
export class NotAllDue extends Error {}

/**
 * What moved, the subjects first; empty where none did. `expectAll` does not even wait for the subjects' copy, and throws
 * `NotAllDue` where one of them may stay after all. Throws `sides_differ`.
 */
export async function moveLocked(
  session: Session,
  context: Context,
  input: LockedBatch,
  expectAll: boolean,
): Promise<readonly Copied[]> {
  const turn = inTurns(context.engine.signals)
  const copying = turn('subjects-copied', () => copySubjects(session, context.judgement, input))
  const isWhole = input.excluded === null && (expectAll || Number((await copying).count) === input.subjects.count)
  return (isWhole ? moveWhole : movePart)(session, context, input, { copying, turn })
}

type Underway = Readonly<{ copying: Promise<SideRow>; turn: Turn }>

async function moveWhole(
  session: Session,
  context: Context,
  input: LockedBatch,
  { copying, turn }: Underway,
): Promise<readonly Copied[]> {
  const { policy, family } = context.judgement
  const { subjects, locked } = input
  const related = copyAllRelated(session, context.judgement, input, turn)
  const rows = movedTables(family).map((table) => ({ table, keys: locked.get(table) ?? EMPTY_KEYS }))
  const deleting = deleteRows(session, policy, rows, turn)
  const copied = await copying
  if (Number(copied.count) < subjects.count) throw new NotAllDue()
  const first = { table: subjectOf(family), keys: subjects, expected: subjects.count, copied }
  return recordAndCompare(session, context, input, { copied: [first, ...(await Promise.all(related))], deleting, turn })
}

async function movePart(
  session: Session,
  context: Context,
  input: LockedBatch,
  { copying, turn }: Underway,
): Promise<readonly Copied[]> {
  const first = await copying
  if (Number(first.count) === 0) return []
  const copied = await copyOwnedRelated(session, context.judgement, input, first, turn)
  const deleting = deleteRows(session, context.judgement.policy, copied, turn)
  return recordAndCompare(session, context, input, { copied, deleting, turn })
}

type Rows = Readonly<{ table: FamilyTable; keys: KeySet }>

/** Children before parents; the answers stand in the order of `rows`. */
function deleteRows(session: Session, policy: Policy, rows: readonly Rows[], turn: Turn): readonly Promise<SideRow>[] {
  const gone = async ({ table, keys }: Rows) =>
    keys.count === 0 ? NO_ROWS : accountOf(session, policy, deleteSql(policy, table, keys))
  const deleting = rows
    .toReversed()
    .map((each) => turn(each.table.action === 'subject' ? 'subjects-deleted' : 'related-deleted', () => gone(each)))
  return deleting.toReversed()
}

type Moving = Readonly<{ copied: readonly Copied[]; deleting: readonly Promise<SideRow>[]; turn: Turn }>

/** The record speaks of what was copied. */
async function recordAndCompare(
  session: Session,
  { run }: Context,
  { batch, subjects: { first, last } }: LockedBatch,
  { copied, deleting, turn }: Moving,
): Promise<readonly Copied[]> {
  const subjects = copied[0]?.keys.count ?? 0
  const record = recordBatchSql({ batch, run, subjects, first, last, tables: manifestOf(copied) })
  const recording = turn('batch-recorded', () => session.execute(record))
  const deleted = await Promise.all(deleting)
  await recording
  for (const [index, each] of copied.entries()) requireSameSides(each, deleted[index])
  return copied
}
