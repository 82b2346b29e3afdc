/** Typed reads and writes of what a reconciliation has mended: its own account, kept by its run. */
import { z } from 'zod'
import { DIFFERENCES, type DifferenceKind } from '../../core/reconcile.ts'
import { mendedSql, noteMendSql } from '../../sql/journal/reconcile.sql.ts'
import type { Database } from '../database.ts'

const counts = z.record(z.string(), z.number())

export async function mendedOf(
  database: Database,
  run: number,
): Promise<Readonly<Partial<Record<DifferenceKind, number>>>> {
  const mended = counts.parse(JSON.parse((await database.one(mendedSql(run))).mended))
  return Object.fromEntries(Object.entries(mended).filter(([kind]) => kind in DIFFERENCES))
}

/** Late rows are settled by restores and batches of their own; here is only their number. */
export const noteLate = (database: Database, run: number, rows: number): Promise<number> =>
  database.execute(noteMendSql(run, 'late', rows))
