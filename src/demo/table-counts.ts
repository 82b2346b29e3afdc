/** The rows of the call center's tables on both sides, counted by plain SQL. */
import type { PlainSql } from './plain-sql.ts'
import { SAMPLE_TABLES } from './sample-tables.ts'

export type Side = Readonly<{
  customers: number
  /** Rows of the six related tables together. */
  related: number
}>

export const activeRows = (sql: PlainSql): Promise<Side> => countSide(sql, '')

/** Expects the archive tables to be there. */
export const archivedRows = (sql: PlainSql): Promise<Side> => countSide(sql, '_backup')

async function countSide(sql: PlainSql, suffix: string): Promise<Side> {
  const counts: number[] = []
  for (const name of SAMPLE_TABLES) counts.push(await sql.count(`select count(*) from public.${name}${suffix}`))
  const [customers = 0, ...related] = counts
  return { customers, related: related.reduce((sum, count) => sum + count, 0) }
}
