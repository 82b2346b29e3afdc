/**
 * The literal values of a policy's keep rules, each with the column that it is compared with. Whether a text can be read
 * as that column's type only the server knows; what is said when it cannot is said here. Pure.
 */
import { type Family, ruledTable, subjectOf } from './family.ts'
import type { Finding } from './finding.ts'
import { tableText } from './names.ts'
import type { Condition, Policy } from './policy.ts'
import { columnOf } from './table.ts'

export type RuleValue = Readonly<{
  /** As in the policy: `keep[0].where[1].value`, or an element of a list. */
  field: string
  /** `calls.status`. */
  object: string
  /** The column's, as the catalog prints it. */
  type: string
  value: string | number | boolean
}>

/** Every text can be read as one of these. */
const TEXTS = /^(text|name|character varying|character|bpchar)(\(\d+\))?$/

/** Those that could be wrong. A column that is not there is the hazards' business. */
export const ruleValues = (policy: Policy, family: Family): readonly RuleValue[] =>
  policy.keep.flatMap((rule, index) => {
    const table = rule.relation === null ? subjectOf(family) : ruledTable(policy, family, rule.relation)
    return rule.where.flatMap((condition, at) => {
      const column = table === undefined ? undefined : columnOf(table.shape, condition.column)
      if (table === undefined || column === undefined || TEXTS.test(column.type)) return []
      const object = `${tableText(table.shape.name)}.${column.name}`
      return valuesOf(condition, `keep[${index}].where[${at}].value`).map((each) => ({
        ...each,
        object,
        type: column.type,
      }))
    })
  })

function valuesOf({ value }: Condition, field: string): readonly Pick<RuleValue, 'field' | 'value'>[] {
  if (isLiteral(value)) return [{ field, value }]
  return Array.isArray(value)
    ? value.filter(isLiteral).map((each, at) => ({ field: `${field}[${at}]`, value: each }))
    : []
}

const isLiteral = (value: unknown): value is RuleValue['value'] =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'

export const wrongValue = ({ field, object, type, value }: RuleValue): Finding => ({
  code: 'rule_value_invalid',
  object,
  message: `${field} is a ${nounOf(value)} that cannot be read as ${type}, the type of ${object}`,
  hint: `Write a value of type ${type} in ${field} of the policy.`,
})

const nounOf = (value: RuleValue['value']): string => (typeof value === 'string' ? 'text' : typeof value)
