/** `journal`: closed runs say what their batches, failures and departures add up to; runs without an end are told. */
import { qualifiedText } from '../../core/names.ts'
import { type Check, checkOf } from '../../core/verify.ts'
import { livingRunSql } from '../../sql/journal/lease.sql.ts'
import { openRunsSql, runSumsSql } from '../../sql/verify-journal.sql.ts'
import { leaseName } from '../run/lease.ts'
import { counted, type VerifyContext } from './verify-context.ts'

export async function checkJournal({ session, policy }: VerifyContext): Promise<Check> {
  const subject = qualifiedText(policy.subject)
  const [sums, open, living] = await Promise.all([
    session.one(runSumsSql(subject)),
    session.rows(openRunsSql(subject)),
    session.maybe(livingRunSql(leaseName(policy), policy.timeouts.leaseMs)),
  ])
  const dead = open.filter(({ run }) => run !== living?.run)
  const torn = Number(sums.torn_batches)
  const details = [
    ...(Number(sums.differing) > 0 ? [`${counted(Number(sums.differing), 'run')} off: ${sums.first ?? ''}`] : []),
    ...(torn > 0 ? [`${counted(torn, 'batch')} with another number of subjects than the manifest`] : []),
    `${sums.archived} archived by ${counted(Number(sums.runs), 'run')}, ${sums.moved} moved by ${counted(Number(sums.batches), 'batch')}`,
    ...open.filter(({ run }) => run === living?.run).map(({ run }) => `run ${run} is going on`),
    // Its rows are whole, batch by batch; only its own sentence is missing, and the next run writes it.
    ...dead.map(({ run }) => `run ${run} has no end; the next live run closes it`),
  ]
  return checkOf('journal', Number(sums.differing) === 0 && torn === 0, details)
}
