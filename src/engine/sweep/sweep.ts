/**
 * The sweep on demand: everything is looked at, foreign keys or not, for whoever works past them leaves late rows too.
 * What the policy lets it mend is mended under the subject's lease; rows of nobody are told and never touched.
 */
import { isUnsettled, lateDetails, type SweepOptions, type SweepPreview, type Swept } from '../../core/late.ts'
import type { Policy } from '../../core/policy.ts'
import { underLease } from '../leased-run.ts'
import type { Engine } from '../ports.ts'
import { FailureShare, LateAccount } from '../run/outcome.ts'
import { prepareFamily } from '../run/prepare-run.ts'
import { readSubject } from '../subject.ts'
import { sealBatches } from '../verify/seal.ts'
import { findLateEverywhere, latePlaces } from './find-late.ts'
import { countsOf, sweepEverywhere } from './sweep-run.ts'

/** What a sweep would find. Writes nothing. Throws `journal_missing`, or `plan_refused` where there is no family. */
export async function previewSweep({ database }: Engine, policy: Policy): Promise<SweepPreview> {
  const { inspection } = await readSubject(database, policy)
  const { family, catalog } = inspection
  const places = latePlaces(family, catalog)
  const none = { tables: [], returned: { subjects: 0, keys: [] } }
  const { tables, returned } = places === null ? none : await findLateEverywhere(database, family, places)
  return {
    late: policy.late,
    rows: countsOf(tables, (each) => each.rows),
    families: new Set(tables.flatMap(({ owners }) => owners)).size,
    unowned: tables.reduce((sum, each) => sum + each.unowned, 0),
    nobody: countsOf(tables, (each) => each.nobody),
    returned,
  }
}

/** Throws `plan_refused` or `already_running` before anything is written. */
export async function sweep(
  engine: Engine,
  policy: Policy,
  options: SweepOptions = {},
): Promise<Swept & Readonly<{ run: number }>> {
  const prepared = await prepareFamily(engine, policy)
  const { family, catalog, oids, fingerprints } = prepared
  const actor = options.actor ?? policy.archivedBy
  return underLease(engine, policy, { operation: 'sweep', actor, reason: null }, async ({ run, moment, lease }) => {
    const places = latePlaces(family, catalog)
    if (places === null) throw new RangeError('a family without refusals has its archive')
    const swept = await sweepEverywhere(
      {
        engine,
        judgement: { policy, family, moment, journal: true },
        lease,
        run,
        oids,
        fingerprints,
        share: new FailureShare(),
        actor,
        places,
        late: new LateAccount(),
        signal: options.signal ?? null,
      },
      options.action ?? policy.late,
    )
    if (swept.followed > 0) await sealBatches(engine, policy)
    const stopReason = options.signal?.aborted ? 'stopped' : 'swept'
    const status = isUnsettled(swept) ? 'partial' : 'success'
    return {
      result: { ...swept, run },
      ending: { status, stopReason, details: { late: lateDetails(swept) } },
    }
  })
}
