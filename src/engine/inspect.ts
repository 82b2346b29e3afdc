/** Looks at the database once for a policy: shapes, family, what refuses and what warns. Every verb begins here. */
import { hasCode, MothballError } from '../core/errors/index.ts'
import { type Family, resolveFamily } from '../core/family.ts'
import type { Finding } from '../core/finding.ts'
import { findHazards } from '../core/hazards/index.ts'
import { hasHomecoming } from '../core/homecoming.ts'
import type { Policy } from '../core/policy.ts'
import type { Catalog } from '../core/table.ts'
import { tierViewFinding, tierViews } from '../core/tier-view.ts'
import { readCatalog } from '../db/catalog.ts'
import type { Database, Session } from '../db/database.ts'
import { requireJournal } from '../db/journal-schema.ts'
import { tierViewState } from '../db/tier-view.ts'
import { homecomingFindings } from './homecoming/homecoming-state.ts'
import { ruleValueFindings } from './rule-values.ts'

export type Inspection = Readonly<{
  catalog: Catalog
  /** Null where the subject table is missing or the relations form a circle. */
  family: Family | null
  refusals: readonly Finding[]
  warnings: readonly Finding[]
  /** False before the first `migrate`. */
  journal: boolean
}>

export type SoundInspection = Inspection & Readonly<{ family: Family }>

/** Reads inside the given transaction, which should be a snapshot with a pinned search path. */
export async function inspect(session: Session, policy: Policy): Promise<Inspection> {
  const catalog = await readCatalog(session, [policy])
  const journal = await journalFinding(session)
  const resolved = resolveFamily(policy, catalog)
  const { family } = resolved
  const hazards = family === null ? { refusals: [], warnings: [] } : findHazards({ policy, family, catalog })
  const values = family === null ? [] : await ruleValueFindings(session, policy, family)
  const hasTrigger = journal === null && hasHomecoming(catalog, policy.subject)
  const homecoming = hasTrigger ? await homecomingFindings(session, policy, { family, catalog }) : []
  const views = family === null || journal !== null ? [] : await viewFindings(session, policy, { family, catalog })
  return {
    catalog,
    family,
    refusals: [...resolved.refusals, ...hazards.refusals, ...values, ...(journal === null ? [] : [journal])],
    warnings: [...resolved.warnings, ...hazards.warnings, ...homecoming, ...views],
    journal: journal?.code !== 'journal_missing',
  }
}

async function viewFindings(
  session: Session,
  policy: Policy,
  { family, catalog }: Readonly<{ family: Family; catalog: Catalog }>,
): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for (const view of tierViews(policy, family, catalog)) {
    const finding = tierViewFinding(view, await tierViewState(session, view))
    if (finding !== null) findings.push(finding)
  }
  return findings
}

/** The same in a snapshot of its own, refused (`plan_refused`) where the plan would be. */
export const inspectSound = (database: Database, policy: Policy): Promise<SoundInspection> =>
  database.transaction({ mode: 'snapshot', pinnedSearchPath: true }, async (session) =>
    requireSound(policy, await inspect(session, policy)),
  )

/** The family, where nothing refuses it. */
export function requireSound(policy: Policy, inspection: Inspection): SoundInspection {
  requireUnrefused(policy, inspection.refusals)
  const { family } = inspection
  if (family === null) throw new RangeError('a family without refusals is there')
  return { ...inspection, family }
}

/** Throws `plan_refused` with every refusal and its fix. */
export function requireUnrefused(policy: Policy, refusals: readonly Finding[]): void {
  if (refusals.length === 0) return
  const lines = refusals.map((each) => `  ${each.code} ${each.object}: ${each.message}\n    ${each.hint}`)
  throw new MothballError('plan_refused', { policy: policy.name, refusals: lines.join('\n') })
}

/** What keeps the journal from being used; null where nothing does. */
async function journalFinding(session: Session): Promise<Finding | null> {
  try {
    await requireJournal(session)
    return null
  } catch (error) {
    if (!hasCode(error, 'journal_missing', 'journal_outdated', 'journal_newer')) throw error
    return { code: error.code, object: 'mothball', message: error.message, hint: error.hint }
  }
}
