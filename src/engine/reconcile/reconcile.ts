/**
 * After anything that hands or other tools did: finds what is not where it belongs, and mends it on request. Each mend
 * is a transaction of its own and can be repeated; what has no equal twin is never deleted; the rest is named.
 */
import { archivedFamily } from '../../core/archived-family.ts'
import { qualifiedText } from '../../core/names.ts'
import type { Policy } from '../../core/policy.ts'
import type { Difference, Reconciled, ReconcileOptions } from '../../core/reconcile.ts'
import type { Catalog } from '../../core/table.ts'
import { keepUntilFrom } from '../../db/journal/keep-until.ts'
import { mendedOf, noteLate } from '../../db/journal/mended.ts'
import type { KeepUntil } from '../../sql/journal/keep-until.sql.ts'
import { inspectSound } from '../inspect.ts'
import { underLease } from '../leased-run.ts'
import type { Engine } from '../ports.ts'
import { FailureShare, LateAccount } from '../run/outcome.ts'
import { prepareFamily } from '../run/prepare-run.ts'
import { readSubject } from '../subject.ts'
import { latePlaces } from '../sweep/find-late.ts'
import { sweepEverywhere } from '../sweep/sweep-run.ts'
import { sealBatches } from '../verify/seal.ts'
import { findDifferences } from './find-differences.ts'
import type { MendContext } from './mend.ts'
import { adoptBatchless, mendDepartures, mendUnknownBatches } from './mend-batches.ts'
import { mendLog, mendRuns, mendUnended } from './mend-journal.ts'
import { mendTorn, mendTwins } from './mend-rows.ts'

/** What is not where it belongs. Writes nothing. Throws `journal_missing`, or `plan_refused` where there is no family. */
export async function previewReconcile({ database }: Engine, policy: Policy): Promise<readonly Difference[]> {
  const { inspection } = await readSubject(database, policy)
  return findDifferences(database, policy, inspection, null)
}

/** Throws `plan_refused` or `already_running` before anything is written. */
export async function reconcile(engine: Engine, policy: Policy, options: ReconcileOptions = {}): Promise<Reconciled> {
  const prepared = await prepareFamily(engine, policy)
  const archive = archivedFamily(prepared.family, prepared.catalog)
  if (archive === null) throw new RangeError('a family without refusals has its archive')
  const actor = options.actor ?? policy.archivedBy
  return underLease(engine, policy, { operation: 'reconcile', actor, reason: null }, async (leased) => {
    const { run, moment, lease } = leased
    const keep = await keepOf(engine, policy, { run, moment, actor })
    const context: MendContext = {
      ...prepared,
      engine,
      judgement: { policy, family: prepared.family, moment, journal: true },
      lease,
      run,
      share: new FailureShare(),
      archive,
      keep,
      signal: options.signal ?? null,
    }
    await mendEverything(context, prepared.catalog, { closed: leased.closed, actor })
    const mended = await mendedOf(engine.database, run)
    const left = await findDifferences(engine.database, policy, await inspectSound(engine.database, policy), run)
    const isStopped = options.signal?.aborted ?? false
    return {
      result: { run, mended, left },
      ending: {
        status: left.length === 0 ? 'success' : 'partial',
        stopReason: isStopped ? 'stopped' : 'reconciled',
        details: null,
      },
    }
  })
}

async function keepOf(
  { database }: Engine,
  policy: Policy,
  { run, moment, actor }: Readonly<{ run: number; moment: string; actor: string }>,
): Promise<KeepUntil> {
  const until = await database.transaction({}, (session) => keepUntilFrom(session, policy, { given: null, moment }))
  return { subject: qualifiedText(policy.subject), until, reason: 'brought home by hand', actor, run }
}

type Begun = Readonly<{ closed: number; actor: string }>

/** In the order of `DIFFERENCES`: each mend rests on those before it. */
async function mendEverything(context: MendContext, catalog: Catalog, { closed, actor }: Begun): Promise<void> {
  const mends: readonly (() => Promise<unknown>)[] = [
    () => mendUnended(context, closed),
    () => mendDepartures(context),
    () => mendTwins(context),
    () => mendTorn(context),
    () => mendUnknownBatches(context),
    () => adoptBatchless(context),
    () => mendLate(context, catalog, actor),
    () => mendRuns(context),
    () => mendLog(context, catalog),
    () => sealBatches(context.engine, context.judgement.policy),
  ]
  for (const each of mends) if (!context.signal?.aborted) await each()
}

/** Under `report` too: whoever reconciles has asked for more than a report. */
async function mendLate(context: MendContext, catalog: Catalog, actor: string): Promise<void> {
  const { engine, judgement, run } = context
  const places = latePlaces(judgement.family, catalog)
  if (places === null) return
  const action = judgement.policy.late === 'report' ? 'restore' : judgement.policy.late
  const swept = await sweepEverywhere({ ...context, actor, places, late: new LateAccount() }, action)
  const mended = swept.restored + swept.followed
  if (mended > 0) await noteLate(engine.database, run, mended)
}
