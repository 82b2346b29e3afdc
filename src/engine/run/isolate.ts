/**
 * (5) The rows that cannot move, found and set aside so that the rest of their batch still moves: first by one question
 * to the archive, then by halves. Each is quarantined with a reason.
 */
import { MothballError } from '../../core/errors/index.ts'
import { subjectOf } from '../../core/family.ts'
import { qualifiedText } from '../../core/names.ts'
import { archivedTwiceSql, splitKeysSql } from '../../sql/isolate.sql.ts'
import { type FailureReason, recordFailuresSql } from '../../sql/journal/failure.sql.ts'
import { holdLeaseSql } from '../../sql/journal/lease.sql.ts'
import { type KeySet, keySetOf } from '../../sql/keys.sql.ts'
import { type OrderedKeys, orderedKeysOf } from '../../sql/ordered-keys.sql.ts'
import type { MoveContext } from './move-batch.ts'
import { addOutcomes, NOTHING, type Outcome } from './outcome.ts'

/** How a part of a batch is tried; given from outside, because trying and isolating call each other. */
export type Attempt = (context: MoveContext, keys: OrderedKeys) => Promise<Outcome>

/** Up to here a failing set is tried one by one; above it, halves find the bad rows with fewer transactions. */
const ONE_BY_ONE = 8

export async function isolate(
  context: MoveContext,
  keys: OrderedKeys,
  error: MothballError,
  attempt: Attempt,
): Promise<Outcome> {
  const twice = await quarantineArchivedTwice(context, keys)
  if (twice > 0) return addOutcomes({ ...NOTHING, failed: twice }, await attempt(context, keys))
  if (keys.count === 1) {
    context.share.failed(1)
    return { ...NOTHING, failed: await quarantine(context, keys, reasonOf(error)) }
  }
  return inPieces(context, keys, keys.count <= ONE_BY_ONE ? keys.count : 2, attempt)
}

/** Tries the keys in so many sets, one after the other. */
export async function inPieces(
  context: MoveContext,
  keys: OrderedKeys,
  pieces: number,
  attempt: Attempt,
): Promise<Outcome> {
  const { family } = context.judgement
  let outcome = NOTHING
  for (const row of await context.engine.database.rows(splitKeysSql(family, keys, pieces)))
    outcome = addOutcomes(outcome, await attempt(context, orderedKeysOf(row, subjectOf(family).shape.key)))
  return outcome
}

/**
 * Records a failure for each key and says so; returns how many are new. Fenced like a batch, throwing `lease_lost`: who
 * took the lease over has closed the run, with the failures that it had then.
 */
export async function quarantine(
  { engine, judgement, lease, run }: MoveContext,
  keys: KeySet,
  reason: FailureReason,
): Promise<number> {
  const { policy, family } = judgement
  const { shape } = subjectOf(family)
  const rows = await engine.database.transaction({ timeouts: policy.timeouts }, async (session) => {
    const held = await session.maybe(holdLeaseSql(lease.name, lease.epoch))
    if (held === null) throw new MothballError('lease_lost', { policy: policy.name })
    return session.rows(recordFailuresSql(shape, qualifiedText(shape.name), run, keys, reason))
  })
  if (rows.length > 0)
    engine.emit({
      kind: 'subjects-failed',
      run,
      code: reason.code,
      count: rows.length,
      keys: rows.map((row) => row.subject_key),
    })
  return rows.length
}

/** The most common poison, found for a whole batch by one statement. */
async function quarantineArchivedTwice(context: MoveContext, keys: KeySet): Promise<number> {
  const { family } = context.judgement
  const row = await context.engine.database.one(archivedTwiceSql(family, keys))
  const twice = keySetOf(row, subjectOf(family).shape.key)
  if (twice.count === 0) return 0
  return quarantine(context, twice, { code: 'archive_key_taken', sqlstate: '23505', object: '' })
}

const reasonOf = ({ code, facts }: MothballError): FailureReason => ({
  code,
  sqlstate: String(facts['sqlstate'] ?? ''),
  object: String(facts['object'] ?? facts['table'] ?? ''),
})
