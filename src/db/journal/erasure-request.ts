/** Typed reads and writes of requests to be erased. */
import { z } from 'zod'
import { CLOSINGS, type DueErasures, type ErasureRequest } from '../../core/erasure-request.ts'
import { dueRequestsSql, type ErasureRequestRow } from '../../sql/journal/erasure-request.sql.ts'
import type { Session } from '../database.ts'

const outcome = z.enum(['erased', ...CLOSINGS]).nullable()

export const requestOf = (row: ErasureRequestRow): ErasureRequest => ({
  id: Number(row.id),
  key: row.key,
  caseNumber: row.case_number,
  reason: row.reason,
  actor: row.actor,
  requestedAt: row.requested_at,
  dueAt: row.due_at,
  isOverdue: row.overdue === 'true',
  closedAt: row.closed_at,
  closedBy: row.closed_by,
  outcome: outcome.parse(row.outcome),
})

export async function readDueErasures(session: Session, subject: string): Promise<DueErasures> {
  const { overdue, soon } = await session.one(dueRequestsSql(subject))
  return { overdue: Number(overdue), soon: Number(soon) }
}
