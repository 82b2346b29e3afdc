/**
 * How a restore ends: with the counts that committed, whatever its process believes, in the journal and in the public
 * log together. The log never stands in the way: where it cannot be written, that is told, and the journal owes it a row.
 */
import { hasCode, MothballError } from '../../core/errors/index.ts'
import { qualifiedText } from '../../core/names.ts'
import { type StopReason, statusOf } from '../../core/run.ts'
import type { Session } from '../../db/database.ts'
import { endRun } from '../../db/journal/run.ts'
import { archiveLogSql, type LogEntry, oweLogSql } from '../../sql/journal/public-log.sql.ts'
import { closeAbandonedRestoresSql, restoredOfSql } from '../../sql/journal/restore-run.sql.ts'
import { table } from '../../sql/tag.ts'
import type { Engine } from '../ports.ts'
import type { RestoreContext, RestoredBatch } from './restore-batch.ts'
import type { RestoreScope } from './restore-scope.ts'
import type { Selected } from './restore-selection.ts'

export type ClosedRestore = Readonly<{ restored: number; durationMs: number }>

export function closeRestore(
  { engine, scope, keep, signal }: RestoreContext,
  selected: Selected,
  outcome: RestoredBatch,
  error: unknown,
): Promise<ClosedRestore> {
  const failed = new Set(outcome.conflicts.map(({ key }) => key)).size
  const stopReason: StopReason = error !== null ? 'failed' : signal?.aborted ? 'stopped' : 'all_home'
  const details = {
    related: outcome.related,
    already_home: selected.alreadyHome + outcome.home,
    unknown: selected.unknown.length,
    keep_until: keep.until,
  }
  return logged(engine, scope, async (session, log) => {
    const row = await session.one(restoredOfSql(keep.run))
    const [restored, durationMs] = [Number(row.restored), Number(row.elapsed_ms)]
    const end = {
      run: keep.run,
      status: statusOf({ archived: restored, failed, skipped: 0 }, error !== null),
      error: error === null ? null : errorText(error),
      archived: 0,
      failed,
    }
    await endRun(session, { ...end, stopReason, restored, skipped: 0, details: JSON.stringify(details) })
    const told = JSON.stringify({ restored, ...details, stop_reason: stopReason })
    await log({ ...end, durationMs, actor: keep.actor, details: told })
    return { restored, durationMs }
  })
}

/** Of processes that ended without a word. */
export const closeAbandonedRestores = (engine: Engine, scope: RestoreScope): Promise<void> =>
  logged(engine, scope, async (session, log) => {
    const rows = await session.rows(closeAbandonedRestoresSql(qualifiedText(scope.policy.subject)))
    for (const row of rows)
      await log({
        run: Number(row.run),
        status: row.status,
        error: 'interrupted',
        archived: 0,
        failed: 0,
        durationMs: Number(row.worked_ms),
        actor: row.actor,
        details: JSON.stringify({ restored: Number(row.restored), stop_reason: 'interrupted' }),
      })
  })

type LogRow = Omit<LogEntry, 'policy' | 'dryRun'>

/** One transaction for journal and log; without the log where it is not fit, or refuses. */
async function logged<T>(
  { database, emit }: Engine,
  { policy, logProblem }: RestoreScope,
  work: (session: Session, log: (row: LogRow) => Promise<void>) => Promise<T>,
): Promise<T> {
  const entryOf = (row: LogRow): LogEntry => ({ ...row, policy: policy.name, dryRun: false })
  const writing = (session: Session) => async (row: LogRow) => {
    await session.execute(archiveLogSql(table(policy.logTable), entryOf(row)))
  }
  const owing = (session: Session, code: string) => async (row: LogRow) => {
    await session.execute(oweLogSql(entryOf(row)))
    emit({ kind: 'not-logged', run: row.run, code })
  }
  if (logProblem !== null) return database.transaction({}, (session) => work(session, owing(session, logProblem)))
  try {
    return await database.transaction({}, (session) => work(session, writing(session)))
  } catch (error) {
    if (!hasCode(error, 'privilege_missing', 'statement_failed')) throw error
    return database.transaction({}, (session) => work(session, owing(session, error.code)))
  }
}

const errorText = (error: unknown): string =>
  error instanceof MothballError ? `${error.code}: ${error.message}` : 'an unexpected error'
