/** Typed reads of legal bases and purges. */
import type { LegalBasis, PurgePlan } from '../../core/cold/purge.ts'
import { type ColdCounts, FORECAST_DAYS } from '../../core/cold/retention.ts'
import { qualifiedText } from '../../core/names.ts'
import type { Policy } from '../../core/policy.ts'
import {
  type BasisRow,
  coldCountsSql,
  listPurgesSql,
  openBasisSql,
  type PurgeRow,
  purgeSql,
} from '../../sql/journal/purge.sql.ts'
import type { Session } from '../database.ts'

type Reader = Pick<Session, 'rows' | 'maybe'>

export const basisOf = (row: BasisRow): LegalBasis => ({
  id: Number(row.id),
  basis: row.basis,
  recordedBy: row.recorded_by,
  recordedAt: row.recorded_at,
})

export async function readBasis(reader: Reader, policy: string): Promise<LegalBasis | null> {
  const row = await reader.maybe(openBasisSql(policy))
  return row === null ? null : basisOf(row)
}

export async function readPurge(reader: Reader, policy: string, id: number): Promise<PurgePlan | null> {
  const row = await reader.maybe(purgeSql(policy, id))
  return row === null ? null : planOf(row)
}

/** Newest first. */
export const readPurges = async (
  reader: Reader,
  policy: string,
  page: Readonly<{ before: number | null; limit: number }>,
): Promise<readonly PurgePlan[]> => (await reader.rows(listPurgesSql(policy, page))).map(planOf)

export async function readColdCounts(session: Session, policy: Policy): Promise<ColdCounts> {
  const which = { policy: policy.name, subject: qualifiedText(policy.subject), keep: policy.cold.keep }
  const row = await session.one(coldCountsSql(which, FORECAST_DAYS))
  return {
    sets: Number(row.sets),
    bytes: Number(row.bytes),
    exported: Number(row.exported),
    due: Number(row.due),
    held: Number(row.held),
    soon: Number(row.soon),
    purged: Number(row.purged),
  }
}

const planOf = (row: PurgeRow): PurgePlan => ({
  id: Number(row.id),
  basis: row.basis,
  moment: row.moment,
  retention: row.retention,
  families: Number(row.families),
  plannedBy: row.planned_by,
  plannedAt: row.planned_at,
  reason: row.reason,
  state: row.state === 'done' ? 'done' : row.state === 'running' ? 'running' : 'planned',
  run: row.run === null ? null : Number(row.run),
  carriedOutBy: row.carried_out_by,
  certificate: row.certificate,
  certificateSha256: row.certificate_sha256,
})
