/**
 * Who is a candidate (older than the cutoff), which keep rules hold, and so who is eligible. One definition serves
 * the plan, the scan, the re-check under locks, and the answer to "why": they cannot disagree.
 */
import { type Family, type FamilyTable, ruledTable, subjectOf } from '../core/family.ts'
import { daysBefore, instantText } from '../core/instant.ts'
import { qualifiedText } from '../core/names.ts'
import { BUILT_IN_RULES, blockRuleName, type Condition, type KeepRule, type Policy } from '../core/policy.ts'
import { conditionsSql } from './condition.sql.ts'
import { belongsTo, type FamilyPath, hop, pathJoins, pathsToSubject, subjectReference } from './family-path.sql.ts'
import { instantFor, isFiniteSql } from './instant.sql.ts'
import { openHoldsSql } from './journal/hold.sql.ts'
import { columnsOf, keyText } from './keys.sql.ts'
import { allOf, anyOf, column, commaList, id, join, raw, type Sql, sql } from './tag.ts'

/** What eligibility is judged by: the policy, its family, and the one moment of the run (an instant's exact text). */
export type Judgement = Readonly<{
  policy: Policy
  family: Family
  moment: string
  /** False before the first `migrate`: holds and restores cannot be asked for yet. */
  journal: boolean
}>

/** The subject's row in every statement that judges. */
export const SUBJECT: Sql = raw('s')

/** Limits the rows of a related table that a rule reads to those that can matter; null: no limit for this column. */
export type Restriction = (owner: Sql, subjectColumn: string) => Sql | null

/** `rows` select one column `owner`, which holds the subject's column `on`. */
type OwnerSet = Readonly<{ rows: Sql; on: string }>

/** A keep rule in SQL, in its forms. */
export type RuleSql = Readonly<{
  name: string
  /** The rule holds for the subject row `s` when any of these is true. Kept apart, because the planner makes an anti-join of each. */
  reasons: (restriction?: Restriction) => readonly Sql[]
  /** Subjects for which the rule holds, by the subject's columns `on`; null where the rule reads the subject itself. */
  owners: Readonly<{ rows: Sql; on: readonly string[] }> | null
  /** Owners of such rows within the restriction, a set for each path; null where it does not reach one of them. */
  ownersWithin: (restriction: Restriction) => readonly OwnerSet[] | null
}>

/** The moment less the policy's days, of 24 hours each; an instant's exact text. */
export const cutoffOf = ({ policy, moment }: Pick<Judgement, 'policy' | 'moment'>): string =>
  instantText(daysBefore(moment, policy.age.days))

/** Strictly older than the cutoff. NULL is no age, and neither is an infinity. */
export function candidateSql(judgement: Judgement): Sql {
  const { age } = judgement.policy
  const [shape] = columnsOf(subjectOf(judgement.family).shape, [age.column])
  if (shape === undefined) throw new RangeError('the age column is checked before')
  const value = column(SUBJECT, age.column)
  return sql`${value} < ${instantFor(shape, age, '<', daysBefore(judgement.moment, age.days))} and ${isFiniteSql(value, shape)}`
}

/** Every keep rule of the policy, those of option C, and the built-in ones, in the order in which they are shown. */
export function ruleSqls(judgement: Judgement): readonly RuleSql[] {
  const { policy, family, journal } = judgement
  const blocking = family.tables.filter((each) => each.action === 'block')
  return [
    ...policy.keep.flatMap((rule) => policyRule(judgement, rule)),
    ...blocking.map((each) => relatedRule(judgement, blockRuleName(each.shape.name), each, [])),
    ...(journal ? [holdRule(judgement), restoredRule(judgement)] : []),
  ]
}

/** No keep rule holds. */
export const notKeptSql = (judgement: Judgement, restriction?: Restriction): Sql =>
  allOf(ruleSqls(judgement).flatMap((rule) => rule.reasons(restriction).map((reason) => sql`not ${reason}`)))

/** `with` goes before the statement that asks `where`; null where there is nothing to gather first. */
export type NotKept = Readonly<{ with: Sql | null; where: Sql }>

/**
 * No keep rule holds, for subjects of a range: the owners in it that a rule keeps are gathered once, so that the cost
 * is that of the range, whatever the planner makes of the rest.
 */
export function notKeptWithin(judgement: Judgement, restriction: Restriction): NotKept {
  const rules = ruleSqls(judgement).map((rule) => ({ rule, sets: rule.ownersWithin(restriction) }))
  const sets = rules.flatMap((each) => each.sets ?? []).map((set, index) => ({ ...set, name: raw(`kept_${index}`) }))
  const others = rules.flatMap(({ rule, sets: own }) => (own === null ? rule.reasons(restriction) : []))
  const isKept = sets.map(
    ({ name, on }) => sql`exists (select from ${name} where ${name}.owner = ${column(SUBJECT, on)})`,
  )
  return {
    with: sets.length === 0 ? null : commaList(sets.map(({ rows, name }) => sql`${name} as materialized (${rows})`)),
    where: allOf([...others, ...isKept].map((reason) => sql`not ${reason}`)),
  }
}

/** The rule holds, as one value; for answers about a few subjects. */
export const holdsSql = (rule: RuleSql): Sql => anyOf(rule.reasons())

/** The subject waits in quarantine until someone has looked at its failure. */
export const quarantinedSql = (judgement: Judgement): Sql =>
  journalSays(judgement, sql`mothball.failure j`, ofSubject(judgement, sql`j.resolved_at is null`))

function policyRule(judgement: Judgement, rule: KeepRule): readonly RuleSql[] {
  const { family, policy, moment } = judgement
  if (rule.relation === null) {
    const { shape } = subjectOf(family)
    const holds = conditionsSql({ policy, moment, shape, alias: SUBJECT }, rule.where)
    return [
      { name: rule.name, reasons: () => [sql`coalesce(${holds}, false)`], owners: null, ownersWithin: () => null },
    ]
  }
  const related = ruledTable(policy, family, rule.relation)
  // An optional relation that is missing takes its rules along; the plan has said so.
  return related === undefined ? [] : [relatedRule(judgement, rule.name, related, rule.where)]
}

/** A row of `related`, reached on any path, meets every condition. */
function relatedRule(judgement: Judgement, name: string, related: FamilyTable, where: readonly Condition[]): RuleSql {
  const { family, policy, moment } = judgement
  const paths = pathsToSubject(family, related)
  const conditions = conditionsSql({ policy, moment, shape: related.shape, alias: hop(0) }, where)
  return {
    name,
    reasons: (restriction) => paths.map((path) => existsOnPath(family, related, path, conditions, restriction)),
    owners: {
      rows: join(
        paths.map((path) => ownersOnPath(family, related, path, conditions)),
        ' union ',
      ),
      on: subjectReference(paths[0] ?? []).map(({ subjectColumn }) => subjectColumn),
    },
    ownersWithin: (restriction) => {
      const sets = paths.flatMap((path) => ownersOnPathWithin(family, related, path, conditions, restriction) ?? [])
      return sets.length === paths.length ? sets : null
    },
  }
}

function existsOnPath(
  family: Family,
  related: FamilyTable,
  path: FamilyPath,
  conditions: Sql,
  restriction?: Restriction,
): Sql {
  const limits = subjectReference(path).flatMap(({ owner, subjectColumn }) => restriction?.(owner, subjectColumn) ?? [])
  return sql`exists (select from ${pathJoins(family, related, path)}
    where ${allOf([belongsTo(path, SUBJECT), conditions, ...limits])})`
}

/** Null where the path ends in several columns, or in one that the restriction does not know. */
function ownersOnPathWithin(
  family: Family,
  related: FamilyTable,
  path: FamilyPath,
  conditions: Sql,
  restriction: Restriction,
): OwnerSet | null {
  const [end, ...more] = subjectReference(path)
  const limit = end === undefined || more.length > 0 ? null : restriction(end.owner, end.subjectColumn)
  if (end === undefined || limit === null) return null
  const rows = sql`select ${end.owner} as owner from ${pathJoins(family, related, path)} where ${allOf([conditions, limit])}`
  return { rows, on: end.subjectColumn }
}

function ownersOnPath(family: Family, related: FamilyTable, path: FamilyPath, conditions: Sql): Sql {
  const owners = subjectReference(path).map(({ owner, subjectColumn }) => sql`${owner} as ${id(subjectColumn)}`)
  return sql`select distinct ${commaList(owners)} from ${pathJoins(family, related, path)} where ${conditions}`
}

function holdRule(judgement: Judgement): RuleSql {
  const { rows, where } = openHoldsSql(raw('j'), qualifiedText(judgement.policy.subject))
  return {
    name: BUILT_IN_RULES.hold,
    reasons: () => [journalSays(judgement, rows, where)],
    owners: null,
    ownersWithin: () => null,
  }
}

const restoredRule = (judgement: Judgement): RuleSql => ({
  name: BUILT_IN_RULES.restored,
  reasons: () => [
    journalSays(
      judgement,
      sql`mothball.keep_until j`,
      ofSubject(judgement, sql`j.until > ${judgement.moment}::timestamptz`),
    ),
  ],
  owners: null,
  ownersWithin: () => null,
})

/**
 * The journal has a row about the subject row `s`. Whether it has any for this table at all is asked once for the
 * statement: on most nights it has none, and no key is turned into text.
 */
function journalSays({ family }: Judgement, rows: Sql, about: Sql): Sql {
  const key = keyText(SUBJECT, subjectOf(family).shape.key)
  return sql`(exists (select from ${rows} where ${about}) and exists (select from ${rows} where ${about} and j.subject_key = ${key}))`
}

const ofSubject = ({ policy }: Judgement, condition: Sql): Sql =>
  sql`j.subject = ${qualifiedText(policy.subject)} and ${condition}`
