/** A run that has not ended, as another process must know it to go on with it. */
import { z } from 'zod'
import { openRunSql } from '../../sql/journal/run.sql.ts'
import type { Session } from '../database.ts'
import type { RunLimits, StartedRun } from './run.ts'

export type OpenRun = StartedRun &
  Readonly<{
    hash: string
    dryRun: boolean
    actor: string
    /** What its plan found, or 0 where it had not come so far. */
    eligible: number
    /** Null where it began before limits were written down, or is no run that can be gone on with. */
    limits: RunLimits | null
  }>

const limits = z.object({
  batchSize: z.number(),
  maxRows: z.number().nullable(),
  ceiling: z.number(),
  ignoreWindow: z.boolean(),
  quarantined: z.number(),
  lanes: z.number(),
})

/** Null where there is no such run, or it has ended. */
export async function readOpenRun(session: Pick<Session, 'maybe'>, run: number): Promise<OpenRun | null> {
  const row = await session.maybe(openRunSql(run))
  if (row === null) return null
  return {
    run,
    moment: row.moment,
    cutoff: row.cutoff ?? row.moment,
    hash: row.hash ?? '',
    dryRun: row.dry_run === 'true',
    actor: row.actor,
    eligible: Number(row.eligible ?? 0),
    limits: row.limits === null ? null : limits.parse(JSON.parse(row.limits)),
  }
}
