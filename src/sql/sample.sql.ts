/** A few of those whom a plan counts, in the order of their keys: judged by the very expressions of the plan. */
import { subjectOf } from '../core/family.ts'
import { ageInstant } from './age-instant.sql.ts'
import {
  candidateSql,
  holdsSql,
  type Judgement,
  notKeptSql,
  quarantinedSql,
  type RuleSql,
  ruleSqls,
  SUBJECT,
} from './eligibility.sql.ts'
import { columnsOf, keyText } from './keys.sql.ts'
import { allOf, column, commaList, raw, type Sql, sql, table } from './tag.ts'

export type SampleRow = Readonly<{ key: string; age: string }>

/** `rule`: candidates whom it keeps; null: those whom a run would move. Null where the policy has no such rule. */
export function sampleSql(judgement: Judgement, rule: string | null, limit: number): Sql<SampleRow> | null {
  const { policy, family, journal } = judgement
  const { shape } = subjectOf(family)
  const [age] = columnsOf(shape, [policy.age.column])
  if (age === undefined) throw new RangeError('the age column is checked before')
  const keeping = rule === null ? null : ruleSqls(judgement).find(({ name }) => name === rule)
  if (keeping === undefined) return null
  const which =
    keeping === null
      ? [notKeptSql(judgement), ...(journal ? [sql`not ${quarantinedSql(judgement)}`] : [])]
      : [keptBy(keeping)]
  const order = commaList(shape.key.map((name) => column(SUBJECT, name)))
  return sql`select ${keyText(SUBJECT, shape.key)} as key,
      ${ageInstant(policy.age, age, column(SUBJECT, age.name))}::text as age
    from only ${table(shape.name)} ${SUBJECT}
    where ${allOf([candidateSql(judgement), ...which])} order by ${order} limit ${limit}::bigint`
}

/** By the rows that make it hold, where there are such: few of them in a large table are found without walking through it. */
function keptBy(rule: RuleSql): Sql {
  if (rule.owners === null) return holdsSql(rule)
  const own = commaList(rule.owners.on.map((name) => column(SUBJECT, name)))
  const owners = commaList(rule.owners.on.map((name) => column(raw('o'), name)))
  return sql`(${own}) in (select ${owners} from (${rule.owners.rows}) o)`
}
