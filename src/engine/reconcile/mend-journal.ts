/** What runs and the public log say, brought to what their batches, failures and departures add up to. */
import { qualifiedText, tableText } from '../../core/names.ts'
import type { Catalog } from '../../core/table.ts'
import { shapeOf } from '../../core/table.ts'
import {
  correctLogSql,
  logMissingSql,
  mendRunsSql,
  runsMisloggedSql,
  runsUnloggedSql,
} from '../../sql/journal/reconcile.sql.ts'
import { closeAbandonedRestoresSql } from '../../sql/journal/restore-run.sql.ts'
import { table } from '../../sql/tag.ts'
import { type MendContext, mend } from './mend.ts'

/** `closed`: archive runs, sweeps and reconciliations that died, and were closed when the lease was taken. */
export async function mendUnended(context: MendContext, closed: number): Promise<void> {
  const subject = qualifiedText(context.judgement.policy.subject)
  await mend(
    context,
    { kind: 'run_unended', table: 'run' },
    async (session) => closed + (await session.rows(closeAbandonedRestoresSql(subject))).length,
  )
}

export async function mendRuns(context: MendContext): Promise<void> {
  const subject = qualifiedText(context.judgement.policy.subject)
  await mend(context, { kind: 'run_counts', table: 'run' }, (session) => session.execute(mendRunsSql(subject)))
}

export async function mendLog(context: MendContext, catalog: Catalog): Promise<void> {
  const { name, subject, logTable } = context.judgement.policy
  if (shapeOf(catalog, logTable) === undefined) return
  const [log, text] = [table(logTable), tableText(logTable)]
  await mend(context, { kind: 'log_missing', table: text }, async (session) => {
    const runs = await session.rows(runsUnloggedSql(log, name, qualifiedText(subject)))
    for (const { run } of runs) await session.execute(logMissingSql(log, run))
    return runs.length
  })
  await mend(context, { kind: 'log_differs', table: text }, async (session) => {
    const runs = await session.rows(runsMisloggedSql(log, name, qualifiedText(subject)))
    for (const { run } of runs) await session.execute(correctLogSql(log, run))
    return runs.length
  })
}
