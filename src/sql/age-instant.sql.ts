/** A stored age as an instant, whatever its column's type; the other way round is `instant.sql.ts`. */
import type { TimeColumn } from '../core/policy.ts'
import type { Column } from '../core/table.ts'
import { raw, type Sql, sql } from './tag.ts'

/** Infinite where an epoch is beyond what a timestamp holds. */
export function ageInstant({ unit, zone }: TimeColumn, { type }: Column, value: Sql): Sql {
  if (unit !== null) {
    const seconds = sql`${value}${raw(unit === 'epoch_ms' ? '::float8 / 1000' : '::float8')}`
    return sql`case when abs(${seconds}) < 1e11 then to_timestamp(${seconds}) else timestamptz 'infinity' end`
  }
  return type.endsWith('without time zone') || type === 'date'
    ? sql`(${value}::timestamp at time zone ${zone ?? 'UTC'})`
    : value
}
