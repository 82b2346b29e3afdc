/** What becomes of late rows, by the policy's word: their family comes home, they move after it, or they are told. */
import { MothballError } from '../../core/errors/index.ts'
import { addCounts, type LateAction, type LateReason } from '../../core/late.ts'
import type { Conflict } from '../../core/restore.ts'
import { isRefusal, isTimeout, isTransient } from '../../core/sqlstate.ts'
import { sqlstateOf } from '../../db/database-error.ts'
import { restore } from '../restore/restore.ts'
import { previewRestore } from '../restore/restore-preview.ts'
import { cut } from '../restore/restore-selection.ts'
import type { MoveContext } from '../run/move-batch.ts'
import type { LateAccount } from '../run/outcome.ts'
import type { FoundTable, LatePlaces } from './find-late.ts'
import { type Followed, followBatch } from './follow-batch.ts'

/** Who asks, for the journal's row of a restore. */
export type SweepContext = MoveContext &
  Readonly<{ actor: string; places: LatePlaces; late: LateAccount; signal: AbortSignal | null }>

export type Settled = Readonly<{
  restored: number
  followed: number
  /** Families of which a late row is still there. */
  left: Readonly<Partial<Record<LateReason, number>>>
}>

const NOTHING: Settled = { restored: 0, followed: 0, left: {} }
const RESTORE_REASON = 'late related row'

export async function settleLate(
  context: SweepContext,
  found: readonly FoundTable[],
  action: LateAction,
): Promise<Settled> {
  const owners = (tables: readonly FoundTable[]) => [...new Set(tables.flatMap((each) => each.owners))]
  const all = owners(found)
  if (all.length === 0) return NOTHING
  if (action === 'report') return { ...NOTHING, left: { reported: all.length } }
  // A row of a table that blocks is a reason to be active, whatever becomes of others.
  const blocked = action === 'restore' ? all : owners(found.filter(({ child }) => child.action === 'block'))
  const { kept, settled } = await followAll(context, without(all, blocked))
  return add(settled, await bringHome(context, [...blocked, ...kept]))
}

const without = (keys: readonly string[], others: readonly string[]): readonly string[] => {
  const named = new Set(others)
  return keys.filter((key) => !named.has(key))
}

const add = (a: Settled, b: Settled): Settled => ({
  restored: a.restored + b.restored,
  followed: a.followed + b.followed,
  left: addCounts(a.left, b.left),
})

async function bringHome(context: SweepContext, keys: readonly string[]): Promise<Settled> {
  if (keys.length === 0) return NOTHING
  const { engine, judgement, actor, run, signal } = context
  // Who cannot come home would fail anew, with a run of his own, in every sweep.
  const { conflicts: stuck } = await previewRestore(engine, judgement.policy, { by: 'keys', keys })
  const free = without(
    keys,
    stuck.map(({ key }) => key),
  )
  if (free.length === 0) return { ...NOTHING, left: conflictsOf(stuck) }
  const options = { selection: { by: 'keys', keys: free }, reason: RESTORE_REASON, actor } as const
  const result = await restore(engine, judgement.policy, { ...options, ...(signal === null ? {} : { signal }) })
  if (result.restored > 0) engine.emit({ kind: 'late-restored', run, restore: result.run, families: result.restored })
  return { ...NOTHING, restored: result.restored, left: conflictsOf(stuck, result.conflicts) }
}

function conflictsOf(...lists: readonly (readonly Conflict[])[]): Settled['left'] {
  const families = new Set(lists.flat().map(({ key }) => key)).size
  return families === 0 ? {} : { conflict: families }
}

type FollowedAll = Readonly<{ settled: Settled; kept: readonly string[] }>

async function followAll(context: SweepContext, keys: readonly string[]): Promise<FollowedAll> {
  let outcome: FollowedAll = { settled: NOTHING, kept: [] }
  for (const set of cut(keys, context.judgement.policy.batchSize)) {
    if (context.signal?.aborted) return outcome
    const next = await followSet(context, set)
    outcome = { settled: add(outcome.settled, next.settled), kept: [...outcome.kept, ...next.kept] }
  }
  return outcome
}

/** One family that cannot move keeps no other: a set is halved until it stands alone. */
async function followSet(context: SweepContext, keys: readonly string[]): Promise<FollowedAll> {
  const result = await tryToFollow(context, keys)
  if (result.kind === 'followed') {
    const { engine, run } = context
    if (result.rows > 0) engine.emit({ kind: 'late-followed', run, batch: result.batch, rows: result.rows })
    return { settled: { ...NOTHING, followed: result.rows }, kept: [] }
  }
  if (keys.length > 1) {
    const middle = Math.ceil(keys.length / 2)
    const first = await followSet(context, keys.slice(0, middle))
    const second = await followSet(context, keys.slice(middle))
    return { settled: add(first.settled, second.settled), kept: [...first.kept, ...second.kept] }
  }
  if (result.kind === 'kept') return { settled: NOTHING, kept: keys }
  return { settled: { ...NOTHING, left: { [result.kind]: keys.length } }, kept: [] }
}

async function tryToFollow(
  context: SweepContext,
  keys: readonly string[],
): Promise<Followed | Readonly<{ kind: 'refused' }>> {
  try {
    return await followBatch(context, context.places, keys)
  } catch (error) {
    if (!(error instanceof MothballError)) throw error
    const sqlstate = sqlstateOf(error)
    if (isTransient(sqlstate) || isTimeout(sqlstate)) return { kind: 'held' }
    if (isRefusal(sqlstate) || error.code === 'sides_differ') return { kind: 'refused' }
    throw error
  }
}
