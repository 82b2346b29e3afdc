/**
 * Old entries of the audit log, out of the way: the whole chain is walked first, then a signed checkpoint takes their
 * place and they are deleted, in one transaction with the entry that says so. What the checkpoint signs is what was
 * walked; anything else, and nothing is deleted.
 */
import type { PruneAudit, PrunedAudit } from '../core/audit.ts'
import { auditEntry } from '../core/chain.ts'
import { type Checkpoint, endOf, type SigningKey, signatureOf, type TrustedKeys } from '../core/checkpoint.ts'
import { MothballError } from '../core/errors/index.ts'
import { reasonProblem } from '../core/hold.ts'
import type { Session } from '../db/database.ts'
import { sqlstateOf } from '../db/database-error.ts'
import { appendAudit, readCheckpoints } from '../db/journal/audit.ts'
import { auditLockSql, clockSql } from '../sql/journal/audit.sql.ts'
import {
  auditEntryHashSql,
  prunableSql,
  pruneEntriesSql,
  recordCheckpointSql,
} from '../sql/journal/audit-checkpoint.sql.ts'
import { verifyAudit } from './audit.ts'
import type { Engine } from './ports.ts'

/** So long the log is locked for everybody who changes something: some 100 ms. */
const ENTRIES_EACH = 10_000

export type PruneKeys = Readonly<{ signing: SigningKey | null; trusted: TrustedKeys }>

/**
 * Throws `audit_key_missing` without a key to sign with, `audit_differs` where the log is not as it was written,
 * `option_invalid` for an instant or a reason that is none; then nothing is deleted.
 */
export async function pruneAudit(engine: Engine, keys: PruneKeys, prune: PruneAudit): Promise<PrunedAudit> {
  const { signing, trusted } = keys
  if (signing === null) throw new MothballError('audit_key_missing')
  const problem = reasonProblem(prune.reason)
  if (problem !== null) throw new MothballError('option_invalid', { option: 'reason', problem })
  const { status, faults, last } = await verifyAudit(engine, { keys: trusted })
  if (status !== 'clean') throw new MothballError('audit_differs', { faults: faults.length })
  const checkpoints: Checkpoint[] = []
  for (;;) {
    const made = await pruneSome(engine, signing, { ...prune, walked: last })
    if (made === null) break
    checkpoints.push(made)
  }
  return { entries: checkpoints.reduce((sum, { entries }) => sum + entries, 0), checkpoints }
}

/** `walked`: the last entry that was found to be right; what came since stays. */
type Walked = PruneAudit & Readonly<{ walked: number }>

async function pruneSome({ database }: Engine, signing: SigningKey, prune: Walked): Promise<Checkpoint | null> {
  try {
    return await database.transaction({}, async (session) => {
      await session.rows(auditLockSql)
      const { last } = await session.one(prunableSql(prune, ENTRIES_EACH))
      return last === null ? null : standIn(session, signing, prune, Number(last))
    })
  } catch (error) {
    if (!sqlstateOf(error).startsWith('22')) throw error
    throw new MothballError('option_invalid', { option: 'before', problem: 'is not an instant' }, { cause: error })
  }
}

async function standIn(
  session: Session,
  signing: SigningKey,
  { actor, role, reason }: PruneAudit,
  last: number,
): Promise<Checkpoint> {
  const before = (await readCheckpoints(session)).at(-1)
  const end = endOf(before)
  const { hash: head } = await session.one(auditEntryHashSql(last))
  const { at: prunedAt } = await session.one(clockSql)
  const range = { first: end.id + 1, last, entries: last - end.id, previous: end.hash, head }
  const draft = { ...range, prunedAt, prunedBy: actor, reason, keyId: signing.id }
  const checkpoint = { ...draft, id: (before?.id ?? 0) + 1, signature: signatureOf(draft, signing) }
  await session.execute(recordCheckpointSql(checkpoint))
  // First, for it follows the last entry, which may be among those that go.
  const told = { action: 'audit.prune', object: `checkpoint ${checkpoint.id}`, after: head }
  const gone = `entries ${checkpoint.first} to ${last}`
  await appendAudit(session, auditEntry({ actor, role, reason, before: gone, ...told }))
  // Numbers have no gap: another count is a hole that came after the walk.
  if ((await session.execute(pruneEntriesSql(last))) !== checkpoint.entries)
    throw new MothballError('audit_differs', { faults: 1 })
  return checkpoint
}
