/** Closes runs whose process ended without a word, with the counts that committed. The new owner of the lease does it. */
import { qualifiedText } from '../../core/names.ts'
import type { Policy } from '../../core/policy.ts'
import { committedOf } from '../../db/journal/run.ts'
import { abandonedRunsSql, archiveLogSql, endRunSql } from '../../sql/journal/run.sql.ts'
import { table } from '../../sql/tag.ts'
import type { Engine } from '../ports.ts'

/** Returns how many it closed. `except` is the run that asks. */
export async function closeAbandonedRuns(engine: Engine, policy: Policy, except: number): Promise<number> {
  const abandoned = await engine.database.rows(abandonedRunsSql(qualifiedText(policy.subject), except))
  for (const { run, dry_run, ...row } of abandoned)
    await closeInterrupted(engine, policy, { ...row, run: Number(run), dryRun: dry_run === 'true' })
  return abandoned.length
}

type Abandoned = Readonly<{ run: number; policy: string; actor: string; dryRun: boolean }>

/** Once: whoever closes it second changes nothing. */
export async function closeInterrupted(
  { database, emit }: Engine,
  { logTable }: Policy,
  { run, policy, actor, dryRun }: Abandoned,
): Promise<void> {
  await database.transaction({}, async (session) => {
    const { archived, failed, workedMs } = await committedOf(session, run)
    const counts = { run, archived, failed, status: 'failed', error: 'interrupted' }
    const end = { ...counts, stopReason: 'interrupted', restored: 0, skipped: 0, details: '{}' }
    if ((await session.execute(endRunSql(end))) === 0) return
    const log = { ...counts, policy, durationMs: workedMs, dryRun, actor, details: '{}' }
    await session.execute(archiveLogSql(table(logTable), log))
    emit({ kind: 'run-reconciled', run, archived })
  })
}
