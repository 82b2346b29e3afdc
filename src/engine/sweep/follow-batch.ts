/**
 * Moves late rows after their family, as a batch like any other: fence, locks on the archived family and on every late
 * row level by level, copy, delete by the copied keys, compare, its own record. A row that would keep its subject
 * active, or that belongs to another subject as well, moves nobody.
 */
import { archivedSubject } from '../../core/archived-family.ts'
import { type FamilyTable, movedTables, ruledTable } from '../../core/family.ts'
import type { Session } from '../../db/database.ts'
import { batchOutcomeSql, recordBatchSql } from '../../sql/journal/batch.sql.ts'
import { EMPTY_KEYS, type KeySet, keySetOf, keySetOfTexts } from '../../sql/keys.sql.ts'
import { type LateFamily, lockLateSql, meetsRuleSql } from '../../sql/late.sql.ts'
import { knownColumns } from '../../sql/lock.sql.ts'
import { copyRelatedSql, deleteSql } from '../../sql/move.sql.ts'
import { lockArchivedSql, rowsOf } from '../../sql/restore-move.sql.ts'
import { journalKeysSql } from '../../sql/restore-select.sql.ts'
import { commitKnowingly } from '../commit.ts'
import { gatherFamilies } from '../restore/archived-rows.ts'
import { keysOf } from '../restore/restore-selection.ts'
import { begin, type MoveContext } from '../run/move-batch.ts'
import { accountOf, type Copied, manifestOf, NO_ROWS, requireSameSides } from '../run/sides.ts'
import { archivedTableOf, type LatePlaces } from './find-late.ts'

/** `kept`: a late row makes a keep rule hold. */
export type Followed =
  | Readonly<{ kind: 'followed'; batch: number; rows: number }>
  | Readonly<{ kind: 'kept' | 'held' | 'two_owners' }>

/** All late rows of these archived subjects, or none. Throws what `moveBatch` throws. */
export async function followBatch(
  context: MoveContext,
  places: LatePlaces,
  keys: readonly string[],
): Promise<Followed> {
  const followed = await commitKnowingly(context.engine, context.judgement.policy, async (session) => {
    const { batch, transaction } = await begin(session, context)
    const result = await followLocked(session, context, places, { batch, keys })
    const isWritten = result.kind === 'followed' && result.rows > 0
    return { question: isWritten ? batchOutcomeSql(batch, transaction) : null, result }
  })
  await context.engine.signals.reached('batch-committed')
  return followed
}

type Asked = Readonly<{ batch: string; keys: readonly string[] }>

async function followLocked(
  session: Session,
  context: MoveContext,
  places: LatePlaces,
  { batch, keys }: Asked,
): Promise<Followed> {
  const { archive } = places
  const subject = archivedSubject(archive)
  const asked = keySetOfTexts(keys, subject.shape.key)
  const families = await gatherFamilies(
    session,
    archive,
    await session.one(lockArchivedSql(archive, subject, asked)),
    false,
  )
  const subjects = rowsOf(families.rows, subject)
  // Who is not in the archive any more is home with all that is his.
  if (subjects.count === 0) return { kind: 'followed', batch: Number(batch), rows: 0 }
  const locked = await lockLate(session, context, places, families.rows)
  if ('kind' in locked) return locked
  if (await meetsRule(session, context, locked)) return { kind: 'kept' }
  const moved = await moveRows(session, context, locked, batch)
  const rows = moved.reduce((sum, each) => sum + each.keys.count, 0)
  if (rows === 0) return { kind: 'followed', batch: Number(batch), rows }
  const inOrder = keysOf((await session.one(journalKeysSql(subject, subjects))).keys)
  const range = { first: inOrder[0] ?? '', last: inOrder.at(-1) ?? '' }
  const record = { batch, run: context.run, subjects: 0, ...range, tables: manifestOf(moved) }
  await session.execute(recordBatchSql(record))
  await context.engine.signals.reached('batch-recorded')
  return { kind: 'followed', batch: Number(batch), rows }
}

type Late = ReadonlyMap<FamilyTable, KeySet>

/** Parents first, so that the rows below a late row come with it. */
async function lockLate(
  session: Session,
  { judgement: { family } }: MoveContext,
  { archive }: LatePlaces,
  rows: ReadonlyMap<FamilyTable, KeySet>,
): Promise<Late | Exclude<Followed, Readonly<{ kind: 'followed' }>>> {
  const archived = new Map(
    family.tables.flatMap((each) => {
      const twin = archivedTableOf(archive, each)
      return twin === undefined ? [] : [[each, rowsOf(rows, twin)] as const]
    }),
  )
  const late = new Map<FamilyTable, KeySet>()
  const seen: LateFamily = { archived, late }
  for (const child of family.tables.slice(1).filter(({ action }) => action !== 'keep')) {
    const row = await session.one(lockLateSql(family, child, seen))
    if (Number(row.seen) > Number(row.count)) return { kind: 'held' }
    if (row.strangers !== '0') return { kind: 'two_owners' }
    late.set(child, keySetOf(row, knownColumns(family, child)))
  }
  return late
}

/** A row of a table that blocks, or one that meets a rule's conditions, is a reason to be active. */
async function meetsRule(session: Session, { judgement }: MoveContext, late: Late): Promise<boolean> {
  const { policy, family } = judgement
  if ([...late].some(([{ action }, keys]) => action === 'block' && keys.count > 0)) return true
  for (const rule of policy.keep) {
    const related = rule.relation === null ? undefined : ruledTable(policy, family, rule.relation)
    const keys = related === undefined ? undefined : late.get(related)
    if (related === undefined || keys === undefined || keys.count === 0) continue
    if ((await session.one(meetsRuleSql(judgement, related, rule, keys))).meets === 'true') return true
  }
  return false
}

/** Copies parents first and deletes children first; what was locked, copied and deleted must be the same rows. */
async function moveRows(
  session: Session,
  { judgement, engine: { signals } }: MoveContext,
  late: Late,
  batch: string,
): Promise<readonly Copied[]> {
  const moved: Copied[] = []
  for (const table of movedTables(judgement.family)) {
    const keys = late.get(table) ?? EMPTY_KEYS
    const statement = copyRelatedSql(judgement, table, { locked: keys, copied: null, batch })
    const copied = keys.count === 0 ? NO_ROWS : await accountOf(session, judgement.policy, statement)
    moved.push({ table, keys, expected: keys.count, copied })
  }
  await signals.reached('related-copied')
  for (const each of [...moved].reverse()) {
    if (each.keys.count === 0) continue
    const { policy } = judgement
    requireSameSides(each, await accountOf(session, policy, deleteSql(policy, each.table, each.keys)))
  }
  await signals.reached('related-deleted')
  return moved
}
