/** (6) Closes a run: counts summed up from what committed, the status from the counts, the log's row, the lease. */
import type { MothballError } from '../../core/errors/index.ts'
import { lateDetails, type Swept } from '../../core/late.ts'
import type { Policy } from '../../core/policy.ts'
import { type RunResult, type StopReason, statusOf } from '../../core/run.ts'
import type { Session } from '../../db/database.ts'
import { type Committed, committedOf, endRun, type StartedRun } from '../../db/journal/run.ts'
import { archiveLogSql } from '../../sql/journal/public-log.sql.ts'
import { table } from '../../sql/tag.ts'
import type { Engine } from '../ports.ts'
import { type Lease, leaseTransaction, releaseLease } from './lease.ts'

export type RunOutcome = Readonly<{
  policy: Policy
  actor: string
  dryRun: boolean
  /** What the plan at its start found, quarantined ones left out. */
  eligible: number
  started: StartedRun
  lease: Pick<Lease, 'name' | 'epoch'> | null
  /** Subjects that stayed, by reason. */
  skipped: Readonly<Record<string, number>>
  stopReason: StopReason
  error: MothballError | null
  swept: Swept
}>

/** One transaction: the journal, the public log and the lease agree, or none of them knows. */
export async function closeRun({ database, signals }: Engine, outcome: RunOutcome): Promise<RunResult> {
  await signals.reached('run-closing')
  return leaseTransaction(database, outcome.policy, async (session) => {
    const result = resultOf(outcome, await committedOf(session, outcome.started.run))
    // Somebody who took the lease over has closed the run, and logged it.
    if (await endRun(session, endOf(result))) await log(session, outcome, result)
    if (outcome.lease !== null) await releaseLease(session, outcome.lease)
    return result
  })
}

function resultOf(
  { policy, dryRun, eligible, started, skipped, stopReason, error, swept }: RunOutcome,
  committed: Committed,
): RunResult {
  const because = Object.fromEntries(Object.entries(skipped).filter(([, count]) => count > 0))
  const counts = {
    archived: committed.archived,
    failed: committed.failed,
    skipped: Object.values(because).reduce((sum, count) => sum + count, 0),
  }
  return {
    ...counts,
    run: started.run,
    policy: policy.name,
    status: statusOf(counts, error !== null),
    dryRun,
    eligible,
    cutoff: started.cutoff,
    batches: committed.batches,
    related: committed.related,
    skippedBecause: because,
    durationMs: committed.durationMs,
    stopReason,
    late: swept,
    error: error === null ? null : { code: error.code, message: error.message },
  }
}

const endOf = (result: RunResult) => ({
  run: result.run,
  status: result.status,
  stopReason: result.stopReason,
  error: errorText(result),
  archived: result.archived,
  restored: 0,
  failed: result.failed,
  skipped: result.skipped,
  details: detailsOf(result),
})

const log = (session: Session, { policy, actor }: RunOutcome, result: RunResult) =>
  session.execute(
    archiveLogSql(table(policy.logTable), {
      run: result.run,
      policy: policy.name,
      archived: result.archived,
      failed: result.failed,
      status: result.status,
      error: errorText(result),
      durationMs: result.durationMs,
      dryRun: result.dryRun,
      actor,
      details: detailsOf(result),
    }),
  )

const errorText = ({ error }: RunResult): string | null => (error === null ? null : `${error.code}: ${error.message}`)

const detailsOf = ({ eligible, skippedBecause, related, stopReason, late }: RunResult): string =>
  JSON.stringify({ eligible, skipped: skippedBecause, related, stop_reason: stopReason, late: lateDetails(late) })
