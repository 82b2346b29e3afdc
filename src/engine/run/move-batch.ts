/**
 * (4) One batch, one transaction: fence, lock level by level, re-check and copy in new statements, delete what was copied,
 * write the batch's own record, compare both sides, commit. All of it or nothing; every row that moves was locked before it
 * was judged.
 */
import { MothballError } from '../../core/errors/index.ts'
import { tableText } from '../../core/names.ts'
import type { BatchPace, LockSpan } from '../../core/pace.ts'
import { isMissing } from '../../core/sqlstate.ts'
import type { Session } from '../../db/database.ts'
import { sqlstateOf } from '../../db/database-error.ts'
import { fingerprintsOf } from '../../db/fingerprint.ts'
import type { Judgement } from '../../sql/eligibility.sql.ts'
import { batchOutcomeSql } from '../../sql/journal/batch.sql.ts'
import { EMPTY_KEYS, type KeySet } from '../../sql/keys.sql.ts'
import { fenceSql, lockStayingSql, lockTablesSql } from '../../sql/lock.sql.ts'
import type { OrderedKeys } from '../../sql/ordered-keys.sql.ts'
import { waitersSql } from '../../sql/pressure.sql.ts'
import { immediateConstraintsSql } from '../../sql/session.sql.ts'
import { commitKnowingly } from '../commit.ts'
import type { Engine } from '../ports.ts'
import { inTurns } from './in-turns.ts'
import type { Lease } from './lease.ts'
import { lockRelated } from './lock-related.ts'
import { lockSubjects } from './lock-subjects.ts'
import { moveLocked, NotAllDue } from './move-locked.ts'
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
  /** Called with the number of each batch that committed. */
  afterBatch?: (batch: number) => Promise<void>
  /** Hears what each batch that committed was to others. Left out: nobody asks who waits. */
  pace?: BatchPace
}>

export type MovedBatch = Readonly<{
  batch: number
  /** Subjects that moved. */
  subjects: number
  /** All rows that moved, subjects included. */
  rows: number
  /** Subjects that share a row with another subject and can never move whole. */
  torn: KeySet
  span: LockSpan
}>

/**
 * Moves those of `keys` that are eligible and that nobody else holds. Throws `lease_lost`, `shapes_changed`,
 * `sides_differ`, or what the database answered; in each case nothing has moved.
 */
export async function moveBatch(context: MoveContext, keys: OrderedKeys): Promise<MovedBatch> {
  const begunAt = performance.now()
  const expectAll = !canBeKept(context.judgement)
  const moved = await moveOnce(context, { keys, begunAt, expectAll }).catch((error: unknown) => {
    if (!(error instanceof NotAllDue)) throw error
    return moveOnce(context, { keys, begunAt, expectAll: false })
  })
  await context.engine.signals.reached('batch-committed')
  return moved
}

/**
 * By a rule, though he was locked: the lock judges age and quarantine, the copy all the rest. Without rules it is the
 * journal alone that may keep him, by a hold or a restore of the moments since the scan.
 */
const canBeKept = ({ policy, family }: Judgement): boolean =>
  policy.keep.length > 0 || family.tables.some(({ action }) => action === 'block')

type Try = Readonly<{ keys: OrderedKeys; begunAt: number; expectAll: boolean }>

const moveOnce = (context: MoveContext, { keys, ...trying }: Try): Promise<MovedBatch> =>
  commitKnowingly(
    context.engine,
    context.judgement.policy,
    async (session) => {
      const turn = inTurns(context.engine.signals)
      const beginning = turn('batch-begun', () => fenced(session, context))
      const locking = turn('subjects-locked', () => lockSubjects(session, context.judgement, keys))
      const { batch, transaction } = await beginning
      const result = await moveFamilies(session, context, { ...trying, batch, subjects: await locking })
      return { question: result.subjects === 0 ? null : batchOutcomeSql(batch, transaction), result }
    },
    { repeated: true },
  )

export async function begin(session: Session, context: MoveContext) {
  const fence = await fenced(session, context)
  await context.engine.signals.reached('batch-begun')
  return fence
}

async function fenced(session: Session, { judgement, lease, oids, fingerprints }: MoveContext) {
  const { policy, family } = judgement
  const staying = lockStayingSql(family)
  const [, fence, , , found] = await Promise.all([
    session.execute(immediateConstraintsSql),
    session.maybe(fenceSql(lease.name, lease.epoch)),
    session.execute(lockTablesSql(family)),
    staying === null ? null : session.execute(staying),
    fingerprintsOf(session, oids),
  ]).catch((error: unknown) => {
    // A table that somebody dropped, renamed or moved to another schema can be locked no more.
    if (!isMissing(sqlstateOf(error))) throw error
    throw new MothballError('shapes_changed', { table: tableText(policy.subject) }, { cause: error })
  })
  if (fence === null) throw new MothballError('lease_lost', { policy: policy.name })
  if (found !== fingerprints) throw new MothballError('shapes_changed', { table: tableText(policy.subject) })
  return fence
}

type Begun = Omit<Try, 'keys'> & Readonly<{ batch: string; subjects: OrderedKeys }>

async function moveFamilies(
  session: Session,
  context: MoveContext,
  { batch, begunAt, subjects, expectAll }: Begun,
): Promise<MovedBatch> {
  const { judgement, pace, engine } = context
  if (subjects.count === 0) return nothingMoved(batch, EMPTY_KEYS)
  const families = await lockRelated(session, judgement, subjects, engine.signals)
  await engine.signals.reached('related-locked')
  const moved = await moveLocked(session, context, { batch, subjects, ...families }, expectAll)
  const count = moved[0]?.keys.count ?? 0
  if (count === 0) return nothingMoved(batch, families.torn)
  const isAsked = pace?.mindsWaiters(performance.now() - begunAt) ?? false
  const waiters = isAsked ? Number((await session.one(waitersSql)).waiters) : null
  const span = { subjects: count, heldMs: performance.now() - begunAt, waiters }
  const rows = moved.reduce((sum, each) => sum + each.keys.count, 0)
  return { batch: Number(batch), subjects: count, rows, torn: families.torn, span }
}

const nothingMoved = (batch: string, torn: KeySet): MovedBatch => ({
  batch: Number(batch),
  subjects: 0,
  rows: 0,
  torn,
  span: { subjects: 0, heldMs: 0, waiters: null },
})
