/** Typed reads of what is to be sealed or proven: chunks of batches whose rows are hashed in the same way. */
import { z } from 'zod'
import type { TableName } from '../../core/names.ts'
import {
  brokenSealsSql,
  nameDifferencesSql,
  presentTablesSql,
  type SealChunkRow,
  type SealGroup,
  type SealState,
  sealBatchesSql,
  sealChunksSql,
  unlikeBatchesSql,
} from '../../sql/journal/seal.sql.ts'
import type { Session } from '../database.ts'

/** Batches of one table, as many as one statement takes. */
export type SealChunk = Readonly<{
  /** Null where the archive table, or a column of the manifest, is gone: nothing can be hashed then. */
  group: SealGroup | null
  /** Qualified name of the source table. */
  name: string
  /** Ids of batches, ascending. */
  batches: readonly string[]
}>

/** A batch whose rows do not hash to its seal. */
export type BrokenSeal = Readonly<{ batch: string; sealed: number; found: number }>

/** A batch without a seal whose rows are not those that it moved. */
export type UnlikeBatch = Readonly<{
  batch: string
  moved: number
  found: number
  /** Of its subjects. */
  firstKey: string | null
  lastKey: string | null
  /** When a seal was first refused for it; null where none was tried since. */
  seenAt: string | null
}>

export type NamedDifference = Readonly<{
  /** Keys of rows that the seal does not know, the first of them. */
  keys: readonly string[]
  /** How many there are in all: edited or added. */
  strangers: number
  /** Rows that the seal knows and that are not there. */
  missing: number
}>

const names = z.array(z.string())

export async function readSealChunks(
  session: Session,
  subject: string,
  state: SealState,
): Promise<readonly SealChunk[]> {
  const rows = await session.rows(sealChunksSql(subject, state))
  if (rows.length === 0) return []
  const archives = await presentTables(session, [...new Set(rows.map((row) => row.archive))])
  return rows.map((row) => chunkOf(row, archives))
}

/** A table that is there now, with its columns' names and types. */
export type PresentTable = Readonly<{ name: TableName; columns: readonly string[]; types: readonly string[] }>

/** Those of `qualified` names that are ordinary tables today. */
export async function presentTables(
  session: Session,
  qualified: readonly string[],
): Promise<ReadonlyMap<string, PresentTable>> {
  const rows = await session.rows(presentTablesSql(qualified))
  return new Map(
    rows.map((row) => [
      row.name,
      { name: { schema: row.schema, table: row.table }, columns: namesOf(row.columns), types: namesOf(row.types) },
    ]),
  )
}

/** Returns the batches that got no seal, because their rows are not those that they moved. */
export const sealChunk = async (
  session: Session,
  group: SealGroup,
  { batches }: SealChunk,
): Promise<readonly string[]> =>
  (await session.rows(sealBatchesSql(group, arrayText(batches)))).map(({ batch }) => batch)

/** The same question without a seal. */
export async function unlikeBatches(
  session: Session,
  group: SealGroup,
  { batches }: SealChunk,
): Promise<readonly UnlikeBatch[]> {
  const rows = await session.rows(unlikeBatchesSql(group, arrayText(batches)))
  return rows.map((row) => ({
    batch: row.batch,
    moved: Number(row.moved),
    found: Number(row.found),
    firstKey: row.first_key,
    lastKey: row.last_key,
    seenAt: row.seen_at,
  }))
}

export async function brokenSeals(
  session: Session,
  group: SealGroup,
  { batches }: SealChunk,
): Promise<readonly BrokenSeal[]> {
  const rows = await session.rows(brokenSealsSql(group, arrayText(batches)))
  return rows.map((row) => ({ batch: row.batch, sealed: Number(row.sealed), found: Number(row.found) }))
}

export async function nameDifferences(
  session: Session,
  group: SealGroup,
  batch: string,
  limit: number,
): Promise<NamedDifference> {
  const row = await session.one(nameDifferencesSql(group, batch, limit))
  return { keys: namesOf(row.keys), strangers: Number(row.strangers), missing: Number(row.missing) }
}

function chunkOf(row: SealChunkRow, archives: ReadonlyMap<string, PresentTable>): SealChunk {
  const found = archives.get(row.archive)
  const columns = namesOf(row.columns)
  const key = namesOf(row.key)
  const batches = row.batches.slice(1, -1).split(',')
  const whole = found !== undefined && [...columns, ...key].every((name) => found.columns.includes(name))
  const group = whole ? { name: row.name, archive: found.name, columns, key, asText: asTextOf(row, found) } : null
  return { group, name: row.name, batches }
}

/** A value that was retyped since may hash to something else: then nothing can be compared. */
function asTextOf(row: SealChunkRow, archive: PresentTable): readonly string[] | null {
  const types = namesOf(row.types)
  const isRetyped = namesOf(row.columns).some(
    (name, index) => archive.types[archive.columns.indexOf(name)] !== types[index],
  )
  return isRetyped || row.as_text === null ? null : namesOf(row.as_text)
}

const arrayText = (batches: readonly string[]): string => `{${batches.join(',')}}`

const namesOf = (json: string | null): readonly string[] => (json === null ? [] : names.parse(JSON.parse(json)))
