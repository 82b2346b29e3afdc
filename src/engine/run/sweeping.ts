/** The context of a run's batches, with the look for late rows that follows each of them; and of the look at its end. */
import type { Engine } from '../ports.ts'
import { latePlaces } from '../sweep/find-late.ts'
import type { SweepContext } from '../sweep/settle-late.ts'
import { sweepBatch } from '../sweep/sweep-run.ts'
import type { Lease } from './lease.ts'
import type { MoveContext } from './move-batch.ts'
import { moveContext, type Work } from './work.ts'

/** Null where nothing was ever archived: there is nothing to sweep then. */
export function sweepContext(engine: Engine, work: Work, lease: Pick<Lease, 'name' | 'epoch'>): SweepContext | null {
  const { tables, actor, late, signal } = work
  const places = latePlaces(tables.family, tables.catalog)
  return places === null ? null : { ...moveContext(engine, work, lease), actor, places, late, signal }
}

/** Batches, each followed by its sweep, under one lease: that of the run, or of one of its lanes. */
export function moveAndSweep(engine: Engine, work: Work, lease: Pick<Lease, 'name' | 'epoch'>): MoveContext {
  const sweeping = sweepContext(engine, work, lease)
  if (sweeping === null) return moveContext(engine, work, lease)
  return { ...sweeping, afterBatch: (batch) => sweepBatch(sweeping, batch) }
}
