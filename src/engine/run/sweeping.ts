/** The context of a run's batches, with the look for late rows that follows each of them. */
import type { Engine } from '../ports.ts'
import { latePlaces } from '../sweep/find-late.ts'
import type { SweepContext } from '../sweep/settle-late.ts'
import { sweepBatch } from '../sweep/sweep-run.ts'
import type { Lease } from './lease.ts'
import type { MoveContext } from './move-batch.ts'
import { moveContext, type Work } from './work.ts'

/** `sweeping` is null where nothing was ever archived: there is nothing to sweep then. */
export function sweepingContext(
  engine: Engine,
  work: Work,
  lease: Pick<Lease, 'name' | 'epoch'>,
): Readonly<{ context: MoveContext; sweeping: SweepContext | null }> {
  const { tables, actor, late, signal } = work
  const moving = moveContext(engine, work, lease)
  const places = latePlaces(tables.family, tables.catalog)
  if (places === null) return { context: moving, sweeping: null }
  const sweeping = { ...moving, actor, places, late, signal }
  return { context: { ...moving, afterBatch: (batch) => sweepBatch(sweeping, batch) }, sweeping }
}
