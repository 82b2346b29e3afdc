/**
 * What a restore works with: the archived family, and the shapes as they were judged. It is refused only for what
 * stands in the way of coming home; what merely stops a move into the archive is none of its business.
 */
import {
  type ArchivedFamily,
  archivedFamily,
  lostReferences,
  type VanishedRelation,
  vanishedRelations,
} from '../../core/archived-family.ts'
import type { Finding } from '../../core/finding.ts'
import { qualifiedText, tableText } from '../../core/names.ts'
import { archiveName, type Policy } from '../../core/policy.ts'
import type { Database, Session } from '../../db/database.ts'
import { fingerprintsOf } from '../../db/fingerprint.ts'
import { requireJournal } from '../../db/journal-schema.ts'
import { presentTablesSql } from '../../sql/journal/seal.sql.ts'
import { inspect, requireUnrefused } from '../inspect.ts'
import { requireNothingLost } from './lost-relations.ts'

export type RestoreScope = Readonly<{
  policy: Policy
  family: ArchivedFamily
  vanished: readonly VanishedRelation[]
  /** Home and archive tables, and their shapes as they were judged. */
  oids: readonly string[]
  fingerprints: string
  /** What keeps the public log from being written, as a finding's code; a restore goes on without it. */
  logProblem: string | null
}>

/** Refusals of a plan that hold for the way back as well. */
const IN_THE_WAY: readonly string[] = [
  'archive_column_computed',
  'archive_column_taken',
  'archive_foreign_key',
  'archive_is_source',
  'archive_key_differs',
  'archive_no_key',
  'archive_not_plain',
  'archive_rule',
  'archive_trigger',
  'array_key',
  'cyclic_relations',
  'fsync_off',
  'inherited_table',
  'no_key',
  'not_plain_table',
  'operator_outside',
  'reference_types_differ',
  'replica_role',
  'row_security',
  'self_reference',
  'server_not_primary',
  'server_too_old',
  'source_rule',
]

/** Throws `plan_refused` where nothing could come home safely, and `journal_missing` or its like. */
export const openScope = (database: Database, policy: Policy): Promise<RestoreScope> =>
  database.transaction({ mode: 'snapshot', pinnedSearchPath: true }, async (session) => {
    await requireJournal(session)
    const { family, catalog, refusals } = await inspect(session, policy)
    requireUnrefused(
      policy,
      refusals.filter((each) => IN_THE_WAY.includes(each.code) || isSubjectGone(policy, each)),
    )
    if (family === null) throw new RangeError('a family without refusals is there')
    const archived = archivedFamily(family, catalog)
    if (archived === null) throw new RangeError('an archive without refusals is there')
    requireUnrefused(policy, lostReferences(archived).map(lostReference))
    const oids = archived.tables.flatMap(({ home, twin }) => [home.oid, twin.oid])
    const vanished = await present(session, vanishedRelations(policy, archived, catalog))
    await requireNothingLost(
      session,
      policy,
      archived,
      vanished.map(({ archive }) => archive),
    )
    const logProblem = refusals.find(({ code }) => code.startsWith('log_table_'))?.code ?? null
    return { policy, family: archived, vanished, oids, logProblem, fingerprints: await fingerprintsOf(session, oids) }
  })

/** Without these two there is nothing to restore, or nowhere to; a related table may lack its archive. */
const isSubjectGone = ({ subject, archiveSuffix }: Policy, { code, object }: Finding): boolean =>
  (code === 'missing_table' || code === 'archive_missing') &&
  [tableText(subject), tableText(archiveName(subject, archiveSuffix))].includes(object)

const lostReference = ({ table, column }: ReturnType<typeof lostReferences>[number]): Finding => ({
  code: 'archive_lacks_column',
  object: tableText(table.twin.name),
  message: `${tableText(table.twin.name)} has no column ${column}, by which its rows are known`,
  hint: 'Give the archive table this column with the values that its rows had.',
})

/** Relations of which nothing but the archive table is left. */
async function present(session: Session, relations: readonly VanishedRelation[]): Promise<readonly VanishedRelation[]> {
  if (relations.length === 0) return []
  const rows = await session.rows(presentTablesSql(relations.map(({ archive }) => qualifiedText(archive))))
  return relations.filter(({ archive, columns }) => {
    const found = rows.find((row) => row.name === qualifiedText(archive))
    const names: unknown = found === undefined ? [] : JSON.parse(found.columns)
    return Array.isArray(names) && columns.every((name) => names.includes(name))
  })
}
