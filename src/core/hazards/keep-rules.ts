/** Every column that a keep rule reads exists, and those compared with a moment have one meaning. */
import { type FamilyTable, ruledTable, subjectOf } from '../family.ts'
import type { Finding, Findings } from '../finding.ts'
import { tableText } from '../names.ts'
import type { Condition, Policy } from '../policy.ts'
import { columnOf, type TableShape } from '../table.ts'
import { type HazardInput, refuse } from './hazard.ts'
import { timeColumnProblem } from './time-column.ts'

export const keepRuleHazards = ({ policy, family }: HazardInput): Findings =>
  refuse(
    policy.keep.flatMap((rule, index) => {
      const table: FamilyTable | undefined =
        rule.relation === null ? subjectOf(family) : ruledTable(policy, family, rule.relation)
      // A relation that was left out has been reported, and its rules go with it.
      if (table === undefined) return []
      return rule.where.flatMap(
        (condition, at) => conditionProblem(policy, table.shape, condition, `keep[${index}].where[${at}]`) ?? [],
      )
    }),
  )

function conditionProblem(policy: Policy, shape: TableShape, condition: Condition, field: string): Finding | null {
  const object = `${tableText(shape.name)}.${condition.column}`
  if (columnOf(shape, condition.column) === undefined)
    return {
      code: 'rule_column_missing',
      object,
      message: `${object} does not exist, and a keep rule reads it`,
      hint: `Correct ${field}.column of the policy.`,
    }
  if (!isRelative(condition)) return null
  // A rule's own zone goes before the policy's.
  return timeColumnProblem(shape, { ...condition, zone: condition.zone ?? policy.age.zone }, field)
}

const isRelative = ({ value }: Condition): boolean =>
  value !== null && typeof value === 'object' && ('ago' in value || 'ahead' in value)
