/**
 * The frame of every mend: one transaction under the lease, with the family's tables locked and their shapes as they
 * were judged, that also adds to the run's own account. Killed between two mends, a reconciliation is begun again.
 */
import type { ArchivedFamily } from '../../core/archived-family.ts'
import { hasCode } from '../../core/errors/index.ts'
import type { DifferenceKind } from '../../core/reconcile.ts'
import { isRefusal, isTransient } from '../../core/sqlstate.ts'
import type { Session } from '../../db/database.ts'
import { sqlstateOf } from '../../db/database-error.ts'
import type { KeepUntil } from '../../sql/journal/keep-until.sql.ts'
import { noteMendSql } from '../../sql/journal/reconcile.sql.ts'
import { begin, type MoveContext } from '../run/move-batch.ts'

export type MendContext = MoveContext &
  Readonly<{
    archive: ArchivedFamily
    /** Until when a subject stays that other hands brought home, as after a restore. */
    keep: KeepUntil
    signal: AbortSignal | null
  }>

/** What is mended, and in which table, for the account and for whoever watches. */
export type MendOf = Readonly<{ kind: DifferenceKind; table: string }>

/** Does the work within the mend's transaction, and returns how many rows it has mended; `batch` is a number of its own. */
export type MendWork = (session: Session, batch: string) => Promise<number>

/** How often a mend that meets somebody's locks is tried, and the pause between, doubled each time. */
const MAX_ATTEMPTS = 4
const RETRY_PAUSE_MS = 50

/** The rows that were mended; null where the database refuses the rows themselves, or others held what was needed. */
export async function mend(context: MendContext, of: MendOf, work: MendWork): Promise<number | null> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await mendOnce(context, of, work)
    } catch (error) {
      const sqlstate = sqlstateOf(error)
      if (isTransient(sqlstate) && attempt < MAX_ATTEMPTS) {
        await context.engine.pause.sleep(RETRY_PAUSE_MS * 2 ** attempt)
        continue
      }
      // What is left is found again, and told.
      if (isRefusal(sqlstate) || isTransient(sqlstate) || hasCode(error, 'sides_differ')) return null
      throw error
    }
  }
}

async function mendOnce(context: MendContext, { kind, table }: MendOf, work: MendWork): Promise<number> {
  const { engine, judgement, run } = context
  const { timeouts } = judgement.policy
  const rows = await engine.database.transaction({ timeouts }, async (session) => {
    const { batch } = await begin(session, context)
    const mended = await work(session, batch)
    if (mended > 0) await session.execute(noteMendSql(run, kind, mended))
    await engine.signals.reached('mend-done')
    return mended
  })
  if (rows === 0) return 0
  engine.emit({ kind: 'mended', run, what: kind, table, rows })
  await engine.signals.reached('mend-committed')
  return rows
}

/** Set after set, until one has nothing left or it is asked to stop. */
export async function mendAll(context: MendContext, of: MendOf, work: MendWork): Promise<void> {
  while (!context.signal?.aborted && ((await mend(context, of, work)) ?? 0) > 0);
}
