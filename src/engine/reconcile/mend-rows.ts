/**
 * Rows set right between the two sides: of equal twins one copy goes, and archived rows of active parents come home.
 * Nothing is deleted that has no twin equal to the byte, both locked, on the other side.
 */
import type { ArchivedTable } from '../../core/archived-family.ts'
import { MothballError } from '../../core/errors/index.ts'
import { tableText } from '../../core/names.ts'
import type { Session } from '../../db/database.ts'
import { manifestsOf, sealedColumnsOf } from '../../db/journal/departure.ts'
import { keepSql } from '../../sql/journal/keep-until.sql.ts'
import { type KeySet, keySetOf } from '../../sql/keys.sql.ts'
import { knownColumns } from '../../sql/lock.sql.ts'
import { deleteSql, type SideRow } from '../../sql/move.sql.ts'
import { comeHomeSql, leaveArchiveSql, pinPathSql } from '../../sql/restore-move.sql.ts'
import { lockTornSql } from '../../sql/torn.sql.ts'
import { activeAmong, lockTwinsSql, type Side, stillEqualSql } from '../../sql/twins.sql.ts'
import { requireSameSides } from '../restore/restore-batch.ts'
import { keysOf } from '../restore/restore-selection.ts'
import { overtakenBy, raiseSequences, SequencesOvertaken } from '../restore/restore-sequences.ts'
import { type MendContext, type MendWork, mend, mendAll } from './mend.ts'

/** Archive copies first, whatever the order; then active ones, children before the rows that they refer to. */
export async function mendTwins(context: MendContext): Promise<void> {
  const { tables } = context.archive
  for (const each of tables) await mendTwinsOf(context, each, 'archived')
  for (const each of [...tables].reverse()) await mendTwinsOf(context, each, 'active')
}

const mendTwinsOf = (context: MendContext, each: ArchivedTable, side: Side): Promise<void> =>
  mendAll(context, { kind: 'twin_equal', table: tableText(each.home.name) }, async (session) => {
    const { archive, judgement, run } = context
    const row = await session.one(lockTwinsSql(archive, each, side, judgement.policy.batchSize))
    const keys = keySetOf(row, each.shape.key)
    if (keys.count === 0) return 0
    const { count } = await session.one(stillEqualSql(each, activeAmong(each, keys)))
    const leaving = { keys, batches: keysOf(row.batches), run }
    const gone =
      side === 'archived'
        ? await leaveForHome(session, context, each, leaving)
        : await session.one(deleteSql(judgement.policy, { ...each, shape: each.home }, keys))
    if (Number(count) !== keys.count || Number(gone.count) !== keys.count)
      throw unlike(each, keys.count, count, gone.count)
    return keys.count
  })

const unlike = ({ home }: ArchivedTable, locked: number, copied: string, deleted: string): MothballError =>
  new MothballError('sides_differ', { table: tableText(home.name), locked, copied, deleted })

/** The active copy is what stays; a subject that is home again is not archived anew the next night. */
async function leaveForHome(
  session: Session,
  context: MendContext,
  each: ArchivedTable,
  leaving: Leaving,
): Promise<SideRow> {
  const gone = await leave(session, context, each, leaving)
  if (each.links.length === 0) await session.execute(keepSql(each.shape, leaving.keys, context.keep))
  return gone
}

type Leaving = Readonly<{ keys: KeySet; batches: readonly string[]; run: number }>

/** Out of the archive, with a departure for each row of a known batch. */
async function leave(
  session: Session,
  { judgement }: MendContext,
  each: ArchivedTable,
  { keys, batches, run }: Leaving,
): Promise<SideRow> {
  const sealed = sealedColumnsOf(await manifestsOf(session, batches), each)
  await session.execute(pinPathSql)
  return session.one(leaveArchiveSql(judgement.policy, each, { rows: keys, sealed, run }))
}

/** Parents first: a row that is home makes those below it rows of an active parent. */
export async function mendTorn(context: MendContext): Promise<void> {
  for (const each of context.archive.tables.slice(1)) await mendTornOf(context, each)
}

/** Where a table's torn rows are worked on: after this key (null: from the first), so many at once. */
type Cursor = Readonly<{ after: string | null; limit: number }>

/** A row that cannot come home keeps no other: from the first refusal on, each comes by itself. */
async function mendTornOf(context: MendContext, each: ArchivedTable): Promise<void> {
  let cursor: Cursor = { after: null, limit: context.judgement.policy.batchSize }
  let last: string | null = null
  const of = { kind: 'torn', table: tableText(each.home.name) } as const
  const work: MendWork = async (session) => {
    const torn = await lockTorn(session, context, each, cursor)
    last = torn.last
    if (torn.keys.count > 0) await bringHome(session, context, each, torn)
    return torn.keys.count
  }
  while (!context.signal?.aborted) {
    last = null
    const mended = await raising(context, () => mend(context, of, work))
    if (mended === 0) return
    if (mended === null && cursor.limit === 1 && last === null) return
    if (mended === null) cursor = { after: cursor.limit === 1 ? last : cursor.after, limit: 1 }
  }
}

type Torn = Readonly<{ keys: KeySet; batches: readonly string[]; last: string | null }>

async function lockTorn(
  session: Session,
  { archive }: MendContext,
  each: ArchivedTable,
  { after, limit }: Cursor,
): Promise<Torn> {
  const row = await session.one(lockTornSql(archive, each, after, limit))
  return { keys: keySetOf(row, knownColumns(archive, each)), batches: keysOf(row.batches), last: row.last }
}

async function bringHome(
  session: Session,
  context: MendContext,
  each: ArchivedTable,
  { keys, batches }: Torn,
): Promise<void> {
  const home = await session.one(comeHomeSql(context.judgement.policy, each, keys))
  const overtaken = overtakenBy(each.home, home)
  if (overtaken.length > 0) throw new SequencesOvertaken(overtaken)
  // A trigger may have changed a row behind its own insert.
  const { count } = await session.one(stillEqualSql(each, activeAmong(each, keys)))
  if (Number(count) !== keys.count) throw unlike(each, keys.count, count, '0')
  const left = await leave(session, context, each, { keys, batches, run: context.run })
  requireSameSides(each, keys.count, home, left)
}

/** Sequences that the rows would overtake are raised first, outside their transaction. */
async function raising<T>({ engine, judgement }: MendContext, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof SequencesOvertaken)) throw error
    await raiseSequences(engine.database, judgement.policy, error.sequences)
    return await work()
  }
}
