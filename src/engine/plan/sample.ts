/** A few customers behind a plan's figure, masked: who would move, or whom a keep rule keeps. Writes nothing. */
import { MothballError } from '../../core/errors/index.ts'
import { masked } from '../../core/mask.ts'
import type { Policy } from '../../core/policy.ts'
import { MOST_SAMPLED, type Sample } from '../../core/sample.ts'
import type { Judgement } from '../../sql/eligibility.sql.ts'
import { nowSql } from '../../sql/journal/run.sql.ts'
import { planRules } from '../../sql/plan.sql.ts'
import { sampleSql } from '../../sql/sample.sql.ts'
import { contactsIn } from '../find/contacts.ts'
import { knownFamily } from '../find/known-family.ts'
import { requireUnrefused } from '../inspect.ts'
import type { Engine } from '../ports.ts'
import { UNCOUNTABLE } from './plan.ts'

export type SampleOptions = Readonly<{ rule?: string | null | undefined; limit?: number | undefined }>

const DEFAULT_LIMIT = 5

/** Throws `option_invalid` for a rule that the policy has not, `plan_refused` where nothing can be judged. */
export const sample = (
  { database }: Engine,
  policy: Policy,
  { rule = null, limit = DEFAULT_LIMIT }: SampleOptions = {},
): Promise<Sample> =>
  database.transaction({ mode: 'snapshot', pinnedSearchPath: true }, async (session) => {
    const inspection = await knownFamily(database, session, policy)
    const { family, journal, refusals } = inspection
    requireUnrefused(
      policy,
      refusals.filter(({ code }) => UNCOUNTABLE.test(code)),
    )
    const { now } = await session.one(nowSql)
    const judgement: Judgement = { policy, family, moment: now, journal }
    const query = sampleSql(judgement, rule, Math.min(limit, MOST_SAMPLED))
    if (query === null) {
      const problem = `is no keep rule of ${policy.name}; it has ${planRules(judgement).join(', ')}`
      throw new MothballError('option_invalid', { option: 'rule', problem })
    }
    const rows = await session.rows(query)
    const keys = rows.map(({ key }) => key)
    const contacts = await contactsIn(session, policy, inspection, keys, 'active')
    return {
      policy: policy.name,
      rule,
      moment: now,
      customers: rows.map(({ key, age }) => ({
        key,
        age,
        contacts: (contacts.get(key) ?? []).map(({ kind, column, value }) => ({ column, value: masked(kind, value) })),
      })),
    }
  })
