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

/** A table that is there now, with its columns' names. */
export type PresentTable = Readonly<{ name: TableName; columns: readonly string[] }>

/** Those of `qualified` names that are ordinary tables today. */
export async function presentTables(
  session: Session,
  qualified: readonly string[],
): Promise<ReadonlyMap<string, PresentTable>> {
  const rows = await session.rows(presentTablesSql(qualified))
  return new Map(
    rows.map((row) => [row.name, { name: { schema: row.schema, table: row.table }, columns: namesOf(row.columns) }]),
  )
}

export const sealChunk = (session: Session, group: SealGroup, { batches }: SealChunk): Promise<number> =>
  session.execute(sealBatchesSql(group, arrayText(batches)))

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
  const group = whole ? { name: row.name, archive: found.name, columns, key } : null
  return { group, name: row.name, batches }
}

const arrayText = (batches: readonly string[]): string => `{${batches.join(',')}}`

const namesOf = (json: string | null): readonly string[] => (json === null ? [] : names.parse(JSON.parse(json)))
