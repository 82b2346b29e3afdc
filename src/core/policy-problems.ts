/**
 * What a well-formed policy can still get wrong between its own fields: names used twice, rules about unknown
 * relations, an archive that is its own source, a purge of meaning in a condition. Pure; the database comes later.
 */
import { nameProblem, qualifiedText, sameTable, type TableName } from './names.ts'
import { archiveName, BUILT_IN_RULES, blockRuleName, type Condition, type Policy, type Relation } from './policy.ts'
import { tierViewName } from './tier-view.ts'

/** One thing that is wrong: where, and what. */
export type Problem = Readonly<{ field: string; problem: string }>

export function policyProblems(policy: Policy, path: string): readonly Problem[] {
  const at = (field: string, problem: string): Problem => ({ field: `${path}.${field}`, problem })
  return [
    ...tableProblems(policy).map(([field, problem]) => at(field, problem)),
    ...relationProblems(policy).map(([field, problem]) => at(field, problem)),
    ...ruleProblems(policy).map(([field, problem]) => at(field, problem)),
    ...probeProblems(policy).map(([field, problem]) => at(field, problem)),
  ]
}

/** Two policies for one table would each move rows that the other counts on. */
export function policySetProblems(policies: readonly Policy[]): readonly Problem[] {
  return policies.flatMap((policy, index) => {
    const others = policies.slice(0, index)
    return [
      ...(others.some((other) => other.name === policy.name)
        ? [{ field: `policies[${index}].name`, problem: `${policy.name} is used twice` }]
        : []),
      ...(others.some((other) => sameTable(other.subject, policy.subject))
        ? [{ field: `policies[${index}].subject`, problem: `another policy is about ${qualifiedText(policy.subject)}` }]
        : []),
    ]
  })
}

type Finding = readonly [field: string, problem: string]

function tableProblems(policy: Policy): readonly Finding[] {
  const sources = [policy.subject, ...policy.relations.map((relation) => relation.table)]
  const findings: Finding[] = []
  for (const source of sources) {
    const archive = archiveName(source, policy.archiveSuffix)
    const problem = nameProblem(archive.table)
    if (problem !== null) findings.push(['archiveSuffix', `${archive.table} ${problem}`])
    if (sources.some((other) => sameTable(other, archive)))
      findings.push(['archiveSuffix', `${qualifiedText(archive)} is both a source and an archive table`])
  }
  if (policy.views) findings.push(...viewProblems(sources))
  if (sources.some((source) => sameTable(source, policy.logTable)))
    findings.push(['logTable', `${qualifiedText(policy.logTable)} is a table of the family`])
  return findings
}

const viewProblems = (sources: readonly TableName[]): readonly Finding[] =>
  sources.map(tierViewName).flatMap((view): readonly Finding[] => {
    const problem = nameProblem(view.table)
    const isSource = sources.some((other) => sameTable(other, view))
    return [
      ...(problem === null ? [] : [['views', `${view.table} ${problem}`] as const]),
      ...(isSource ? [['views', `${qualifiedText(view)} is both a source and a view`] as const] : []),
    ]
  })

function relationProblems(policy: Policy): readonly Finding[] {
  const byName = new Map(policy.relations.map((relation) => [relation.name, relation]))
  return policy.relations.flatMap((relation, index) => {
    const field = `relations[${index}]`
    const findings: Finding[] = []
    if (policy.relations.findIndex((other) => other.name === relation.name) !== index)
      findings.push([`${field}.name`, `${relation.name} is used twice`])
    if (sameTable(relation.table, policy.subject))
      findings.push([`${field}.table`, 'is the subject table; a table that belongs to itself is not supported'])
    if (relation.parent !== null && !byName.has(relation.parent))
      findings.push([`${field}.parent`, `there is no relation ${relation.parent}`])
    else if (isCircular(relation, byName)) findings.push([`${field}.parent`, 'the relations form a cycle'])
    if (
      relation.columns !== null &&
      relation.references !== null &&
      relation.columns.length !== relation.references.length
    )
      findings.push([`${field}.references`, `has ${relation.references.length} columns for ${relation.columns.length}`])
    const twin = policy.relations.find(
      (other) => sameTable(other.table, relation.table) && other.action !== relation.action,
    )
    if (twin !== undefined) findings.push([`${field}.action`, `${relation.table.table} is also ${twin.action}`])
    return findings
  })
}

function isCircular(relation: Relation, byName: ReadonlyMap<string, Relation>): boolean {
  const seen = new Set<string>()
  for (
    let at: Relation | undefined = relation;
    at !== undefined;
    at = at.parent === null ? undefined : byName.get(at.parent)
  ) {
    if (seen.has(at.name)) return true
    seen.add(at.name)
  }
  return false
}

function ruleProblems(policy: Policy): readonly Finding[] {
  const reserved = new Set<string>([
    ...Object.values(BUILT_IN_RULES),
    ...policy.relations
      .filter((relation) => relation.action === 'block')
      .map((relation) => blockRuleName(relation.table)),
  ])
  const relations = new Set(policy.relations.map((relation) => relation.name))
  return policy.keep.flatMap((rule, index) => {
    const field = `keep[${index}]`
    const findings: Finding[] = []
    if (reserved.has(rule.name)) findings.push([`${field}.name`, `${rule.name} is a built-in rule`])
    if (policy.keep.findIndex((other) => other.name === rule.name) !== index)
      findings.push([`${field}.name`, `${rule.name} is used twice`])
    if (rule.relation !== null && !relations.has(rule.relation))
      findings.push([`${field}.relation`, `there is no relation ${rule.relation}`])
    if (rule.relation === null && rule.where.length === 0)
      findings.push([`${field}.where`, 'is empty, so the rule would keep every subject'])
    rule.where.forEach((condition, at) => {
      const problem = conditionProblem(condition)
      if (problem !== null) findings.push([`${field}.where[${at}].value`, problem])
    })
    return findings
  })
}

/** A second command behind a semicolon would be refused by the server, each night anew. */
const probeProblems = ({ probes }: Policy): readonly Finding[] =>
  probes.flatMap(({ name, sql }, index) => [
    ...(probes.findIndex((other) => other.name === name) !== index
      ? [[`probes[${index}].name`, `${name} is used twice`] as const]
      : []),
    ...(/^(select|with|values|table)\b/i.test(sql) ? [] : [[`probes[${index}].sql`, 'is not a query'] as const]),
    ...(sql.endsWith(';') ? [[`probes[${index}].sql`, 'ends in a semicolon'] as const] : []),
  ])

function conditionProblem({ operator, value }: Condition): string | null {
  const isList = Array.isArray(value)
  if (operator === 'is null' || operator === 'is not null') return value === null ? null : `${operator} takes no value`
  if (operator === 'in' || operator === 'not in') return isList ? null : `${operator} takes a list`
  if (value === null) return `${operator} takes a value; for NULL use is null`
  return isList ? `${operator} takes one value, not a list` : null
}
