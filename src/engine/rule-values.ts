/** What a policy compares with can be read as what it is compared with; else the policy is refused, not the statement. */
import { z } from 'zod'
import type { Family } from '../core/family.ts'
import type { Finding } from '../core/finding.ts'
import type { Policy } from '../core/policy.ts'
import { ruleValues, wrongValue } from '../core/rule-value.ts'
import type { Session } from '../db/database.ts'
import { readValuesSql, unreadableSql } from '../sql/rule-value.sql.ts'

const positions = z.array(z.number())

/** Costs two statements where a rule compares with something else than texts, and nothing elsewhere. */
export async function ruleValueFindings(session: Session, policy: Policy, family: Family): Promise<readonly Finding[]> {
  const values = ruleValues(policy, family)
  if (values.length === 0) return []
  const [, row] = await Promise.all([session.execute(readValuesSql(values)), session.one(unreadableSql)])
  return positions.parse(JSON.parse(row.positions)).flatMap((at) => {
    const value = values[at]
    return value === undefined ? [] : [wrongValue(value)]
  })
}
