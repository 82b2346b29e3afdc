/**
 * Tries a batch until it is settled: moved, deferred because others hold its rows, or failed. What passes by itself
 * is tried again; what does not is isolated.
 */
import { hasCode, MothballError } from '../../core/errors/index.ts'
import { subjectOf } from '../../core/family.ts'
import { isRefusal, isTimeout, isTransient } from '../../core/sqlstate.ts'
import { sqlstateOf } from '../../db/database-error.ts'
import { leftoverSql } from '../../sql/isolate.sql.ts'
import { type OrderedKeys, orderedKeysOf } from '../../sql/ordered-keys.sql.ts'
import { inPieces, isolate, quarantine } from './isolate.ts'
import { type MoveContext, moveBatch } from './move-batch.ts'
import { NOTHING, type Outcome } from './outcome.ts'

const MAX_ATTEMPTS = 5
/** Doubled at each attempt, with up to as much again at random, so that two sides do not meet a second time. */
const RETRY_PAUSE_MS = 50

export const attemptBatch = (context: MoveContext, keys: OrderedKeys): Promise<Outcome> =>
  attemptTimes(context, keys, 1)

async function attemptTimes(context: MoveContext, keys: OrderedKeys, attempt: number): Promise<Outcome> {
  try {
    return await moveAndAccount(context, keys)
  } catch (error) {
    if (!(error instanceof MothballError)) throw error
    const sqlstate = sqlstateOf(error)
    if (isTransient(sqlstate)) return retry(context, keys, attempt, sqlstate)
    if (isTimeout(sqlstate)) return inHalves(context, keys)
    // What speaks of the server or the statement is no fault of any row: it stops the run.
    if (isRefusal(sqlstate) || hasCode(error, 'sides_differ')) return isolate(context, keys, error, attemptBatch)
    throw error
  }
}

/** A row of the family belongs to another subject as well, so neither can move whole. */
const TWO_OWNERS = { code: 'two_owners', sqlstate: '', object: '' }

async function moveAndAccount(context: MoveContext, keys: OrderedKeys): Promise<Outcome> {
  const { engine, judgement, run } = context
  const startedAt = performance.now()
  const moved = await moveBatch(context, keys)
  if (moved.subjects > 0) {
    context.share.moved(moved.subjects)
    const durationMs = Math.round(performance.now() - startedAt)
    engine.emit({
      kind: 'batch-moved',
      run,
      batch: moved.batch,
      subjects: moved.subjects,
      rows: moved.rows,
      durationMs,
    })
    context.pace?.felt(moved.span)
    await context.afterBatch?.(moved.batch)
  }
  const failed = moved.torn.count === 0 ? 0 : await quarantine(context, moved.torn, TWO_OWNERS)
  if (moved.subjects + failed === keys.count) return { moved: moved.subjects, failed, becameActive: 0, deferred: [] }
  const row = await engine.database.one(leftoverSql(judgement, keys))
  const waiting = orderedKeysOf(row, subjectOf(judgement.family).shape.key)
  return {
    moved: moved.subjects,
    failed,
    becameActive: Number(row.kept),
    deferred: waiting.count === 0 ? [] : [waiting],
  }
}

/** Fewer rows at once may pass; one family that takes too long by itself is left for another night. */
const inHalves = (context: MoveContext, keys: OrderedKeys): Promise<Outcome> =>
  keys.count === 1 ? Promise.resolve({ ...NOTHING, deferred: [keys] }) : inPieces(context, keys, 2, attemptBatch)

async function retry(context: MoveContext, keys: OrderedKeys, attempt: number, sqlstate: string): Promise<Outcome> {
  if (attempt === MAX_ATTEMPTS) return { ...NOTHING, deferred: [keys] }
  context.engine.emit({ kind: 'batch-retried', run: context.run, sqlstate, attempt: attempt + 1 })
  const pauseMs = RETRY_PAUSE_MS * 2 ** attempt
  await context.engine.pause.sleep(pauseMs + Math.random() * pauseMs)
  return attemptTimes(context, keys, attempt + 1)
}
