/**
 * What moved together comes home, or is destroyed, together: the journal knows from which tables rows left with a subject. A
 * table to which no relation leads any more, and of which the archive still holds such rows, stops whatever would take
 * the rest of a family and leave them behind: a foreign key that is gone and by which the relation was found, a relation
 * that was taken out of the policy.
 */
import type { ArchivedFamily } from '../../core/archived-family.ts'
import type { Finding } from '../../core/finding.ts'
import { qualifiedText, type TableName, tableText } from '../../core/names.ts'
import type { Policy } from '../../core/policy.ts'
import type { Session } from '../../db/database.ts'
import { holdsRowsOfSql, tablesMovedSql } from '../../sql/journal/batch.sql.ts'
import { presentTablesSql } from '../../sql/journal/seal.sql.ts'
import { requireUnrefused } from '../inspect.ts'

/** Throws `plan_refused` with a `relation_lost` for each. `known`: archive tables that the caller looks into as well. */
export async function requireNothingLost(
  session: Session,
  policy: Policy,
  family: ArchivedFamily,
  known: readonly TableName[] = [],
): Promise<void> {
  const subject = qualifiedText(policy.subject)
  const names = new Set([...family.tables.map(({ twin }) => twin.name), ...known].map(qualifiedText))
  const moved = await session.rows(tablesMovedSql(subject))
  const strange = moved.filter(({ archive }) => !names.has(archive))
  if (strange.length === 0) return
  const lost: Finding[] = []
  for (const archive of await session.rows(presentTablesSql(strange.map((each) => each.archive)))) {
    const { held } = await session.one(holdsRowsOfSql(archive, subject))
    const home = strange.find((each) => each.archive === archive.name)?.name ?? archive.name
    if (held === 'true') lost.push(lostRelation(policy, archive, home.replace(/^public\./, '')))
  }
  requireUnrefused(policy, lost)
}

const lostRelation = ({ subject }: Policy, archive: TableName, home: string): Finding => ({
  code: 'relation_lost',
  object: home,
  message: `${tableText(archive)} holds rows that moved with ${tableText(subject)}, and no relation leads to ${home} any more`,
  hint: `Name ${home} in the policy's relations, with the columns by which its rows refer to their parent, until they have left the archive.`,
})
