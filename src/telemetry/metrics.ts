/** The names, labels and helps of all metrics: the one list that dashboard, alert rules and documentation are held against. */
import { Counter, Gauge, Registry } from 'prom-client'
import { JournalHistogram } from './journal-histogram.ts'

/** Seconds: a normal night takes less than one, the first run of a backlog an hour. */
export const DURATION_BOUNDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 14_400] as const

export type Metrics = ReturnType<typeof createMetrics>

/** All of them, empty, in a registry of their own. */
export function createMetrics() {
  const registry = new Registry()
  const counter = (name: string, help: string, labelNames: readonly string[]) =>
    new Counter({ name, help, labelNames: [...labelNames], registers: [registry] })
  const gauge = (name: string, help: string, labelNames: readonly string[]) =>
    new Gauge({ name, help, labelNames: [...labelNames], registers: [registry] })
  const durations = new JournalHistogram({
    name: 'mothball_run_duration_seconds',
    help: 'Live runs that have ended, by duration.',
    labelNames: ['policy'],
    buckets: [...DURATION_BOUNDS],
    registers: [registry],
  })
  return {
    registry,
    durations,
    rowsArchived: counter('mothball_rows_archived_total', 'Subjects archived, in committed batches.', ['policy']),
    rowsRestored: counter('mothball_rows_restored_total', 'Subjects that came home.', ['policy']),
    rowsFailed: counter('mothball_rows_failed_total', 'Subjects that could not move, by cause.', ['policy', 'cause']),
    runs: counter('mothball_runs_total', 'Live runs that have ended, by status.', ['policy', 'status']),
    missedSlots: counter('mothball_missed_slots_total', 'Planned runs that did not start in time.', ['policy']),
    running: gauge('mothball_runs_in_progress', 'Live runs that have not ended.', ['policy']),
    lastSuccess: gauge('mothball_last_success_timestamp_seconds', 'End of the last run that went well.', ['policy']),
    lastRun: gauge('mothball_last_run_timestamp_seconds', 'Start of the last live run.', ['policy']),
    eligible: gauge('mothball_eligible_rows', 'Eligible subjects that the last run left, or counted if dry.', [
      'policy',
    ]),
    quarantined: gauge('mothball_quarantined_rows', 'Subjects that wait in quarantine.', ['policy']),
    tableBytes: gauge('mothball_table_bytes', 'Size of the moved tables, as the last run measured it.', [
      'policy',
      'tier',
    ]),
    indexBytes: gauge('mothball_index_bytes', 'Size of their indexes.', ['policy', 'tier']),
    probes: gauge('mothball_probe_seconds', 'Median of a probe, before and after the last run.', [
      'policy',
      'probe',
      'phase',
    ]),
    deliveries: gauge('mothball_deliveries', 'Messages by channel and state.', ['channel', 'state']),
    failingDeliveries: gauge('mothball_deliveries_failing', 'Messages that wait after a failed attempt.', ['channel']),
  }
}
