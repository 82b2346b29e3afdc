/** Typed reads of past runs. */
import { z } from 'zod'
import { type BatchRecord, OPERATIONS, type RunRecord } from '../../core/history.ts'
import {
  type BatchRecordRow,
  listRunsSql,
  oneRunSql,
  type RunRecordRow,
  runBatchesSql,
  runsBetweenSql,
} from '../../sql/journal/history.sql.ts'
import type { Session } from '../database.ts'

const counts = z.record(z.string(), z.number())
const asked = z.enum(['pause', 'stop'])
const operation = z.enum(OPERATIONS)
const status = z.enum(['running', 'paused', 'success', 'partial', 'failed'])

export async function readRuns(
  session: Session,
  policy: string,
  page: Readonly<{ before: number | null; limit: number }>,
): Promise<readonly RunRecord[]> {
  return (await session.rows(listRunsSql(policy, page))).map(recordOf)
}

/** Newest first. */
export async function readRunsBetween(
  session: Session,
  policy: string,
  span: Readonly<{ since: string; until: string }>,
  limit: number,
): Promise<readonly RunRecord[]> {
  return (await session.rows(runsBetweenSql(policy, span, limit))).map(recordOf)
}

export async function readRun(session: Session, policy: string, run: number): Promise<RunRecord | null> {
  const row = await session.maybe(oneRunSql(policy, run))
  return row === null ? null : recordOf(row)
}

export async function readBatches(session: Session, run: number, limit: number): Promise<readonly BatchRecord[]> {
  return (await session.rows(runBatchesSql(run, limit))).map(batchOf)
}

const recordOf = (row: RunRecordRow): RunRecord => ({
  run: Number(row.run),
  policy: row.policy,
  operation: operation.parse(row.operation),
  status: status.parse(row.status),
  dryRun: row.dry_run === 'true',
  actor: row.actor,
  reason: row.reason,
  cutoff: row.cutoff,
  startedAt: row.started_at,
  endedAt: row.ended_at,
  durationMs: numberOf(row.duration_ms),
  active: numberOf(row.active),
  candidates: numberOf(row.candidates),
  eligible: numberOf(row.eligible),
  kept: row.kept === null ? {} : counts.parse(JSON.parse(row.kept)),
  archived: Number(row.archived),
  restored: Number(row.restored),
  failed: Number(row.failed),
  skipped: Number(row.skipped),
  batches: Number(row.batches),
  stopReason: row.stop_reason,
  error: row.error,
  slot: row.slot,
  group: row.group_id,
  asked: row.asked === null ? null : { what: asked.parse(row.asked), by: row.asked_by, reason: row.asked_reason },
})

const batchOf = (row: BatchRecordRow): BatchRecord => ({
  batch: Number(row.batch),
  committedAt: row.committed_at,
  subjects: Number(row.subjects),
  rows: Number(row.rows),
  firstKey: row.first_key,
  lastKey: row.last_key,
  sealed: row.sealed === 'true',
})

const numberOf = (text: string | null): number | null => (text === null ? null : Number(text))
