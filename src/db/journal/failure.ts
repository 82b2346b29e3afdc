/** Typed reads of failures, and the one answer to them: try again. */
import type { Failure } from '../../core/failure.ts'
import { type FailureRow, listFailuresSql, retryFailuresSql } from '../../sql/journal/failure-list.sql.ts'
import type { Session } from '../database.ts'

export async function readFailures(
  session: Session,
  subject: string,
  which: Readonly<{ all: boolean; run: number | null; before?: number | null; limit: number }>,
): Promise<readonly Failure[]> {
  return (await session.rows(listFailuresSql(subject, which))).map(failureOf)
}

/** Returns the keys whose quarantine ended; `keys` null: all. */
export async function endQuarantine(
  session: Session,
  subject: string,
  keys: readonly string[] | null,
): Promise<readonly string[]> {
  return (await session.rows(retryFailuresSql(subject, keys))).map(({ key }) => key)
}

const failureOf = (row: FailureRow): Failure => ({
  id: Number(row.id),
  key: row.key,
  run: Number(row.run),
  code: row.code,
  sqlstate: row.sqlstate,
  object: row.object,
  failedAt: row.failed_at,
  resolvedAt: row.resolved_at,
  resolution: row.resolution,
})
