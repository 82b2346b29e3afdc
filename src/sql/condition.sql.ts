/**
 * One structured condition in SQL. Doubt keeps: `<>` is true for NULL, and a date counts as its whole day. The value
 * is bound and takes the column's own type; nothing of a policy's text ever becomes SQL.
 */
import { daysBefore } from '../core/instant.ts'
import type { Condition, ConditionValue, Policy } from '../core/policy.ts'
import { type Column, columnOf, type TableShape, withoutLength } from '../core/table.ts'
import { instantFor } from './instant.sql.ts'
import { allOf, column, raw, type Sql, sql } from './tag.ts'

type Context = Readonly<{ policy: Policy; moment: string; shape: TableShape; alias: Sql }>

/** Every condition holds for the row `alias`; true where there is no condition. */
export const conditionsSql = (context: Context, conditions: readonly Condition[]): Sql =>
  allOf(conditions.map((condition) => conditionSql(context, condition)))

function conditionSql(context: Context, condition: Condition): Sql {
  const shape = columnOf(context.shape, condition.column)
  if (shape === undefined) throw new RangeError(`${context.shape.name.table} has no column ${condition.column}`)
  const own = column(context.alias, condition.column)
  const { operator, value } = condition
  if (operator === 'is null' || operator === 'is not null') return sql`${own} ${raw(operator)}`
  if (Array.isArray(value)) return listSql(own, shape, operator, value)
  if (isRelative(value))
    return sql`${own} ${raw(wholeDay(shape, operator))} ${relativeSql(context, condition, shape, value)}`
  const bound = sql`${String(value)}::${raw(comparisonType(shape))}`
  if (operator === '<>') return sql`${own} is distinct from ${bound}`
  return sql`${own} ${raw(operator)} ${bound}`
}

function listSql(own: Sql, shape: Column, operator: Condition['operator'], values: readonly (string | number)[]): Sql {
  const list = sql`${values.map(String)}::${raw(comparisonType(shape))}[]`
  return operator === 'in' ? sql`${own} = any(${list})` : sql`(${own} is null or ${own} <> all(${list}))`
}

type Relative = Readonly<{ ago: number }> | Readonly<{ ahead: number }>

const isRelative = (value: ConditionValue | readonly (string | number)[] | null): value is Relative =>
  typeof value === 'object' && value !== null && ('ago' in value || 'ahead' in value)

function relativeSql(context: Context, condition: Condition, shape: Column, value: Relative): Sql {
  const days = 'ago' in value ? value.ago : -value.ahead
  const time = { unit: condition.unit, zone: condition.zone ?? context.policy.age.zone }
  return instantFor(shape, time, condition.operator, daysBefore(context.moment, days))
}

/** A date stands for 24 hours: one that could lie on the keeping side counts as if it did. */
function wholeDay(shape: Column, operator: Condition['operator']): string {
  if (shape.type !== 'date') return operator
  if (operator === '>') return '>='
  return operator === '<' ? '<=' : operator
}

/** The column's type without its length: a cast to varchar(3) would cut the value that it is compared with. */
export function comparisonType({ type }: Pick<Column, 'type'>): string {
  if (type.startsWith('character(')) return 'bpchar'
  return type.startsWith('bit(') ? type : withoutLength(type)
}
