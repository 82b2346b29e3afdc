/**
 * Asks the server which texts it cannot read as a type, without an error that would end the transaction: the block takes
 * each in a subtransaction of its own and leaves what it found in a setting of this transaction. The same on every
 * version; `pg_input_is_valid` came with 16.
 */
import { comparisonType } from './condition.sql.ts'
import { literal, raw, type Sql, sql } from './tag.ts'

/** `type` is the catalog's text. */
export type Reading = Readonly<{ type: string; value: string | number | boolean }>

/** A faulty value, one out of range, or one that a domain refuses; anything else is no fault of the value. */
const FAULTS = 'data_exception or integrity_constraint_violation'

export function readValuesSql(readings: readonly Reading[]): Sql {
  const tries = readings.map(({ type, value }, position) => {
    const text = literal(String(value)).text
    return `begin perform ${text}::${comparisonType({ type })}; exception when ${FAULTS} then found := found || ${position}; end;`
  })
  const body = `declare found integer[] := '{}'; begin ${tries.join('\n')}
    perform pg_catalog.set_config('mothball.unreadable', pg_catalog.array_to_json(found)::text, true); end`
  return sql`do${raw(' ')}${literal(body)}`
}

/** A JSON array of positions from 0. */
export const unreadableSql: Sql<{ positions: string }> =
  sql`select pg_catalog.current_setting('mothball.unreadable') as positions`
