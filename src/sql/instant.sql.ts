/**
 * An instant of the run in the terms of a column: timestamptz as it is, timestamp and date in the declared zone, a
 * bigint in the declared epoch unit, rounded to the side on which a comparison with whole numbers stays exact.
 */
import { dividedDown, instantText } from '../core/instant.ts'
import type { Condition, TimeColumn } from '../core/policy.ts'
import type { Column } from '../core/table.ts'
import { raw, type Sql, sql } from './tag.ts'

/**
 * The instant, in microseconds since 1970, as a value that `column` can be compared with by `operator`. Bound and not
 * computed: the server would compute it again for every row.
 */
export function instantFor(
  column: Column,
  time: Pick<TimeColumn, 'unit' | 'zone'>,
  operator: Condition['operator'],
  microseconds: bigint,
): Sql {
  if (time.unit !== null) return epoch(microseconds, time.unit, operator)
  const instant = sql`${instantText(microseconds)}::timestamptz`
  if (column.type.startsWith('timestamp') && column.type.endsWith('without time zone'))
    return sql`(${instant} at time zone ${time.zone ?? 'UTC'})`
  if (column.type === 'date') return sql`(${instant} at time zone ${time.zone ?? 'UTC'})::date`
  return instant
}

/** n < x is n < ceil(x) and n > x is n > floor(x) for whole n: no value is judged by a rounded instant. */
function epoch(microseconds: bigint, unit: 'epoch_ms' | 'epoch_s', operator: Condition['operator']): Sql {
  const size = unit === 'epoch_ms' ? 1000n : 1_000_000n
  const isRoundedUp = operator === '<' || operator === '>='
  const whole = isRoundedUp ? -dividedDown(-microseconds, size) : dividedDown(microseconds, size)
  return sql`${String(whole)}::bigint`
}

/** Values of this column that are no moment in time: infinities. Whole numbers have none. */
export const isFiniteSql = (value: Sql, column: Column): Sql =>
  /^(timestamp|date)/.test(column.type) ? sql`isfinite(${value})` : raw('true')
