/**
 * What a cold set holds: the families of one month of archiving, a Parquet file for each of their tables, and the
 * hashes by which nobody can exchange, shorten or repeat one of them unseen. The journal holds the manifest's own
 * hash, the manifest those of its files. Pure.
 */
import { createHash } from 'node:crypto'
import { z } from 'zod'

const hash = z.string().regex(/^[0-9a-f]{64}$/)
const count = z.number().int().min(0)

const tableSchema = z.strictObject({
  /** Qualified names: where the rows lived when they were active, and the archive table that they were read from. */
  name: z.string(),
  archive: z.string(),
  /** Relative to the store. */
  path: z.string(),
  rows: count,
  bytes: count,
  /** Of the bytes in the store, encrypted or not. */
  sha256: hash,
  /**
   * Of its rows as the server wrote them, in the file's order: CSV, the family's key first, every value in quotes, NULL
   * bare. It is the same whatever becomes of the file's form, and whoever reads the file can make it again.
   */
  content: hash,
  /** With the types that PostgreSQL gave them; how the file has them is told by `isInteger` in `columns.ts`. */
  columns: z.array(z.strictObject({ name: z.string(), type: z.string() })),
  key: z.array(z.string()),
})

/** Of what the files hold: 3 proves the rows of a file as a whole, and has no digest beside each. */
export const VERSION = 3

const manifestSchema = z.strictObject({
  version: z.literal(VERSION),
  policy: z.string(),
  policyHash: z.string(),
  subject: z.string(),
  run: count,
  /** `2026-03`: when its families were archived, in UTC. */
  month: z.string().regex(/^\d{4,6}-\d{2}$/),
  families: count,
  /** Of the subjects, in the key's order. */
  firstKey: z.string(),
  lastKey: z.string(),
  encryption: z.strictObject({ algorithm: z.literal('aes-256-gcm'), keyId: z.string() }).nullable(),
  tables: z.array(tableSchema).min(1),
})

export type ColdTable = Readonly<z.infer<typeof tableSchema>>
export type ColdColumn = ColdTable['columns'][number]
export type Manifest = Readonly<z.infer<typeof manifestSchema>>

/** null: the files are plain. */
export const encryptionUnder = (keyId: string | null): Manifest['encryption'] =>
  keyId === null ? null : { algorithm: 'aes-256-gcm', keyId }

export const manifestText = (manifest: Manifest): string => `${JSON.stringify(manifest, null, 2)}\n`

/** Null where the text is no manifest of this version. */
export function parseManifest(text: string): Manifest | null {
  try {
    return manifestSchema.parse(JSON.parse(text))
  } catch {
    return null
  }
}

export type SetName = Readonly<{ policy: string; month: string; run: number; part: number }>

/** Hive's way, so that Spark, Trino and DuckDB read policy, table and month as columns. */
export const tablePath = ({ policy, month, run, part }: SetName, table: string, isEncrypted: boolean): string =>
  `policy=${policy}/table=${folderName(table)}/month=${month}/${run}-${part}.parquet${isEncrypted ? '.enc' : ''}`

/** Disks take names of 255 bytes, and a table's name in an alphabet of its own is three times as long in this writing. */
const FOLDER_NAME_LENGTH = 180

/** A longer one is cut between two characters, and told from others by a hash. */
function folderName(table: string): string {
  const whole = encodeURIComponent(table)
  if (whole.length <= FOLDER_NAME_LENGTH) return whole
  let begins = ''
  for (const character of table) {
    const longer = begins + encodeURIComponent(character)
    if (longer.length > FOLDER_NAME_LENGTH) break
    begins = longer
  }
  return `${begins}~${createHash('sha256').update(table).digest('hex').slice(0, 16)}`
}

export const manifestPath = ({ policy, month, run, part }: SetName): string =>
  `policy=${policy}/manifests/month=${month}/${run}-${part}.json`
