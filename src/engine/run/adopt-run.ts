/**
 * Goes on with a run whose process died, or helps with one that lives: same run, same cutoff, same counts. Whoever
 * adopts takes the lease first, so that the old owner, should it only have slept, can write nothing more.
 */
import { qualifiedText } from '../../core/names.ts'
import { type Policy, policyHash } from '../../core/policy.ts'
import type { RunResult } from '../../core/run.ts'
import { type OpenRun, readOpenRun } from '../../db/journal/open-run.ts'
import { committedOf } from '../../db/journal/run.ts'
import { runsWithLanesSql } from '../../sql/journal/lane.sql.ts'
import { nowSql } from '../../sql/journal/run.sql.ts'
import type { Engine } from '../ports.ts'
import { workLanes } from './lanes.ts'
import { acquireLease, leaseName, leaseTransaction, releaseLease } from './lease.ts'
import { LateAccount } from './outcome.ts'
import { judgeTables } from './prepare-run.ts'
import type { Work } from './work.ts'
import { workOn } from './work-on.ts'

export type Helping = Readonly<{ signal?: AbortSignal }>

/** A run can be gone on with under the policy that it began with, and where it wrote down what it may do. */
const isOurs = (policy: Policy, open: OpenRun): open is OpenRun & { limits: NonNullable<OpenRun['limits']> } =>
  !open.dryRun && open.limits !== null && open.hash === policyHash(policy)

/**
 * Goes on with the run to its end, unless it has ended already, or began under another version of the policy: then a new
 * run has to close it. Throws `already_running` while its owner lives, and what a run throws.
 */
export async function adoptRun(
  engine: Engine,
  policy: Policy,
  run: number,
  { signal }: Helping = {},
): Promise<RunResult | 'ended' | 'other policy'> {
  const tables = await judgeTables(engine, policy)
  const taken = await leaseTransaction(engine.database, policy, async (session) => {
    const epoch = await acquireLease(session, policy, run)
    const open = await readOpenRun(session, run)
    if (open !== null && isOurs(policy, open))
      return { open, epoch, done: await committedOf(session, run), since: (await session.one(nowSql)).now }
    await releaseLease(session, { name: leaseName(policy), epoch })
    return open === null ? 'ended' : 'other policy'
  })
  if (taken === 'ended' || taken === 'other policy') return taken
  const { open, epoch, done, since } = taken
  engine.emit({ kind: 'run-adopted', run, archived: done.archived })
  await engine.signals.reached('run-adopted')
  return workOn(
    engine,
    { policy, tables, ...partsOf(open), since, signal: signal ?? null, late: new LateAccount() },
    epoch,
  )
}

/** Takes lanes of a run that another process leads, until none is free. Returns how many it went through. */
export async function helpRun(engine: Engine, policy: Policy, run: number, { signal }: Helping = {}): Promise<number> {
  const open = await readOpenRun(engine.database, run)
  if (open === null || !isOurs(policy, open)) return 0
  const tables = await judgeTables(engine, policy)
  const since = (await engine.database.one(nowSql)).now
  return workLanes(
    engine,
    { policy, tables, ...partsOf(open), since, signal: signal ?? null, late: new LateAccount() },
    [],
  )
}

/** Runs of the policy that have lanes which nobody has taken yet. */
export async function runsToHelp({ database }: Engine, policy: Policy): Promise<readonly number[]> {
  const rows = await database.rows(runsWithLanesSql(qualifiedText(policy.subject), policy.name))
  return rows.map(({ run }) => Number(run))
}

const partsOf = (
  open: OpenRun & { limits: NonNullable<OpenRun['limits']> },
): Omit<Work, 'policy' | 'tables' | 'since' | 'signal' | 'late'> => ({
  started: { run: open.run, moment: open.moment, cutoff: open.cutoff },
  limits: open.limits,
  eligible: open.eligible - open.limits.quarantined,
  actor: open.actor,
})
