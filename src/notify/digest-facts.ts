/** What a digest is made of, read in one snapshot between the bounds of its time. */
import type { ColdCounts } from '../core/cold/retention.ts'
import type { DueErasures } from '../core/erasure-request.ts'
import type { RunRecord } from '../core/history.ts'
import { qualifiedText } from '../core/names.ts'
import type { OpenIncident } from '../core/notice.ts'
import type { Digest } from '../core/notify-schema.ts'
import type { Policy } from '../core/policy.ts'
import { type Statistics, statisticsOf } from '../core/statistics.ts'
import type { Session } from '../db/database.ts'
import { readAuditHead } from '../db/journal/audit.ts'
import { readDueErasures } from '../db/journal/erasure-request.ts'
import { readRunsBetween } from '../db/journal/history.ts'
import { readOpenIncidents } from '../db/journal/notice.ts'
import { readBasis, readColdCounts } from '../db/journal/purge.ts'
import { readStatistics } from '../db/journal/statistics.ts'
import { failingChannelsSql } from '../sql/journal/delivery.sql.ts'
import {
  causesBetweenSql,
  type DigestBounds,
  holdsBetweenSql,
  missedBetweenSql,
  restoredAfterSql,
} from '../sql/journal/digest.sql.ts'
import type { Cause } from './alert-message.ts'

export type DigestFacts = Readonly<{
  policy: string
  digest: Digest
  bounds: DigestBounds
  /** Runs that started between the bounds, newest first; at most MAX_RUNS. */
  runs: readonly RunRecord[]
  statistics: Statistics
  missed: number
  causes: readonly Cause[]
  holds: Readonly<{ open: number; set: number; released: number }>
  /** Who came home, by how long he had been away. */
  restored: Readonly<{ withinWeek: number; withinMonth: number; later: number }>
  open: readonly OpenIncident[]
  /** Requests to be erased that are open: past their day, and due within a week. */
  dueErasures: DueErasures
  /** What cold files hold and what of it is past its retention; null: nobody was exported yet. */
  retention: (ColdCounts & Readonly<{ mayPurge: boolean }>) | null
  failingChannels: readonly Readonly<{ channel: string; waiting: number; givenUp: number; problem: string }>[]
  /** Head of the audit log's chain, so that a cut tail is seen; null where there is none. */
  auditHead: string | null
}>

const MAX_RUNS = 2_000
/** As many digits of the hash as nobody can forge, and `mothball audit verify --head` takes. */
const AUDIT_DIGITS = 16
/** Days of the statistics: what each digest's chart and comparison look back on. */
const PERIOD: Readonly<Record<Digest, number>> = { daily: 30, weekly: 28, monthly: 92 }

export async function readDigestFacts(
  session: Session,
  policy: Policy,
  { digest, bounds, zone }: Readonly<{ digest: Digest; bounds: DigestBounds; zone: string }>,
): Promise<DigestFacts> {
  const subject = qualifiedText(policy.subject)
  const between = { policy: policy.name, since: bounds.since, until: bounds.until }
  const [runs, statistics, { missed }, causes, holds, restored, open, failing, head, dueErasures, cold, basis] =
    await Promise.all([
      readRunsBetween(session, policy.name, between, MAX_RUNS),
      readStatistics(session, policy, { zone, period: PERIOD[digest] }),
      session.one(missedBetweenSql(between)),
      session.rows(causesBetweenSql(between)),
      session.one(holdsBetweenSql(subject, between)),
      session.one(restoredAfterSql(subject, between)),
      readOpenIncidents(session, policy.name),
      session.rows(failingChannelsSql(bounds.since)),
      readAuditHead(session),
      readDueErasures(session, subject),
      readColdCounts(session, policy),
      readBasis(session, policy.name),
    ])
  return {
    policy: policy.name,
    digest,
    bounds,
    runs,
    statistics: statisticsOf(statistics),
    missed: Number(missed),
    causes: causes.map(({ code, count }) => ({ code, count: Number(count) })),
    holds: { open: statistics.totals.holds, set: Number(holds.set), released: Number(holds.released) },
    restored: {
      withinWeek: Number(restored.within_week),
      withinMonth: Number(restored.within_month),
      later: Number(restored.later),
    },
    open,
    dueErasures,
    retention: cold.sets === 0 ? null : { ...cold, mayPurge: basis !== null },
    failingChannels: failing.map((row) => ({
      channel: row.channel,
      waiting: Number(row.waiting),
      givenUp: Number(row.given_up),
      problem: row.problem ?? 'unknown',
    })),
    auditHead: head.id === 0 ? null : `${head.hash.slice(0, AUDIT_DIGITS)} (entry ${head.id})`,
  }
}
