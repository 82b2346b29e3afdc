/**
 * The journal's account of what the archive holds, written where it is missing: departures of rows that came home by
 * other hands, batches that were lost, and a batch for rows that none has brought. No row's values are touched.
 */
import type { ArchivedTable } from '../../core/archived-family.ts'
import { qualifiedText, tableText } from '../../core/names.ts'
import type { Session } from '../../db/database.ts'
import { keepSql } from '../../sql/journal/keep-until.sql.ts'
import { lastBatchSql, recordLostBatchSql, runAtSql } from '../../sql/journal/reconcile.sql.ts'
import { type KeySet, keySetOf, keySetOfTexts } from '../../sql/keys.sql.ts'
import { journalKeysSql } from '../../sql/restore-select.sql.ts'
import { adoptSql, ofBatchSql, recordProvenSql, renumberSql, unknownBatchesSql } from '../../sql/torn.sql.ts'
import { keysOf } from '../restore/restore-selection.ts'
import { type ProvenRow, readLostRows } from './lost-rows.ts'
import { type MendContext, mend, mendAll } from './mend.ts'

export async function mendDepartures(context: MendContext): Promise<void> {
  const { archive, judgement, run, engine } = context
  const { proven } = await engine.database.transaction({ mode: 'snapshot', pinnedSearchPath: true }, (session) =>
    readLostRows(session, judgement.policy, archive),
  )
  for (const [table, rows] of Map.groupBy(proven, ({ each }) => tableText(each.home.name)))
    await mend(context, { kind: 'departure_missing', table }, async (session) => {
      for (const { batch, each, key, digest } of rows)
        await session.execute(recordProvenSql({ batch, table: qualifiedText(each.home.name), key, digest, run }))
      await keepSubjects(session, context, rows)
      return rows.length
    })
}

async function keepSubjects(session: Session, { keep }: MendContext, rows: readonly ProvenRow[]): Promise<void> {
  const [first] = rows
  if (first === undefined || first.each.links.length > 0) return
  const keys = rows.map(({ key }) => key)
  await session.execute(keepSql(first.each.shape, keySetOfTexts(keys, first.each.shape.key), keep))
}

/** A number that was given out is written again under it; one that never was would be given out some day. */
export async function mendUnknownBatches(context: MendContext): Promise<void> {
  const { archive, engine } = context
  const found = await Promise.all(archive.tables.map((each) => engine.database.rows(unknownBatchesSql(each))))
  const { last } = await engine.database.one(lastBatchSql)
  for (const batch of new Set(found.flat().map((row) => row.batch))) {
    const table = tableText(context.judgement.policy.subject)
    await mend(context, { kind: 'batch_unknown', table }, async (session, fresh) => {
      const isGivenOut = BigInt(batch) > 0n && BigInt(batch) <= BigInt(last)
      if (!isGivenOut) for (const each of archive.tables) await session.execute(renumberSql(each, batch, fresh))
      return recordBatch(session, context, isGivenOut ? batch : fresh)
    })
  }
}

/** Returns how many rows the batch holds. */
async function recordBatch(session: Session, { archive, judgement, run }: MendContext, batch: string): Promise<number> {
  const held: Held[] = []
  for (const each of archive.tables) {
    const row = await session.one(ofBatchSql(each, batch))
    held.push({ each, keys: keySetOf(row, each.shape.key), moved: Number(row.moved), at: row.archived_at })
  }
  const at =
    held
      .flatMap((each) => each.at ?? [])
      .toSorted()
      .at(-1) ?? null
  const then = at === null ? null : await session.maybe(runAtSql(qualifiedText(judgement.policy.subject), at))
  await write(session, { batch, run: then?.run ?? String(run), at, held })
  return held.reduce((sum, { keys }) => sum + keys.count, 0)
}

/** What one archive table holds of a batch; `moved` also counts what left it since. */
type Held = Readonly<{ each: ArchivedTable; keys: KeySet; moved: number; at: string | null }>

type Written = Readonly<{ batch: string; run: string; at: string | null; held: readonly Held[] }>

async function write(session: Session, { batch, run, at, held }: Written): Promise<void> {
  const [subject] = held
  if (subject === undefined) throw new RangeError('a family has at least its subject')
  const keys = keysOf((await session.one(journalKeysSql(subject.each, subject.keys))).keys)
  const ends = { first: keys.at(0) ?? null, last: keys.at(-1) ?? null }
  const tables = JSON.stringify(
    Object.fromEntries(held.map((each) => [qualifiedText(each.each.home.name), entryOf(each)])),
  )
  await session.execute(recordLostBatchSql({ batch, run, at, subjects: subject.moved, ...ends, tables }))
}

/** As the manifest of any batch has it; the digest of the move is lost. */
const entryOf = ({ each: { home, shape }, moved }: Held): object => ({
  archive: qualifiedText(shape.name),
  rows: moved,
  digest: null,
  key: home.key,
  columns: home.columns.map(({ name, type }) => ({ name, type })),
})

export async function adoptBatchless(context: MendContext): Promise<void> {
  const { archive, judgement, run } = context
  for (const each of archive.tables)
    await mendAll(context, { kind: 'batch_none', table: tableText(each.home.name) }, async (session, batch) => {
      const row = await session.one(adoptSql(archive, each, batch, judgement.policy.batchSize))
      const keys = keySetOf(row, each.shape.key)
      if (keys.count === 0) return 0
      const none = { keys: { count: 0, arrays: {} }, moved: 0, at: null }
      const held = archive.tables.map((other) =>
        other === each ? { each, keys, moved: keys.count, at: null } : { each: other, ...none },
      )
      await write(session, { batch, run: String(run), at: null, held })
      return keys.count
    })
}
