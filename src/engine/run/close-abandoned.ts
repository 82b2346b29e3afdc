/** Closes runs whose process ended without a word, with the counts that committed. The new owner of the lease does it. */
import { qualifiedText } from '../../core/names.ts'
import type { Policy } from '../../core/policy.ts'
import { committedOf } from '../../db/journal/run.ts'
import { abandonedRunsSql, archiveLogSql, endDeadRunSql } from '../../sql/journal/run.sql.ts'
import { table } from '../../sql/tag.ts'
import type { Engine } from '../ports.ts'

/** Returns how many it closed. `except` is the run that asks. */
export async function closeAbandonedRuns({ database, emit }: Engine, policy: Policy, except: number): Promise<number> {
  const abandoned = await database.rows(abandonedRunsSql(qualifiedText(policy.subject), except))
  for (const row of abandoned) {
    const run = Number(row.run)
    const closed = await database.transaction({}, async (session) => {
      const { archived, failed, workedMs } = await committedOf(session, run)
      const counts = { run, archived, failed, status: 'failed', error: 'interrupted' }
      const end = { ...counts, stopReason: 'interrupted', restored: 0, skipped: 0, details: null }
      if ((await session.execute(endDeadRunSql(end))) === 0) return null
      if (row.operation !== 'archive') return archived
      const { policy: name, actor, dry_run } = row
      const log = { ...counts, policy: name, durationMs: workedMs, dryRun: dry_run === 'true', actor, details: '{}' }
      await session.execute(archiveLogSql(table(policy.logTable), log))
      return archived
    })
    if (closed !== null) emit({ kind: 'run-reconciled', run, archived: closed })
  }
  return abandoned.length
}
