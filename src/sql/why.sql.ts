/**
 * Why a subject is where it is. Whether it is old enough and which rules hold is asked by the very expressions that a
 * run decides by; beside each rule stands the number of rows that make it hold.
 */
import { type Family, type FamilyTable, isMoved, movedTables, parentOf, ruledTable, subjectOf } from '../core/family.ts'
import { blockRuleName } from '../core/policy.ts'
import type { Column } from '../core/table.ts'
import { ageInstant } from './age-instant.sql.ts'
import { conditionsSql } from './condition.sql.ts'
import { candidateSql, holdsSql, type Judgement, quarantinedSql, ruleSqls, SUBJECT } from './eligibility.sql.ts'
import { belongsTo, type FamilyPath, hop, pathJoins, pathsToSubject } from './family-path.sql.ts'
import { columnsOf, inKeys, type KeySet, keyText } from './keys.sql.ts'
import { allOf, column, commaList, id, join, raw, type Sql, sql, table } from './tag.ts'

/** `rule_<n>` is the number of rows behind the n-th rule, null where the rule does not hold. */
export type ActiveRow = Readonly<
  {
    key: string
    candidate: string
    age: string | null
    old_enough_at: string | null
    quarantined: string
  } & Record<string, string | null>
>

/** Names of the rules, in the order of the columns `rule_<n>`. */
export const whyRules = (judgement: Judgement): readonly string[] => ruleSqls(judgement).map(({ name }) => name)

/** What a run would make of these active subjects now. */
export function whyActiveSql(judgement: Judgement, keys: KeySet): Sql<ActiveRow> {
  const { policy, family, journal } = judgement
  const { shape } = subjectOf(family)
  const [age] = columnsOf(shape, [policy.age.column])
  if (age === undefined) throw new RangeError('the age column is checked before')
  const instant = finiteInstant(judgement, age)
  const rules = ruleSqls(judgement).map(
    (rule, index) =>
      sql`(case when ${holdsSql(rule)} then ${evidence(judgement, rule.name)} end)::text as ${id(`rule_${index}`)}`,
  )
  return sql`select ${commaList([
    sql`${keyText(SUBJECT, shape.key)} as key`,
    sql`(${candidateSql(judgement)} is true)::text as candidate`,
    sql`${instant}::text as age`,
    sql`(${instant} + make_interval(secs => ${policy.age.days * 86_400}::float8))::text as old_enough_at`,
    sql`${journal ? quarantinedSql(judgement) : raw('false')}::text as quarantined`,
    ...rules,
  ])} from only ${table(shape.name)} ${SUBJECT} where ${inKeys(SUBJECT, shape.key, keys, shape)}`
}

/** The age as an instant, null where it is missing or infinite. */
function finiteInstant({ policy }: Judgement, age: Column): Sql {
  const instant = ageInstant(policy.age, age, column(SUBJECT, age.name))
  return sql`(case when isfinite(${instant}) then ${instant} end)`
}

/** How many rows make the rule hold. One for a rule of the subject's own columns and for what the journal says. */
function evidence({ policy, family, moment }: Judgement, name: string): Sql {
  const rule = policy.keep.find((each) => each.name === name)
  const related =
    rule === undefined
      ? family.tables.find((each) => each.action === 'block' && blockRuleName(each.shape.name) === name)
      : rule.relation === null
        ? undefined
        : ruledTable(policy, family, rule.relation)
  if (related === undefined) return raw('1')
  const conditions = conditionsSql({ policy, moment, shape: related.shape, alias: hop(0) }, rule?.where ?? [])
  return countOnPaths(family, related, pathsToSubject(family, related), conditions)
}

/** Each row once, however many paths lead to it. */
function countOnPaths(family: Family, related: FamilyTable, paths: readonly FamilyPath[], conditions: Sql): Sql {
  const keys = commaList(related.shape.key.map((name) => column(hop(0), name)))
  const onPaths = paths.map(
    (path) =>
      sql`select ${keys} from ${pathJoins(family, related, path)} where ${allOf([belongsTo(path, SUBJECT), conditions])}`,
  )
  return sql`(select count(*) from (${join(onPaths, ' union ')}) e)`
}

/** `related_<n>` is the number of archived rows of the n-th of `archivedTables`. */
export type ArchivedRow = Readonly<
  {
    key: string
    archived_at: string | null
    archived_by: string | null
    archive_reason: string | null
    batch: string | null
    run: string | null
    cutoff: string | null
  } & Record<string, string | null>
>

/** Related tables whose rows move and whose archives `readable` says can be read, in the order of `related_<n>`. */
export const archivedTables = (family: Family, readable: (table: FamilyTable) => boolean): readonly FamilyTable[] =>
  movedTables(family).filter((each) => each.action !== 'subject' && readable(each))

/** How these archived subjects came to be there, and what came along with each. */
export function whyArchivedSql(family: Family, keys: KeySet, related: readonly FamilyTable[]): Sql<ArchivedRow> {
  const { shape, archive } = subjectOf(family)
  const counts = related.map(
    (each, index) => sql`${archivedCount(family, each, related)}::text as ${id(`related_${index}`)}`,
  )
  return sql`select ${commaList([
    sql`${keyText(SUBJECT, shape.key)} as key`,
    raw(`s.archived_at::text as archived_at, s.archived_by, s.archive_reason, s.archive_batch::text as batch,
      b.run_id::text as run, r.cutoff::text as cutoff`),
    ...counts,
  ])} from only ${table(archive)} ${SUBJECT}
    left join mothball.batch b on b.id = s.archive_batch left join mothball.run r on r.id = b.run_id
    where ${inKeys(SUBJECT, shape.key, keys, shape)}`
}

/** The same paths, through the archive tables; a path over a table that stays active leads nowhere there. */
function archivedCount(family: Family, each: FamilyTable, readable: readonly FamilyTable[]): Sql {
  const archived: Family = {
    tables: family.tables.map((other) => ({ ...other, shape: { ...other.shape, name: other.archive } })),
  }
  const own = archived.tables[family.tables.indexOf(each)]
  const isWhole = (path: FamilyPath) =>
    path.every(
      (link) => link.parent === 0 || (isMoved(parentOf(family, link)) && readable.includes(parentOf(family, link))),
    )
  const paths = own === undefined ? [] : pathsToSubject(archived, own).filter(isWhole)
  return own === undefined || paths.length === 0 ? raw('0') : countOnPaths(archived, own, paths, raw('true'))
}
