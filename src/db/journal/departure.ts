/** What the journal knows of rows that leave the archive: how their batches were sealed, and who is home already. */
import { z } from 'zod'
import type { ArchivedTable } from '../../core/archived-family.ts'
import { qualifiedText } from '../../core/names.ts'
import { columnOf } from '../../core/table.ts'
import { manifestColumnsSql } from '../../sql/journal/departure.sql.ts'
import type { SealedColumns } from '../../sql/restore-move.sql.ts'
import { homeOfRunSql } from '../../sql/restore-select.sql.ts'
import type { Session } from '../database.ts'

const texts = z.array(z.string())

/** By qualified name of the home table; a batch that is not in the journal is left out. */
export type Manifests = ReadonlyMap<string, readonly SealedColumns[]>

export async function manifestsOf(session: Session, batches: readonly string[]): Promise<Manifests> {
  if (batches.length === 0) return new Map()
  const rows = await session.rows(manifestColumnsSql(batches))
  const read = rows.map((row) => ({
    name: row.name,
    sealed: {
      batches: texts.parse(JSON.parse(row.batches)),
      columns: texts.parse(JSON.parse(row.columns)),
      asText: row.as_text === null ? null : texts.parse(JSON.parse(row.as_text)),
    },
  }))
  return new Map(read.map(({ name }) => [name, read.filter((each) => each.name === name).map(({ sealed }) => sealed)]))
}

/** A manifest's column that the archive has lost is left out: the seal then says that something is missing. */
export const sealedColumnsOf = (manifests: Manifests, { home, twin }: ArchivedTable): readonly SealedColumns[] =>
  (manifests.get(qualifiedText(home.name)) ?? []).map(({ batches, columns, asText }) => {
    const present = columns.filter((name) => columnOf(twin, name) !== undefined)
    return { batches, columns: present, asText: present.length === columns.length ? asText : null }
  })

/** Subjects of a run that have left the archive since and are active now. */
export const alreadyHomeOf = async (
  reader: Pick<Session, 'one'>,
  subject: ArchivedTable,
  run: number,
): Promise<number> => Number((await reader.one(homeOfRunSql(subject, qualifiedText(subject.home.name), run))).count)
