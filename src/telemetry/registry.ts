/**
 * Metrics for Prometheus, read from the journal at each scrape: any process may be asked, all answer the same, and
 * nothing is lost when one ends. Labels are names of policies, causes, tiers, channels; never a customer, a run or a key.
 */
import { Registry } from 'prom-client'
import { qualifiedText } from '../core/names.ts'
import type { Policy } from '../core/policy.ts'
import type { Database, Session } from '../db/database.ts'
import { requireJournal } from '../db/journal-schema.ts'
import { channelStatesSql } from '../sql/journal/delivery.sql.ts'
import {
  durationsSql,
  failureCountsSql,
  lastProbesSql,
  policyMetricsSql,
  quarantineSql,
  runCountsSql,
  sizesSql,
} from '../sql/journal/metrics.sql.ts'
import { createMetrics, DURATION_BOUNDS, type Metrics } from './metrics.ts'

export type MetricsSource = Readonly<{ database: Database; policies: readonly Policy[] }>

export type MetricsRegistry = Readonly<{
  contentType: string
  /** The text of one scrape. Throws `journal_missing` and what a database that is away throws. */
  text(): Promise<string>
}>

/** Several scrapes at once have a registry each: one never sees the half of another. */
export function registry({ database, policies }: MetricsSource): MetricsRegistry {
  return {
    contentType: Registry.PROMETHEUS_CONTENT_TYPE,
    text: async () => {
      const metrics = createMetrics()
      await database.transaction({ mode: 'snapshot' }, async (session) => {
        await requireJournal(session)
        await fill(metrics, session, policies)
      })
      return metrics.registry.metrics()
    },
  }
}

/** One after the other: they share a connection. */
async function fill(metrics: Metrics, session: Session, policies: readonly Policy[]): Promise<void> {
  const names = policies.map(({ name }) => name)
  await fillPolicies(metrics, session, names)
  for (const { policy, label, count } of await session.rows(runCountsSql(names)))
    metrics.runs.inc({ policy, status: label }, Number(count))
  for (const { policy, label, count } of await session.rows(failureCountsSql(names)))
    metrics.rowsFailed.inc({ policy, cause: label }, Number(count))
  const subjects = policies.map((policy) => ({ policy: policy.name, subject: qualifiedText(policy.subject) }))
  for (const { policy, count } of await session.rows(quarantineSql(subjects)))
    metrics.quarantined.set({ policy }, Number(count))
  for (const row of await session.rows(durationsSql(names, DURATION_BOUNDS)))
    metrics.durations.add(row.policy, { bucket: Number(row.bucket), count: Number(row.count), sum: Number(row.sum) })
  for (const { policy, tier, ...size } of await session.rows(sizesSql(names))) {
    metrics.tableBytes.set({ policy, tier }, Number(size.table_bytes))
    metrics.indexBytes.set({ policy, tier }, Number(size.index_bytes))
  }
  for (const { policy, probe, phase, seconds } of await session.rows(lastProbesSql(names)))
    metrics.probes.set({ policy, probe, phase }, Number(seconds))
  for (const { channel, state, count, failing } of await session.rows(channelStatesSql)) {
    metrics.deliveries.set({ channel, state }, Number(count))
    if (state === 'waiting') metrics.failingDeliveries.set({ channel }, Number(failing))
  }
}

async function fillPolicies(metrics: Metrics, session: Session, names: readonly string[]): Promise<void> {
  for (const row of await session.rows(policyMetricsSql(names))) {
    const { policy } = row
    metrics.rowsArchived.inc({ policy }, Number(row.archived))
    metrics.rowsRestored.inc({ policy }, Number(row.restored))
    metrics.missedSlots.inc({ policy }, Number(row.missed))
    metrics.running.set({ policy }, Number(row.running))
    if (row.last_success !== null) metrics.lastSuccess.set({ policy }, Number(row.last_success))
    if (row.last_run !== null) metrics.lastRun.set({ policy }, Number(row.last_run))
    if (row.eligible !== null) metrics.eligible.set({ policy }, Number(row.eligible))
  }
}
