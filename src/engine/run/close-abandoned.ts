/** Closes runs whose process ended without a word, with the counts that committed. The new owner of the lease does it. */
import { qualifiedText } from '../../core/names.ts'
import type { Policy } from '../../core/policy.ts'
import { committedOf } from '../../db/journal/run.ts'
import { archiveLogSql } from '../../sql/journal/public-log.sql.ts'
import { abandonedRunsSql, endDeadRunSql } from '../../sql/journal/run.sql.ts'
import { table } from '../../sql/tag.ts'
import type { Engine } from '../ports.ts'

/** Returns how many it closed. `except` is the run that asks. */
export async function closeAbandonedRuns(engine: Engine, policy: Policy, except: number): Promise<number> {
  const abandoned = await engine.database.rows(abandonedRunsSql(qualifiedText(policy.subject), except))
  for (const { run, dry_run, ...row } of abandoned)
    await closeInterrupted(engine, policy, { ...row, run: Number(run), dryRun: dry_run === 'true' })
  return abandoned.length
}

type Abandoned = Readonly<{ run: number; operation: string; policy: string; actor: string; dryRun: boolean }>

/** Once: whoever closes it second changes nothing. Only archive runs stand in the public log. */
export async function closeInterrupted(
  { database, emit }: Engine,
  { logTable }: Policy,
  { run, operation, policy, actor, dryRun }: Abandoned,
): Promise<void> {
  const closed = await database.transaction({}, async (session) => {
    const { archived, failed, workedMs } = await committedOf(session, run)
    const counts = { run, archived, failed, status: 'failed', error: 'interrupted' }
    const end = { ...counts, stopReason: 'interrupted', restored: 0, skipped: 0, details: null }
    if ((await session.execute(endDeadRunSql(end))) === 0) return null
    if (operation !== 'archive') return archived
    const log = { ...counts, policy, durationMs: workedMs, dryRun, actor, details: '{}' }
    await session.execute(archiveLogSql(table(logTable), log))
    return archived
  })
  if (closed !== null) emit({ kind: 'run-reconciled', run, archived: closed })
}
