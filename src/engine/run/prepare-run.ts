/**
 * What a run rests on, read in one snapshot: the shapes and their fingerprints, the plan, that nobody else runs, and
 * that nobody has paused the policy. A table that is changed later than this snapshot, even before the first batch,
 * stops the run.
 */
import { MothballError } from '../../core/errors/index.ts'
import type { Family } from '../../core/family.ts'
import { exceedsGuard, isConfirmed, type Plan, wouldMove } from '../../core/plan.ts'
import type { Policy } from '../../core/policy.ts'
import type { RunOptions } from '../../core/run.ts'
import { type Catalog, shapeOf } from '../../core/table.ts'
import { isInWindow, windowText } from '../../core/window.ts'
import type { Session } from '../../db/database.ts'
import { fingerprintsOf } from '../../db/fingerprint.ts'
import { readStage } from '../../db/journal/stage.ts'
import { livingRunSql } from '../../sql/journal/lease.sql.ts'
import { nowSql } from '../../sql/journal/run.sql.ts'
import { inspect, requireSound, requireUnrefused, type SoundInspection } from '../inspect.ts'
import { planAt } from '../plan/plan.ts'
import type { Engine } from '../ports.ts'
import { leaseName } from './lease.ts'
import type { JudgedTables } from './work.ts'

/** What a live run rests on. */
export type PreparedRun = Readonly<{ tables: JudgedTables; plan: Plan }>

/** Throws `plan_refused`, `already_running` where a run of this subject is alive, or for a live run `policy_paused`. */
export function prepareRun({ database }: Engine, policy: Policy, { dryRun }: RunOptions): Promise<PreparedRun> {
  return database.transaction({ mode: 'snapshot', pinnedSearchPath: true }, async (session) => {
    const inspection = requireSound(policy, await inspect(session, policy))
    const tables = await judgedTables(session, inspection)
    const stage = await readStage(session, policy)
    if (!dryRun && stage.stage === 'paused')
      throw new MothballError('policy_paused', { policy: policy.name, reason: stage.reason ?? '' })
    await requireNobody(session, policy)
    const { now } = await session.one(nowSql)
    const plan = await planAt(session, policy, now, inspection)
    requireUnrefused(policy, plan.refusals)
    return { tables, plan }
  })
}

async function requireNobody(session: Session, policy: Policy): Promise<void> {
  const living = await session.maybe(livingRunSql(leaseName(policy), policy.timeouts.leaseMs))
  if (living !== null) throw new MothballError('already_running', { policy: policy.name, run: living.run ?? '' })
}

/** The tables alone, for a process that goes on with a run, or helps with it. Throws `plan_refused`. */
export const judgeTables = ({ database }: Engine, policy: Policy): Promise<JudgedTables> =>
  database.transaction({ mode: 'snapshot', pinnedSearchPath: true }, async (session) =>
    judgedTables(session, requireSound(policy, await inspect(session, policy))),
  )

/** The same for what moves rows by other reasons than their age; throws `already_running` as well. */
export const prepareFamily = ({ database }: Engine, policy: Policy): Promise<JudgedTables> =>
  database.transaction({ mode: 'snapshot', pinnedSearchPath: true }, async (session) => {
    const tables = await judgedTables(session, requireSound(policy, await inspect(session, policy)))
    await requireNobody(session, policy)
    return tables
  })

async function judgedTables(session: Session, { family, catalog }: SoundInspection): Promise<JudgedTables> {
  const oids = oidsOf(family, catalog)
  return { family, catalog, oids, fingerprints: await fingerprintsOf(session, oids) }
}

const oidsOf = (family: Family, catalog: Catalog): readonly string[] =>
  family.tables.flatMap(({ shape, archive }) => {
    const twin = shapeOf(catalog, archive)
    return twin === undefined ? [shape.oid] : [shape.oid, twin.oid]
  })

/**
 * Throws `outside_window`, `guard_exceeded` or `confirm_mismatch`. Returns how many subjects the run may move at the
 * most: what was confirmed, or what the guard lets pass; what becomes eligible meanwhile does not widen it.
 */
export function allowedBy(policy: Policy, plan: Plan, options: RunOptions): number {
  if (policy.window !== null && !options.ignoreWindow && !isInWindow(policy.window, plan.moment))
    throw new MothballError('outside_window', { window: windowText(policy.window) })
  const count = wouldMove(plan, options.maxRows ?? null)
  const confirmed = options.confirm ?? null
  if (options.maxRowsConfirms && options.maxRows !== undefined) return count
  if (!exceedsGuard(plan, count)) return Math.max(count, Math.floor(plan.active * plan.guard))
  if (isConfirmed(plan, count, confirmed)) return count
  if (confirmed !== null) throw new MothballError('confirm_mismatch', { confirmed, count })
  const share = Math.round((100 * count) / plan.active)
  const guard = Math.round(plan.guard * 100)
  throw new MothballError('guard_exceeded', { count: plan.eligible, active: plan.active, share, guard })
}
