/**
 * Tries a set of families until it is settled: home, waiting for others, or kept in the archive by a conflict. What
 * passes by itself is tried again; what the database refuses is found by one question to both sides, then by halves.
 */
import { conflict, refusedConflict } from '../../core/conflict.ts'
import { type Facts, hasCode, MothballError } from '../../core/errors/index.ts'
import { tableText } from '../../core/names.ts'
import type { Conflict } from '../../core/restore.ts'
import { isRefusal, isTimeout, isTransient } from '../../core/sqlstate.ts'
import { sqlstateOf } from '../../db/database-error.ts'
import { without } from './archived-rows.ts'
import { type RestoreContext, type RestoredBatch, RowsChanged, restoreBatch, TablesHeld } from './restore-batch.ts'
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
  const isPassing = error instanceof SequencesOvertaken || error instanceof TablesHeld || isTransient(sqlstateOf(error))
  if (isPassing && progress.attempt < MAX_ATTEMPTS) return again(context, keys, progress, error)
  if (isPassing && (keys.length === 1 || error instanceof TablesHeld)) return { ...NOTHING_RESTORED, waiting: keys }
  // One attempt for each piece: what others hold was waited for already.
  if (isPassing || isTimeout(sqlstateOf(error))) return inPieces(context, keys, error, MAX_ATTEMPTS)
  if (!isRefusal(sqlstateOf(error)) && !hasCode(error, 'sides_differ')) throw error
  if (!progress.isThorough) return attempt(context, keys, { ...progress, isThorough: true })
  return inPieces(context, keys, error, 1)
}

async function again(
  context: RestoreContext,
  keys: readonly string[],
  progress: Progress,
  error: unknown,
): Promise<RestoredBatch> {
  const { engine, scope, keep } = context
  if (error instanceof SequencesOvertaken) {
    await raiseSequences(engine.database, scope.policy, error.sequences).catch((raising: unknown) => {
      if (!isTransient(sqlstateOf(raising))) throw raising
    })
    return attempt(context, keys, { ...progress, attempt: progress.attempt + 1 })
  }
  const sqlstate = error instanceof TablesHeld ? error.sqlstate : sqlstateOf(error)
  engine.emit({ kind: 'batch-retried', run: keep.run, sqlstate, attempt: progress.attempt + 1 })
  const pauseMs = RETRY_PAUSE_MS * 2 ** progress.attempt
  await engine.pause.sleep(pauseMs + Math.random() * pauseMs)
  return attempt(context, keys, { ...progress, attempt: progress.attempt + 1 })
}

async function inPieces(
  context: RestoreContext,
  keys: readonly string[],
  error: unknown,
  firstAttempt: number,
): Promise<RestoredBatch> {
  const [only] = keys
  if (keys.length === 1 && only !== undefined)
    return { ...NOTHING_RESTORED, conflicts: [conflictOf(context, only, error)] }
  let outcome = NOTHING_RESTORED
  const size = keys.length <= ONE_BY_ONE ? 1 : Math.ceil(keys.length / 2)
  for (const piece of cut(keys, size)) {
    if (context.signal?.aborted) return outcome
    outcome = addRestored(outcome, await attempt(context, piece, { isThorough: true, attempt: firstAttempt }))
  }
  return outcome
}

/** The word of the one family that cannot come home: SQLSTATE and names of objects, never a value. */
function conflictOf({ scope }: RestoreContext, key: string, error: unknown): Conflict {
  const facts = error instanceof MothballError ? error.facts : {}
  const named = String(facts['table'] ?? '')
  const home = scope.family.tables.find((each) => each.home.name.table === named)?.home
  const table = home === undefined ? named || tableText(scope.policy.subject) : tableText(home.name)
  const sqlstate = sqlstateOf(error)
  const constraint = guardOf(facts, sqlstate)
  if (hasCode(error, 'sides_differ')) return conflict(key, 'value_changed', { table, constraint })
  const isKey = home?.indexes.some((index) => index.primary && index.name === constraint) ?? false
  return refusedConflict(key, { table, constraint, sqlstate, isKey })
}

/** The constraint; where a column must not be null, that column, which stands last in the object's name. */
const guardOf = (facts: Facts, sqlstate: string): string =>
  sqlstate === '23502'
    ? (String(facts['object'] ?? '')
        .split(' ')
        .at(-1) ?? '')
    : String(facts['constraint'] ?? '')

function addCounts(
  a: Readonly<Record<string, number>>,
  b: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  const names = new Set([...Object.keys(a), ...Object.keys(b)])
  return Object.fromEntries([...names].map((name) => [name, (a[name] ?? 0) + (b[name] ?? 0)]))
}
