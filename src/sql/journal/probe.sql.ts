/** The journal's series of probes and sizes. */
import { type Sql, sql } from '../tag.ts'

export type ProbeReading = Readonly<{
  policy: string
  run: number
  phase: 'before' | 'after'
  name: string
  /** Milliseconds of planning and executing, one for each time that it ran. */
  durationsMs: readonly number[]
  rows: number | null
  sharedHit: number | null
  sharedRead: number | null
  /** SQLSTATE or code, where it could not be read. */
  problem: string | null
}>

export const recordProbeSql = (reading: ProbeReading): Sql =>
  sql`insert into mothball.probe (policy, run_id, phase, name, durations_ms, rows, shared_hit, shared_read, problem)
    values (${reading.policy}, ${reading.run}::bigint, ${reading.phase}, ${reading.name}, ${reading.durationsMs}::float8[],
      ${reading.rows}::bigint, ${reading.sharedHit}::bigint, ${reading.sharedRead}::bigint, ${reading.problem})`

export const recordSizeSql = (
  run: number,
  phase: 'before' | 'after',
  size: Readonly<{ tier: string; table_bytes: string; index_bytes: string; rows: string }>,
): Sql =>
  sql`insert into mothball.size (run_id, phase, tier, table_bytes, index_bytes, rows)
    values (${run}::bigint, ${phase}, ${size.tier}, ${size.table_bytes}::bigint, ${size.index_bytes}::bigint, ${size.rows}::bigint)
    on conflict (run_id, phase, tier) do nothing`
