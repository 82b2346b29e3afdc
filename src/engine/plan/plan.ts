/** Counts what a run would do now, in one READ ONLY snapshot. Writes nothing, refuses nothing: it says everything. */
import { qualifiedText, tableText } from '../../core/names.ts'
import type { Plan } from '../../core/plan.ts'
import { type Policy, policyHash } from '../../core/policy.ts'
import type { Session } from '../../db/database.ts'
import { paceOf } from '../../db/journal/run.ts'
import { cutoffOf, type Judgement } from '../../sql/eligibility.sql.ts'
import { nowSql } from '../../sql/journal/run.sql.ts'
import { implausibleAgesSql, type PlanCountsRow, planCountsSql, planRules, planTables } from '../../sql/plan.sql.ts'
import { type Inspection, inspect } from '../inspect.ts'
import type { Engine } from '../ports.ts'
import { ageFindings } from './age-findings.ts'

/** Refusals that leave nothing to count: the tables or columns that a count would read are not there. */
export const UNCOUNTABLE = /^(missing_|cyclic_|age_|rule_|reference_|no_|not_plain|mixed_|server_too_old|row_security)/

export const plan = (engine: Engine, policy: Policy): Promise<Plan> =>
  engine.database.transaction({ mode: 'snapshot', pinnedSearchPath: true }, async (session) => {
    const { now } = await session.one(nowSql)
    return planAt(session, policy, now, await inspect(session, policy))
  })

/** The plan as of `moment`, an instant's exact text; a run gives its own. */
export async function planAt(session: Session, policy: Policy, moment: string, inspection: Inspection): Promise<Plan> {
  const { family, refusals, warnings, journal } = inspection
  const header = {
    policy: policy.name,
    hash: policyHash(policy),
    subject: qualifiedText(policy.subject),
    moment,
    cutoff: cutoffOf({ policy, moment }),
    guard: policy.guard,
  }
  if (family === null || refusals.some(({ code }) => UNCOUNTABLE.test(code)))
    return { ...header, ...NOTHING_COUNTED, refusals, warnings }
  const judgement: Judgement = { policy, family, moment, journal }
  const ages = ageFindings(policy, await session.one(implausibleAgesSql(judgement)))
  const counts = readCounts(judgement, await session.one(planCountsSql(judgement)))
  const pace = journal ? await paceOf(session, policy) : null
  return {
    ...header,
    ...counts,
    refusals: [...refusals, ...ages.refusals],
    warnings: [...warnings, ...ages.warnings],
    expectedMs: pace === null ? null : Math.round(pace * counts.eligible),
  }
}

const NOTHING_COUNTED = {
  active: 0,
  candidates: 0,
  eligible: 0,
  quarantined: 0,
  kept: {},
  related: {},
  expectedMs: null,
}

function readCounts(judgement: Judgement, row: PlanCountsRow) {
  const at = (name: string) => Number(row[name])
  return {
    active: at('active'),
    candidates: at('candidates'),
    eligible: at('eligible'),
    quarantined: at('quarantined'),
    kept: Object.fromEntries(planRules(judgement).map((name, index) => [name, at(`rule_${index}`)])),
    related: Object.fromEntries(
      planTables(judgement.family).map((each, index) => [tableText(each.shape.name), at(`related_${index}`)]),
    ),
  }
}
