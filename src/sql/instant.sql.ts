/**
 * An instant of the run in the terms of a column: timestamptz as it is, timestamp and date in the declared zone, a
 * bigint in the declared epoch unit, rounded to the side on which a comparison with whole numbers stays exact.
 */
import type { Condition, TimeColumn } from '../core/policy.ts'
import type { Column } from '../core/table.ts'
import { raw, type Sql, sql } from './tag.ts'

const SECONDS_PER_DAY = 86_400

/** `moment` is an instant's exact text; days are days of 24 hours, whatever a zone's clocks do. */
export const daysBefore = (moment: string, days: number): Sql =>
  sql`(${moment}::timestamptz - pg_catalog.make_interval(secs => ${days * SECONDS_PER_DAY}::float8))`

/** The instant as a value that `column` can be compared with by `operator`. */
export function instantFor(
  column: Column,
  time: Pick<TimeColumn, 'unit' | 'zone'>,
  operator: Condition['operator'],
  instant: Sql,
): Sql {
  if (time.unit !== null) return epoch(instant, time.unit, operator)
  if (column.type.startsWith('timestamp') && column.type.endsWith('without time zone'))
    return sql`(${instant} at time zone ${time.zone ?? 'UTC'})`
  if (column.type === 'date') return sql`(${instant} at time zone ${time.zone ?? 'UTC'})::date`
  return instant
}

/** n < x is n < ceil(x) and n > x is n > floor(x) for whole n: no value is judged by a rounded instant. */
function epoch(instant: Sql, unit: 'epoch_ms' | 'epoch_s', operator: Condition['operator']): Sql {
  const round = raw(operator === '<' || operator === '>=' ? 'ceil' : 'floor')
  const factor = raw(unit === 'epoch_ms' ? '1000' : '1')
  return sql`pg_catalog.${round}(extract(epoch from ${instant}) * ${factor})::bigint`
}

/** Values of this column that are no moment in time: infinities. Whole numbers have none. */
export const isFiniteSql = (value: Sql, column: Column): Sql =>
  /^(timestamp|date)/.test(column.type) ? sql`isfinite(${value})` : raw('true')
