/**
 * Tries a set of families until it is settled: home, waiting for others, or kept in the archive by a conflict. What
 * passes by itself is tried again; what the database refuses is found by one question to both sides, then by halves.
 */
import { conflict, isRefusal, isTransient, refusedConflict } from '../core/conflict.ts'
import { hasCode, MothballError } from '../core/errors/index.ts'
import { tableText } from '../core/names.ts'
import type { Conflict } from '../core/restore.ts'
import { sqlstateOf } from '../db/database-error.ts'
import { without } from './archived-rows.ts'
import { type RestoreContext, type RestoredBatch, RowsChanged, restoreBatch } from './restore-batch.ts'
import { cut } from './restore-selection.ts'
import { raiseSequences, SequencesOvertaken } from './restore-sequences.ts'

/** A transient error is met this often before its set is halved. */
const MAX_ATTEMPTS = 4
/** Doubled at each attempt, with up to as much again at random, so that two sides do not meet a second time. */
const RETRY_PAUSE_MS = 50
/** Up to here a refused set is tried one by one; above it, halves find the bad ones with fewer transactions. */
const ONE_BY_ONE = 8

export const NOTHING_RESTORED: RestoredBatch = { restored: 0, related: {}, conflicts: [], waiting: [], home: 0 }

export const addRestored = (a: RestoredBatch, b: RestoredBatch): RestoredBatch => ({
  restored: a.restored + b.restored,
  related: addCounts(a.related, b.related),
  conflicts: [...a.conflicts, ...b.conflicts],
  waiting: [...a.waiting, ...b.waiting],
  home: a.home + b.home,
})

/** How a set has fared until now. */
type Progress = Readonly<{ isThorough: boolean; attempt: number }>

export const restoreSet = (
  context: RestoreContext,
  keys: readonly string[],
  isThorough: boolean,
): Promise<RestoredBatch> => attempt(context, keys, { isThorough, attempt: 1 })

async function attempt(context: RestoreContext, keys: readonly string[], progress: Progress): Promise<RestoredBatch> {
  if (keys.length === 0) return NOTHING_RESTORED
  try {
    return await restoreBatch(context, keys, progress.isThorough)
  } catch (error) {
    return settle(context, keys, progress, error)
  }
}

async function settle(
  context: RestoreContext,
  keys: readonly string[],
  progress: Progress,
  error: unknown,
): Promise<RestoredBatch> {
  if (error instanceof RowsChanged) {
    const rest = await attempt(context, without(keys, error.conflicts), { ...progress, isThorough: true })
    return addRestored({ ...NOTHING_RESTORED, conflicts: error.conflicts }, rest)
  }
  const sqlstate = sqlstateOf(error)
  const isPassing = error instanceof SequencesOvertaken || isTransient(sqlstate)
  if (isPassing && progress.attempt < MAX_ATTEMPTS) return again(context, keys, progress, error)
  const isRefused = isRefusal(sqlstate) || hasCode(error, 'sides_differ')
  if (!isRefused && !isPassing) throw error
  if (isRefused && !progress.isThorough) return attempt(context, keys, { ...progress, isThorough: true })
  const [only] = keys
  if (keys.length === 1 && only !== undefined)
    return { ...NOTHING_RESTORED, conflicts: [conflictOf(context, only, error)] }
  return inPieces(context, keys)
}

async function again(
  context: RestoreContext,
  keys: readonly string[],
  progress: Progress,
  error: unknown,
): Promise<RestoredBatch> {
  const { engine, scope, keep } = context
  if (error instanceof SequencesOvertaken) {
    await raiseSequences(engine.database, scope.policy, error.sequences)
    return attempt(context, keys, { ...progress, attempt: progress.attempt + 1 })
  }
  engine.emit({ kind: 'batch-retried', run: keep.run, sqlstate: sqlstateOf(error), attempt: progress.attempt + 1 })
  const pauseMs = RETRY_PAUSE_MS * 2 ** progress.attempt
  await engine.pause.sleep(pauseMs + Math.random() * pauseMs)
  return attempt(context, keys, { ...progress, attempt: progress.attempt + 1 })
}

async function inPieces(context: RestoreContext, keys: readonly string[]): Promise<RestoredBatch> {
  let outcome = NOTHING_RESTORED
  const size = keys.length <= ONE_BY_ONE ? 1 : Math.ceil(keys.length / 2)
  for (const piece of cut(keys, size)) {
    if (context.signal?.aborted) return { ...outcome, waiting: [...outcome.waiting, ...piece] }
    outcome = addRestored(outcome, await attempt(context, piece, { isThorough: true, attempt: 1 }))
  }
  return outcome
}

/** The word of the one family that cannot come home: SQLSTATE and names of objects, never a value. */
function conflictOf({ scope }: RestoreContext, key: string, error: unknown): Conflict {
  const facts = error instanceof MothballError ? error.facts : {}
  const named = String(facts['table'] ?? '')
  const home = scope.family.tables.find((each) => each.home.name.table === named)?.home
  const table = home === undefined ? named || tableText(scope.policy.subject) : tableText(home.name)
  const sqlstate = error instanceof SequencesOvertaken ? '55P03' : sqlstateOf(error)
  // A column that must not be null is named after its table.
  const isNull = sqlstate === '23502'
  const constraint = String(
    (isNull
      ? String(facts['object'] ?? '')
          .split(' ')
          .at(-1)
      : facts['constraint']) ?? '',
  )
  if (hasCode(error, 'sides_differ')) return conflict(key, 'value_changed', { table, constraint })
  const isKey = home?.indexes.some((index) => index.primary && index.name === constraint) ?? false
  return refusedConflict(key, { table, constraint, sqlstate, isKey })
}

function addCounts(
  a: Readonly<Record<string, number>>,
  b: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  const names = new Set([...Object.keys(a), ...Object.keys(b)])
  return Object.fromEntries([...names].map((name) => [name, (a[name] ?? 0) + (b[name] ?? 0)]))
}
