/** `counts`: every archive table holds exactly the rows that the batches moved and that did not leave since. */
import { movedTables } from '../../core/family.ts'
import { qualifiedText } from '../../core/names.ts'
import { type Check, checkOf } from '../../core/verify.ts'
import { type PresentTable, presentTables } from '../../db/journal/seal.ts'
import { archiveCountsSql, expectedRowsSql, type MovedTable, manifestTablesSql } from '../../sql/verify-rows.sql.ts'
import { counted, rows, type VerifyContext } from './verify-context.ts'

/** What one archive table holds, beside what it should. */
type TableCount = Readonly<{ expected: number; found: number; others: number; differs: string | null }>

export async function checkCounts(context: VerifyContext): Promise<Check> {
  const moved = await movedPairs(context)
  const present = await presentTables(
    context.session,
    moved.map((each) => each.archive),
  )
  const counts: TableCount[] = []
  for (const each of moved) counts.push(await countTable(context, each, present.get(each.archive)))
  return summary(counts)
}

/** The family's tables, and those of older policies that the journal still answers for. */
async function movedPairs({ session, policy, inspection }: VerifyContext): Promise<readonly MovedTable[]> {
  const subject = qualifiedText(policy.subject)
  const own = movedTables(inspection.family).map((each) => ({
    name: qualifiedText(each.shape.name),
    archive: qualifiedText(each.archive),
  }))
  const journal = await session.rows(manifestTablesSql(subject))
  const pairs = new Map(
    [...own, ...journal].map(({ name, archive }) => [`${name} ${archive}`, { subject, name, archive }]),
  )
  return [...pairs.values()]
}

async function countTable(
  { session }: VerifyContext,
  moved: MovedTable,
  archive: PresentTable | undefined,
): Promise<TableCount> {
  if (archive === undefined || !archive.columns.includes('archive_batch')) {
    const expected = Number((await session.one(expectedRowsSql(moved))).expected)
    const what = archive === undefined ? 'is not there' : 'has no column archive_batch'
    const differs = expected === 0 ? null : `${moved.archive} ${what}; the journal has ${rows(expected)} in it`
    return { expected, found: 0, others: 0, differs }
  }
  const row = await session.one(archiveCountsSql(moved, archive.name))
  const [expected, found, unknown] = [Number(row.expected), Number(row.found), Number(row.unknown)]
  const differences = [
    ...(Number(row.differing) > 0 ? [`journal ${expected}, archive ${found}: ${row.first ?? ''}`] : []),
    ...(unknown > 0 ? [`${rows(unknown)} of batches that the journal does not know`] : []),
  ]
  const differs = differences.length === 0 ? null : `${moved.archive} ${differences.join('; ')}`
  return { expected, found, others: Number(row.others), differs }
}

function summary(counts: readonly TableCount[]): Check {
  const sum = (of: (count: TableCount) => number) => counts.reduce((total, count) => total + of(count), 0)
  const others = sum((count) => count.others)
  const differences = counts.flatMap((count) => count.differs ?? [])
  const totals = `journal ${sum((count) => count.expected)}, archive ${sum((count) => count.found)} rows in ${counted(counts.length, 'table')}`
  const strangers = others === 0 ? [] : [`${rows(others)} more put there by others`]
  return checkOf('counts', differences.length === 0, [...differences, totals, ...strangers])
}
