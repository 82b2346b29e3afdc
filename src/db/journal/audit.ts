/**
 * The audit log's one door in, and its reads. An entry is written by the transaction that does what it tells, so that
 * neither is there without the other.
 */
import { z } from 'zod'
import { type AuditEntry, type ChainedEntry, type ChainHead, entryHash, GENESIS } from '../../core/chain.ts'
import type { Checkpoint } from '../../core/checkpoint.ts'
import {
  type AuditRow,
  appendAuditSql,
  auditHeadSql,
  auditLockSql,
  listAuditSql,
  walkAuditSql,
} from '../../sql/journal/audit.sql.ts'
import { type CheckpointRow, checkpointsSql } from '../../sql/journal/audit-checkpoint.sql.ts'
import type { Session } from '../database.ts'

/**
 * Appends an entry. **The last thing that its transaction does**: the lock lasts until the commit, and whoever waited
 * for something else meanwhile would let everybody wait. Returns the new head. Throws RangeError for a text that a log cannot carry on one line.
 */
export async function appendAudit(session: Session, entry: AuditEntry): Promise<ChainHead> {
  requireOneLine(entry)
  const [, head] = await Promise.all([session.rows(auditLockSql), session.one(auditHeadSql)])
  const last: ChainHead = head.id === null || head.hash === null ? GENESIS : { id: Number(head.id), hash: head.hash }
  const next = { ...entry, id: last.id + 1, at: head.at }
  const hash = entryHash(last.hash, next)
  await session.execute(appendAuditSql({ ...next, previous: last.hash, hash }))
  return { id: next.id, hash }
}

/** The doors have refused such texts by then: what comes here with one is a mistake of ours. */
function requireOneLine(entry: AuditEntry): void {
  const bad = Object.entries(entry).find(([, text]) => text !== null && /[\p{Cc}\p{Cs}\u2028\u2029]/u.test(text))
  if (bad !== undefined) throw new RangeError(`the audit entry's ${bad[0]} holds a control character`)
}

/** The last entry; before the first one number 0 and zeros. */
export async function readAuditHead(session: Session): Promise<ChainHead> {
  const { id, hash } = await session.one(auditHeadSql)
  return id === null || hash === null ? GENESIS : { id: Number(id), hash }
}

/** Newest first. */
export const readAudit = async (
  session: Session,
  page: Readonly<{ before: number | null; limit: number }>,
): Promise<readonly ChainedEntry[]> => (await session.rows(listAuditSql(page))).map(entryOf)

/** The next ones of the chain. */
export const walkAudit = async (session: Session, after: number, limit: number): Promise<readonly ChainedEntry[]> =>
  (await session.rows(walkAuditSql(after, limit))).map(entryOf)

/** Of what was pruned, in their order. */
export const readCheckpoints = async (session: Session): Promise<readonly Checkpoint[]> =>
  (await session.rows(checkpointsSql)).map(checkpointOf)

const checkpointOf = (row: CheckpointRow): Checkpoint => ({
  id: Number(row.id),
  first: Number(row.first),
  last: Number(row.last),
  entries: Number(row.entries),
  previous: row.previous,
  head: row.head,
  prunedAt: row.pruned_at,
  prunedBy: row.pruned_by,
  reason: row.reason,
  keyId: row.key_id,
  signature: row.signature,
})

const outcome = z.enum(['done', 'refused'])

const entryOf = (row: AuditRow): ChainedEntry => ({ ...row, id: Number(row.id), outcome: outcome.parse(row.outcome) })
