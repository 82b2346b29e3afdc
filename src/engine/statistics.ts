/** What the runs of a policy add up to, read in one snapshot; days are days of the policy's zone, else the database's. */
import { type Policy, policyZone } from '../core/policy.ts'
import { type Statistics, statisticsOf } from '../core/statistics.ts'
import { readStatistics } from '../db/journal/statistics.ts'
import { requireJournal } from '../db/journal-schema.ts'
import { serverZone } from './doctor.ts'
import type { Engine } from './ports.ts'

export type StatisticsOptions = Readonly<{
  /** Days, today included. */
  days?: number
  /** An IANA zone instead of the policy's. */
  zone?: string
}>

const DEFAULT_DAYS = 30

/** Writes nothing. Throws `journal_missing` before the first migrate. */
export async function statistics(
  engine: Pick<Engine, 'database'>,
  policy: Policy,
  { days = DEFAULT_DAYS, zone }: StatisticsOptions = {},
): Promise<Statistics> {
  const named = zone ?? policyZone(policy) ?? (await serverZone(engine))
  return engine.database.transaction({ mode: 'snapshot', pinnedSearchPath: true }, async (session) => {
    await requireJournal(session)
    return statisticsOf(await readStatistics(session, policy, { zone: named, period: days }))
  })
}
