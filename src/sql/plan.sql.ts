/**
 * The counts of a plan in one statement over one snapshot. Rules are joined, not probed row by row, so that the cost
 * stays that of a few scans whatever the size and whichever index is missing.
 */
import { type Family, type FamilyTable, movedTables, subjectOf } from '../core/family.ts'
import { ageInstant } from './age-instant.sql.ts'
import { candidateSql, type Judgement, quarantinedSql, type RuleSql, ruleSqls, SUBJECT } from './eligibility.sql.ts'
import { hop, pathJoins, pathsToSubject, subjectReference } from './family-path.sql.ts'
import { columnsOf } from './keys.sql.ts'
import { allOf, column, commaList, id, join, raw, type Sql, sql, table } from './tag.ts'

/** `rule_<n>` and `related_<n>` follow the order of `planRules` and `planTables`. */
export type PlanCountsRow = Readonly<Record<string, string>>

/** Names of the rules, in the order of the columns `rule_<n>`. */
export const planRules = (judgement: Judgement): readonly string[] => ruleSqls(judgement).map((rule) => rule.name)

/** Related tables whose rows move, in the order of the columns `related_<n>`. */
export const planTables = (family: Family): readonly FamilyTable[] => movedTables(family).slice(1)

export function planCountsSql(judgement: Judgement): Sql<PlanCountsRow> {
  const { family, journal } = judgement
  const { shape } = subjectOf(family)
  const rules = ruleSqls(judgement)
  const flags = rules.map((_rule, index) => id(`rule_${index}`))
  const own = columnsOf(shape, referencedBySome(family)).map(({ name }) => column(SUBJECT, name))
  return sql`with candidate as materialized (
      select ${commaList([
        ...own,
        ...rules.map((rule, index) => sql`${flag(rule, index)} as ${id(`rule_${index}`)}`),
        sql`${journal ? quarantinedSql(judgement) : raw('false')} as quarantined`,
      ])}
      from only ${table(shape.name)} ${SUBJECT} ${join(rules.map(ruleJoin), ' ')}
      where ${candidateSql(judgement)}
    ), eligible as materialized (select * from candidate where ${allOf(flags.map((each) => sql`not ${each}`))})
    select ${commaList([
      sql`(select count(*) from only ${table(shape.name)}) as active`,
      sql`(select count(*) from candidate) as candidates`,
      sql`(select count(*) from eligible) as eligible`,
      sql`(select count(*) from eligible where quarantined) as quarantined`,
      ...flags.map((each) => sql`(select count(*) from candidate where ${each}) as ${each}`),
      ...planTables(family).map((each, index) => sql`(${relatedCount(family, each)}) as ${id(`related_${index}`)}`),
    ])}`
}

/** Values of the age column that are no age: they never move, and the plan says how many there are. */
export function implausibleAgesSql({
  policy,
  family,
  moment,
}: Judgement): Sql<{ missing: string; infinite: string; future: string; newest: string | null }> {
  const { shape } = subjectOf(family)
  const [age] = columnsOf(shape, [policy.age.column])
  if (age === undefined) throw new RangeError('the age column is checked before')
  const value = column(SUBJECT, age.name)
  const finite = policy.age.unit === null ? sql`isfinite(${value})` : raw('true')
  const instant = ageInstant(policy.age, age, value)
  return sql`select count(*) filter (where ${value} is null) as missing,
      count(*) filter (where not ${finite}) as infinite,
      count(*) filter (where ${finite} and ${instant} > ${moment}::timestamptz + interval '1 day') as future,
      (max(${instant}) filter (where ${finite}))::text as newest
    from only ${table(shape.name)} ${SUBJECT}`
}

/** Columns of the subject that related tables or rules refer to. */
function referencedBySome(family: Family): readonly string[] {
  const { shape } = subjectOf(family)
  const links = family.tables.flatMap((each) => each.links).filter((link) => link.parent === 0)
  return [...new Set([...shape.key, ...links.flatMap((link) => link.references)])]
}

const flag = (rule: RuleSql, index: number): Sql =>
  rule.owners === null ? sql`(${join(rule.reasons(), ' or ')})` : sql`(${id(`owners_${index}`)}.mark is not null)`

function ruleJoin(rule: RuleSql, index: number): Sql {
  if (rule.owners === null) return raw('')
  const alias = id(`owners_${index}`)
  const on = rule.owners.on.map((name) => sql`${column(alias, name)} = ${column(SUBJECT, name)}`)
  return sql`left join (select distinct *, true as mark from (${rule.owners.rows}) o) ${alias} on ${allOf(on)}`
}

/** Rows of `each` that belong to eligible subjects, each once however many paths lead to it. */
function relatedCount(family: Family, each: FamilyTable): Sql {
  const paths = pathsToSubject(family, each)
  const keys = commaList(each.shape.key.map((name) => column(hop(0), name)))
  const onPaths = paths.map((path) => {
    const references = subjectReference(path)
    const owner = commaList(references.map((reference) => reference.owner))
    const referenced = commaList(references.map(({ subjectColumn }) => id(subjectColumn)))
    return sql`select ${keys} from ${pathJoins(family, each, path)} where (${owner}) in (select ${referenced} from eligible)`
  })
  return sql`select count(*) from (${join(onPaths, ' union ')}) related`
}
