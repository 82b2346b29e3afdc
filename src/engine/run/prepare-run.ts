/**
 * What a run rests on, read in one snapshot: the shapes and their fingerprints, the plan, and that nobody else runs.
 * A table that is changed later than this snapshot, even before the first batch, stops the run.
 */
import { MothballError } from '../../core/errors/index.ts'
import type { Family } from '../../core/family.ts'
import { exceedsGuard, isConfirmed, type Plan, wouldMove } from '../../core/plan.ts'
import type { Policy } from '../../core/policy.ts'
import type { RunOptions } from '../../core/run.ts'
import { type Catalog, shapeOf } from '../../core/table.ts'
import { isInWindow, windowText } from '../../core/window.ts'
import { fingerprintsOf } from '../../db/fingerprint.ts'
import { livingRunSql } from '../../sql/journal/lease.sql.ts'
import { nowSql } from '../../sql/journal/run.sql.ts'
import { inspect, requireSound, requireUnrefused } from '../inspect.ts'
import { planAt } from '../plan/plan.ts'
import type { Engine } from '../ports.ts'
import { leaseName } from './lease.ts'

export type PreparedRun = Readonly<{
  family: Family
  plan: Plan
  /** The family's tables and their archive tables, and their shapes as they were judged. */
  oids: readonly string[]
  fingerprints: string
}>

/** Throws `plan_refused`, or `already_running` where a run of this subject is alive. */
export function prepareRun({ database }: Engine, policy: Policy): Promise<PreparedRun> {
  return database.transaction({ mode: 'snapshot', pinnedSearchPath: true }, async (session) => {
    const inspection = requireSound(policy, await inspect(session, policy))
    const { family, catalog } = inspection
    const oids = oidsOf(family, catalog)
    const fingerprints = await fingerprintsOf(session, oids)
    const living = await session.maybe(livingRunSql(leaseName(policy), policy.timeouts.leaseMs))
    if (living !== null) throw new MothballError('already_running', { policy: policy.name, run: living.run ?? '' })
    const { now } = await session.one(nowSql)
    const plan = await planAt(session, policy, now, inspection)
    requireUnrefused(policy, plan.refusals)
    return { family, plan, oids, fingerprints }
  })
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
