/** Typed reads and writes of the journal's runs. */

import { parseTableName, qualifiedText, tableText } from '../../core/names.ts'
import { type Policy, policyHash } from '../../core/policy.ts'
import {
  type CommittedRow,
  committedSql,
  endRunSql,
  type NewRun,
  paceSql,
  type RunEnd,
  rememberPolicySql,
  startRunSql,
  takeSlotSql,
} from '../../sql/journal/run.sql.ts'
import type { Session } from '../database.ts'

/** What a run may do, as it was settled at its start; in the journal, so that another process can go on with it. */
export type RunLimits = Readonly<{
  batchSize: number
  /** Subjects at the most, as asked; null: all. */
  maxRows: number | null
  /** Subjects at the most, as planned or confirmed. */
  ceiling: number
  ignoreWindow: boolean
  /** What waited in quarantine at its start. */
  quarantined: number
  /** Key ranges at the most. */
  lanes: number
}>

export type StartedRun = Readonly<{ run: number; moment: string; cutoff: string }>

export type RunStart = Pick<NewRun, 'operation' | 'actor' | 'reason' | 'dryRun'> &
  Readonly<{
    slot: string | null
    /** The moment of a plan that the run goes by; left out: now. */
    moment?: string
    limits?: RunLimits
    group?: string
  }>

/** What a run has truly done: sums over what committed. */
export type Committed = Readonly<{
  archived: number
  failed: number
  batches: number
  /** From the start until now. */
  durationMs: number
  /** From the start to the last batch's commit. */
  workedMs: number
  /** Rows that went along, by table as people know it. */
  related: Readonly<Record<string, number>>
}>

/** Opens a run under this version of the policy; null where its slot was taken before (nothing is written then). */
export async function startRun(session: Session, policy: Policy, start: RunStart): Promise<StartedRun | null> {
  const hash = policyHash(policy)
  await session.execute(rememberPolicySql(hash, policy.name, JSON.stringify(policy)))
  const subject = qualifiedText(policy.subject)
  const row = await session.one(
    startRunSql({
      ...start,
      limits: start.limits === undefined ? null : JSON.stringify(start.limits),
      group: start.group ?? null,
      moment: start.moment ?? null,
      policy: policy.name,
      subject,
      hash,
      cutoffDays: policy.age.days,
    }),
  )
  const run = Number(row.run)
  if (start.slot !== null && (await session.maybe(takeSlotSql(policy.name, start.slot, run))) === null) return null
  return { run, moment: row.moment, cutoff: row.cutoff ?? row.moment }
}

export const endRun = async (session: Session, end: RunEnd): Promise<boolean> =>
  (await session.execute(endRunSql(end))) === 1

export async function committedOf(session: Session, run: number): Promise<Committed> {
  const row: CommittedRow = await session.one(committedSql(run))
  return {
    archived: Number(row.archived),
    failed: Number(row.failed),
    batches: Number(row.batches),
    durationMs: Number(row.elapsed_ms),
    workedMs: Number(row.worked_ms),
    related: countsByTable(row.related),
  }
}

/** Milliseconds that a subject with all its rows took in the last runs; null before the first. */
export async function paceOf(session: Session, policy: Policy): Promise<number | null> {
  const row = await session.maybe(paceSql(qualifiedText(policy.subject)))
  return row?.ms_per_subject == null ? null : Number(row.ms_per_subject)
}

/** `{"public.orders": 3}` as the journal has it, to `{orders: 3}` as people read it. */
function countsByTable(json: string): Readonly<Record<string, number>> {
  const counts: unknown = JSON.parse(json)
  if (counts === null || typeof counts !== 'object') return {}
  return Object.fromEntries(
    Object.entries(counts).map(([name, rows]) => [
      tableText(parseTableName(name) ?? { schema: '', table: name }),
      Number(rows),
    ]),
  )
}
