/**
 * A person's archived rows, with what identifies him replaced in them. What they were leaves its hash behind, as if they
 * had left; what they are now is a batch of the erasing run, sealed in the same transaction: nobody can change a row
 * back, or at all, without `verify` naming it.
 */
import { type ArchivedTable, archivedSubject } from '../../../core/archived-family.ts'
import { MothballError } from '../../../core/errors/index.ts'
import { qualifiedText, tableText } from '../../../core/names.ts'
import type { Policy } from '../../../core/policy.ts'
import { columnOf, type TableShape } from '../../../core/table.ts'
import type { Session } from '../../../db/database.ts'
import { manifestsOf, sealedColumnsOf } from '../../../db/journal/departure.ts'
import { sealChunk } from '../../../db/journal/seal.ts'
import { recordBatchSql } from '../../../sql/journal/batch.sql.ts'
import { EMPTY_KEYS, type KeySet } from '../../../sql/keys.sql.ts'
import { departInPlaceSql, recomputeSql, redactedSql, redactSql, sideSql } from '../../../sql/redact.sql.ts'
import { pinPathSql } from '../../../sql/restore-move.sql.ts'
import { type Copied, manifestOf, NO_ROWS } from '../../run/sides.ts'
import type { ArchivedRedaction, Person } from '../person.ts'
import type { Count, Erasing, Place } from '../place.ts'
import { sideOf } from '../redacting.ts'

export const redactedArchivePlace: Place = {
  name: 'archive',
  look: async (_session, person) =>
    [...person.archived].map(([each, { count }]) => ({
      object: tableText(each.shape.name),
      rows: count,
      columns: redactionOf(person, each).redactions.map(({ column }) => column.name),
    })),
  destroy: async (session, person, erasing) => {
    const changing = [...person.archived].filter(([, { count }]) => count > 0)
    if (changing.length === 0) return []
    const manifests = await manifestsOf(session, person.batches)
    await session.execute(pinPathSql)
    const done: Count[] = []
    for (const [each, rows] of changing) {
      const { redactions, made } = redactionOf(person, each)
      const side = sideOf(each, rows)
      const sealed = sealedColumnsOf(manifests, each)
      await session.execute(departInPlaceSql(each, { rows, sealed, run: erasing.run }))
      await session.execute(redactSql(side, redactions, erasing.batch))
      if (made.length > 0) await session.execute(recomputeSql(side, made))
      const { count } = await session.one(redactedSql(side, redactions))
      done.push({ object: tableText(each.shape.name), rows: Number(count) })
    }
    await recordAndSeal(session, person, erasing)
    return done
  },
}

const redactionOf = ({ redacting }: Person, each: ArchivedTable): ArchivedRedaction =>
  redacting?.archived.get(each) ?? { redactions: [], made: [] }

/** Every archived table has its entry, for a batch without a subject's is torn. */
async function recordAndSeal(session: Session, person: Person, { policy, run, batch }: Erasing): Promise<void> {
  const { archive, archived, key } = person
  if (archive === null) return
  const held: Copied[] = []
  for (const each of archive.tables) held.push(await heldBy(session, policy, each, archived.get(each) ?? EMPTY_KEYS))
  const subjects = archived.get(archivedSubject(archive))?.count ?? 0
  await session.execute(recordBatchSql({ batch, run, subjects, first: key, last: key, tables: manifestOf(held) }))
  for (const each of archive.tables) await seal(session, each, batch)
}

async function heldBy(session: Session, policy: Policy, each: ArchivedTable, keys: KeySet): Promise<Copied> {
  const shape = manifestShape(each)
  const copied = keys.count === 0 ? NO_ROWS : await session.one(sideSql(policy, shape, sideOf(each, keys)))
  return { table: { ...each, shape, archive: each.twin.name }, keys, expected: keys.count, copied }
}

/** The columns that a batch of this table moves, as far as the archive has them. */
const manifestShape = ({ home, twin }: ArchivedTable): TableShape => ({
  ...home,
  columns: home.columns.filter(({ name }) => columnOf(twin, name) !== undefined),
})

async function seal(session: Session, each: ArchivedTable, batch: string): Promise<void> {
  const { columns, key } = manifestShape(each)
  const name = qualifiedText(each.home.name)
  const group = {
    name,
    archive: each.twin.name,
    key,
    columns: columns.map((column) => column.name),
    asText: columns.flatMap((column) => (column.hashable ? [] : [column.name])),
  }
  const unlike = await sealChunk(session, group, { group, name, batches: [batch] })
  if (unlike.length > 0)
    throw new MothballError('erasure_differs', { object: tableText(each.twin.name), locked: 1, gone: 0 })
}
