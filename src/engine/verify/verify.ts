/**
 * Holds what is there today against what the journal says: counts, seals, sides, orphans, shapes, and the queries of
 * the specification's Appendix B. Reads only, in snapshots; every table is gone through as a set, in the server.
 */
import { faultWords } from '../../core/audit.ts'
import { shortHash } from '../../core/chain.ts'
import type { Checkpoint, TrustedKeys } from '../../core/checkpoint.ts'
import type { Policy } from '../../core/policy.ts'
import { type Check, checkOf, type Verification, verificationOf } from '../../core/verify.ts'
import { requireJournal } from '../../db/journal-schema.ts'
import { nowSql } from '../../sql/journal/run.sql.ts'
import { walkChain } from '../audit.ts'
import { type Inspection, inspect } from '../inspect.ts'
import { planAt } from '../plan/plan.ts'
import type { Engine } from '../ports.ts'
import { requireFamily } from '../subject.ts'
import { checkAppendixB } from './verify-appendix-b.ts'
import type { VerifyContext } from './verify-context.ts'
import { checkCounts } from './verify-counts.ts'
import { checkJournal } from './verify-journal.ts'
import { checkOrphans, readOrphans } from './verify-orphans.ts'
import { checkSeals } from './verify-seals.ts'
import { checkSides } from './verify-sides.ts'

export type VerifyOptions = Readonly<{
  /** Under which checkpoints of the audit log may be signed. None: the signatures are not looked at, and it says so. */
  auditKeys?: TrustedKeys | null
}>

/** Throws `journal_missing` before the first `migrate`, `plan_refused` where there is no family to look at. */
export async function verify(
  { database }: Engine,
  policy: Policy,
  { auditKeys = null }: VerifyOptions = {},
): Promise<Verification> {
  const keys = auditKeys === null || auditKeys.size === 0 ? null : auditKeys
  const checks = await database.transaction({ mode: 'snapshot', pinnedSearchPath: true }, async (session) => {
    await requireJournal(session)
    const inspection = requireFamily(policy, await inspect(session, policy))
    return checkTables({ session, policy, inspection }, keys)
  })
  const [counts, journal, ...others] = checks
  const seals = await checkSeals(database, policy)
  return verificationOf([counts, journal, seals, ...others].filter((check) => check !== undefined))
}

/** Everything that one snapshot can answer. */
async function checkTables(context: VerifyContext, keys: TrustedKeys | null): Promise<readonly Check[]> {
  const counts = await checkCounts(context)
  const journal = await checkJournal(context)
  const sides = await checkSides(context)
  const orphans = await readOrphans(context)
  const appendixB = await checkAppendixB(context, await planOf(context), counts, orphans)
  const audit = await checkAudit(context, keys)
  return [counts, journal, sides, checkOrphans(orphans), checkShapes(context.inspection), audit, ...appendixB]
}

async function planOf({ session, policy, inspection }: VerifyContext) {
  const { now } = await session.one(nowSql)
  return planAt(session, policy, now, inspection)
}

/** `audit`: the chain of the audit log is whole, from its checkpoints on. */
async function checkAudit({ session }: VerifyContext, keys: TrustedKeys | null): Promise<Check> {
  const { status, entries, head, checkpoint, faults } = await walkChain(session, { keys })
  const told = faults.slice(0, 3).map((fault) => faultWords(fault))
  const parts = [`${entries} entries to ${shortHash(head)}`, ...signatureWords(checkpoint, keys), ...told]
  return checkOf('audit', status === 'clean', parts)
}

/** What is wrong with a signature that was looked at is a fault, and told as one. */
const signatureWords = (checkpoint: Checkpoint | null, keys: TrustedKeys | null): readonly string[] =>
  checkpoint === null || keys !== null
    ? []
    : [`signatures of checkpoints up to ${checkpoint.id} not checked, no key is configured`]

/** `shapes`: nothing about an archive table stands in a run's way. */
function checkShapes({ refusals }: Inspection): Check {
  const drift = refusals.filter(({ code }) => code.startsWith('archive_'))
  const parts = drift.length === 0 ? ['archive tables match their sources'] : drift.map(({ message }) => message)
  return checkOf('shapes', drift.length === 0, parts)
}
