/** The queries of the specification's Appendix B, each answered and held against what the journal says. */
import { subjectOf } from '../../core/family.ts'
import { tableText } from '../../core/names.ts'
import type { Plan } from '../../core/plan.ts'
import { columnOf, shapeOf } from '../../core/table.ts'
import { type Check, checkOf } from '../../core/verify.ts'
import { table } from '../../sql/tag.ts'
import { recentLogSql } from '../../sql/verify-journal.sql.ts'
import { tableRowsSql } from '../../sql/verify-rows.sql.ts'
import { counted, rows, type VerifyContext } from './verify-context.ts'
import { newlyLost, type TableOrphans } from './verify-orphans.ts'

const LOG_COLUMNS = ['run_date', 'records_archived', 'records_failed', 'status', 'dry_run', 'run_id']

/** `plan` is that of the same snapshot: verification and plan cannot disagree about who is old. */
export async function checkAppendixB(
  context: VerifyContext,
  plan: Plan,
  counts: Check,
  orphans: readonly TableOrphans[],
): Promise<readonly Check[]> {
  const active = await activeRows(context)
  return [
    activeCount(context, active),
    await archiveCount(context, counts),
    olderThanCutoff(plan, active),
    await recentLog(context),
    orphanedRows(orphans),
  ]
}

const activeRows = async ({ session, inspection }: VerifyContext): Promise<number> =>
  Number((await session.one(tableRowsSql(subjectOf(inspection.family).shape.name))).count)

const activeCount = ({ inspection }: VerifyContext, active: number): Check =>
  checkOf('appendix_b_active', true, [`${rows(active)} in ${tableText(subjectOf(inspection.family).shape.name)}`])

async function archiveCount({ session, inspection }: VerifyContext, counts: Check): Promise<Check> {
  const { archive } = subjectOf(inspection.family)
  const name = 'appendix_b_archive'
  if (shapeOf(inspection.catalog, archive) === undefined)
    return checkOf(name, false, [`${tableText(archive)} is not there`])
  const { count } = await session.one(tableRowsSql(archive))
  const detail = `${rows(Number(count))} in ${tableText(archive)}`
  return checkOf(name, counts.ok, counts.ok ? [`${detail}, as the journal says`] : [detail, 'see counts'])
}

function olderThanCutoff(
  { candidates, eligible, quarantined, cutoff, refusals, active }: Plan,
  rowsNow: number,
): Check {
  const name = 'appendix_b_older_than_cutoff'
  // A refusal that leaves nothing to count by leaves the plan at zero.
  if (refusals.length > 0 && active !== rowsNow)
    return checkOf(name, false, [`not counted: ${refusals.map(({ code }) => code).join(', ')}`])
  const kept = candidates - eligible
  const waiting = quarantined > 0 ? `, ${quarantined} of these in quarantine` : ''
  return checkOf(name, true, [
    `${candidates} active are older than ${cutoff}: ${kept} kept, ${eligible} eligible${waiting}`,
  ])
}

async function recentLog({ session, policy, inspection }: VerifyContext): Promise<Check> {
  const name = 'appendix_b_log'
  const shape = shapeOf(inspection.catalog, policy.logTable)
  if (shape === undefined || LOG_COLUMNS.some((column) => columnOf(shape, column) === undefined))
    return checkOf(name, false, [`${tableText(policy.logTable)} is not there with its columns`])
  const row = await session.one(recentLogSql(table(policy.logTable), policy.name))
  const differing = Number(row.differing)
  const details = [
    ...(differing > 0 ? [row.first ?? ''] : []),
    `${Number(row.runs) - differing} of the last ${counted(Number(row.runs), 'run')} stand in ${tableText(policy.logTable)} as in the journal`,
    ...(row.foreign_entries === '0' ? [] : [`${row.foreign_entries} of its last ${row.entries} entries are by others`]),
  ]
  return checkOf(name, differing === 0, details)
}

/** Rows of related tables that name no active parent, whatever the reason. */
function orphanedRows(orphans: readonly TableOrphans[]): Check {
  const sum = (of: (each: TableOrphans) => number) => orphans.reduce((total, each) => total + of(each), 0)
  const intended = sum((each) => each.intended)
  const known = sum((each) => each.others + Math.min(each.nowhere, each.baseline ?? each.nowhere))
  const wrong = sum((each) => each.leftBehind + newlyLost(each))
  return checkOf('appendix_b_orphans', wrong === 0, [
    `${rows(wrong)} without their parent in ${orphans.length} related tables`,
    ...(intended + known === 0 ? [] : [`${intended} more are intended, ${known} were known before`]),
  ])
}
