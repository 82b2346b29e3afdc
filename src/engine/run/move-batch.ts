/**
 * (4) One batch, one transaction: fence, lock level by level, re-check and copy in new statements, delete by the
 * copied keys, compare both sides, write the batch's own record, commit. All of it or nothing; every row that moves
 * was locked before it was judged.
 */
import { MothballError } from '../../core/errors/index.ts'
import { type Family, type FamilyTable, movedTables, subjectOf } from '../../core/family.ts'
import { qualifiedText, tableText } from '../../core/names.ts'
import type { Session } from '../../db/database.ts'
import { fingerprintsOf } from '../../db/fingerprint.ts'
import type { Judgement } from '../../sql/eligibility.sql.ts'
import { batchOutcomeSql, recordBatchSql } from '../../sql/journal/batch.sql.ts'
import { EMPTY_KEYS, type KeySet, keySetOf } from '../../sql/keys.sql.ts'
import { fenceSql, knownColumns, lockStayingSql, lockSubjectsSql, lockTablesSql } from '../../sql/lock.sql.ts'
import {
  type CopiedRow,
  copyRelatedSql,
  copySubjectsSql,
  countMovableSql,
  deleteSql,
  type KeySpan,
  type SideRow,
} from '../../sql/move.sql.ts'
import { immediateConstraintsSql } from '../../sql/session.sql.ts'
import { commitKnowingly } from '../commit.ts'
import type { Engine, Signals } from '../ports.ts'
import type { Lease } from './lease.ts'
import { type LockedFamilies, lockRelated } from './lock-related.ts'
import type { FailureShare } from './outcome.ts'

/** Everything that stays the same from batch to batch. */
export type MoveContext = Readonly<{
  engine: Engine
  judgement: Judgement
  lease: Pick<Lease, 'name' | 'epoch'>
  run: number
  /** Every table of the family and its archive tables, and their shapes as they were judged. */
  oids: readonly string[]
  fingerprints: string
  share: FailureShare
}>

export type MovedBatch = Readonly<{
  batch: number
  /** Subjects that moved. */
  subjects: number
  /** All rows that moved, subjects included. */
  rows: number
  /** Subjects that share a row with another subject and can never move whole. */
  torn: KeySet
}>

/** One side's account of a table, beside what it must be. */
type Moved = Readonly<{ table: FamilyTable; keys: KeySet; expected: number; copied: CopiedRow }>

/**
 * Moves those of `keys` that are eligible and that nobody else holds. Throws `lease_lost`, `shapes_changed`,
 * `sides_differ`, or what the database answered; in each case nothing has moved.
 */
export async function moveBatch(context: MoveContext, keys: KeySet): Promise<MovedBatch> {
  const moved = await commitKnowingly(context.engine, context.judgement.policy, async (session) => {
    const { batch, transaction } = await begin(session, context)
    const result = await moveLocked(session, context, batch, keys)
    return { question: result.subjects === 0 ? null : batchOutcomeSql(batch, transaction), result }
  })
  await context.engine.signals.reached('batch-committed')
  return moved
}

async function begin(session: Session, { engine, judgement, lease, oids, fingerprints }: MoveContext) {
  const { policy, family } = judgement
  const staying = lockStayingSql(family)
  const [, fence, , , found] = await Promise.all([
    session.execute(immediateConstraintsSql),
    session.maybe(fenceSql(lease.name, lease.epoch)),
    session.execute(lockTablesSql(family)),
    staying === null ? null : session.execute(staying),
    fingerprintsOf(session, oids),
  ])
  if (fence === null) throw new MothballError('lease_lost', { policy: policy.name })
  if (found !== fingerprints) throw new MothballError('shapes_changed', { table: tableText(policy.subject) })
  await engine.signals.reached('batch-begun')
  return fence
}

async function moveLocked(session: Session, context: MoveContext, batch: string, keys: KeySet): Promise<MovedBatch> {
  const { signals } = context.engine
  const { family } = context.judgement
  const subject = subjectOf(family)
  const row = await session.one(lockSubjectsSql(context.judgement, keys))
  const locked = keySetOf(row, knownColumns(family, subject))
  const span = { first: row.first ?? '', last: row.last ?? '' }
  await signals.reached('subjects-locked')
  if (locked.count === 0) return { batch: Number(batch), subjects: 0, rows: 0, torn: EMPTY_KEYS }
  const related = await lockRelated(session, context.judgement, locked)
  await signals.reached('related-locked')
  const moved = await copyFamilies(session, context, { ...related, batch, span })
  const [first] = moved
  if (first === undefined || first.keys.count === 0)
    return { batch: Number(batch), subjects: 0, rows: 0, torn: related.torn }
  const deleted = await deleteFamilies(session, context.judgement, moved, signals)
  for (const [index, each] of moved.entries()) requireSameSides(each, deleted[index])
  const record = { batch, run: context.run, subjects: first.keys.count, range: locked, tables: manifestOf(moved) }
  await session.execute(recordBatchSql(subject.shape, record))
  await signals.reached('batch-recorded')
  const rows = moved.reduce((sum, each) => sum + each.keys.count, 0)
  return { batch: Number(batch), subjects: first.keys.count, rows, torn: related.torn }
}

type Locked = Readonly<{ batch: string; span: KeySpan }> & Pick<LockedFamilies, 'locked' | 'excluded'>

/** Subjects first, then their related rows, each by its own locked keys and only under copied parents. */
async function copyFamilies(
  session: Session,
  context: MoveContext,
  { batch, span, locked, excluded }: Locked,
): Promise<readonly Moved[]> {
  const { judgement, engine } = context
  const { family } = judgement
  const copied = new Map<FamilyTable, KeySet>()
  const moved: Moved[] = []
  const keysOf = (table: FamilyTable) => locked.get(table) ?? { count: 0, arrays: {} }
  for (const table of movedTables(family)) {
    const isSubject = table.action === 'subject'
    const isWhole = !isSubject && [...copied].every(([each, { count }]) => count === keysOf(each).count)
    const statement = isSubject
      ? copySubjectsSql(judgement, { locked: keysOf(table), span, excluded, batch })
      : copyRelatedSql(judgement, table, { locked: keysOf(table), copied: isWhole ? null : copied, batch })
    const row = await session.one(statement)
    const keys = isWhole ? keysOf(table) : keySetOf(row, knownColumns(family, table))
    const expected =
      isSubject || isWhole ? keys.count : await countMovable(session, family, table, keysOf(table), copied)
    copied.set(table, keys)
    moved.push({ table, keys, expected, copied: row })
    if (keys.count === 0 && isSubject) break
    await engine.signals.reached(isSubject ? 'subjects-copied' : 'related-copied')
  }
  return moved
}

/** Not every locked family was copied: the source is asked how many rows the copied ones own. */
async function countMovable(
  session: Session,
  family: Family,
  table: FamilyTable,
  locked: KeySet,
  copied: ReadonlyMap<FamilyTable, KeySet>,
) {
  return Number((await session.one(countMovableSql(family, table, locked, copied))).count)
}

/** Children before parents; the accounts come back in the order of `moved`. */
async function deleteFamilies(session: Session, { policy }: Judgement, moved: readonly Moved[], signals: Signals) {
  const accounts: SideRow[] = []
  for (const { table, keys } of [...moved].reverse()) {
    accounts.unshift(
      keys.count === 0 ? { count: '0', digest: null } : await session.one(deleteSql(policy, table, keys)),
    )
    await signals.reached(table.action === 'subject' ? 'subjects-deleted' : 'related-deleted')
  }
  return accounts
}

/** What was locked and judged, what was copied and what was deleted must be the same rows with the same values. */
function requireSameSides({ table, expected, copied }: Moved, deleted: SideRow | undefined): void {
  const same = Number(copied.count) === expected && deleted?.count === copied.count && deleted.digest === copied.digest
  if (same) return
  const facts = {
    table: tableText(table.shape.name),
    locked: expected,
    copied: copied.count,
    deleted: deleted?.count ?? '0',
  }
  throw new MothballError('sides_differ', facts)
}

/** What the batch holds, by table: the basis of its seal. */
const manifestOf = (moved: readonly Moved[]): string =>
  JSON.stringify(
    Object.fromEntries(
      moved.map(({ table, keys, copied }) => [
        qualifiedText(table.shape.name),
        {
          archive: qualifiedText(table.archive),
          rows: keys.count,
          digest: copied.digest,
          key: table.shape.key,
          columns: table.shape.columns.map(({ name, type }) => ({ name, type })),
          // What the digest was made of: with the columns, it can be made again.
          asText: table.shape.columns.flatMap(({ name, hashable }) => (hashable ? [] : [name])),
        },
      ]),
    ),
  )
