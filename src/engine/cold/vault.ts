/**
 * The port to cold files: what the engine asks of whoever keeps them. A file is kept once its bytes were read back
 * from the store and its rows, written out again, are byte for byte what the server sent; it is fetched only as the
 * manifest knows it.
 */
import type { Writable } from 'node:stream'
import type { ColdTable } from '../../core/cold/manifest.ts'

export interface ColdVault {
  /** `directory`, or `s3` and the bucket: for journal and screens. */
  readonly store: string
  /** Of the key under which new files are encrypted; null: they are plain. */
  readonly keyId: string | null
  /** A place to work at; what lies on it is gone with it. */
  open(): Promise<ColdDesk>
  /** Paths of all that lies in the store. */
  list(): Promise<readonly string[]>
  /** Gone for good; one that is not there is gone. */
  remove(path: string): Promise<void>
}

export type KeptFile = Readonly<{ bytes: number; sha256: string }>
/** `rows`: what was read back and proven; `content` as the manifest has it. */
export type KeptTable = Readonly<{ file: KeptFile & Readonly<{ rows: number; content: string }>; rows: ColdRows }>

/** A table's rows on their way: CSV as the server writes it, the family before the columns. `sha256` once the sink has ended. */
export type Intake = Readonly<{ sink: Writable; file: string; sha256: () => string }>

/** All that the server sent of a table: how many rows, and the hash of their CSV. */
export type Received = Readonly<{ file: string; rows: number; sha256: string }>

type Shape = Pick<ColdTable, 'columns' | 'key'>

/** A file that lies in the store under its name, durably, and is not proven yet. */
export type WrittenTable = KeptFile & Readonly<{ path: string; shape: Shape; received: Received }>

export type OldFile = Readonly<{ table: ColdTable; keyId: string | null }>

export interface ColdDesk extends AsyncDisposable {
  intake(): Promise<Intake>
  write(received: Received, path: string, shape: Shape): Promise<WrittenTable>
  /** Reads it back. Throws `cold_not_kept` where that is not what the server sent, to the byte. */
  prove(written: WrittenTable): Promise<KeptTable>
  keepText(path: string, text: string): Promise<KeptFile>
  /** Throws `cold_file_missing`, `cold_file_differs`. */
  fetchText(path: string, sha256: string): Promise<string>
  /** The rows of a file, once they are proven; throws also `cold_key_missing`. */
  fetch(table: ColdTable, keyId: string | null): Promise<ColdRows>
  /**
   * The rows of a file, once they are proven, without those of one family, as a file of its own: kept, and compared
   * row by row with what it was made of. Throws what `fetch` and `prove` throw.
   */
  rewrite(old: OldFile, without: string, path: string): Promise<KeptTable>
}

/** One text for each row, or null. */
export type ColdValues = Readonly<Record<string, readonly (string | null)[]>>

export interface ColdColumns {
  /** Values of some columns, of these families' rows. */
  of(columns: readonly string[], families: readonly string[]): Promise<ColdValues>
}

/** Keys, times and batches of archiving, each as an array in PostgreSQL's writing; their places belong together. */
export type FamilyPage = Readonly<{ keys: string; archivedAt: string; batches: string }>

/** Until they are disposed of they take room on the disk. */
export interface ColdRows extends ColdColumns, AsyncDisposable {
  /** Of the subjects' rows, `limit` from `offset` in the file's order. */
  families(page: Readonly<{ offset: number; limit: number }>): Promise<FamilyPage>
  /** How many rows of this family there are. */
  count(family: string): Promise<number>
  /** Rows and digest of each of these families; one without rows is left out. */
  digests(families: readonly string[]): Promise<FamilyDigests>
}

/** By family: `<rows> <sha-256 over its rows' digests in their own order>`. */
export type FamilyDigests = ReadonlyMap<string, string>

/** How many rows of a family such a text tells of. */
export const rowCount = (digest: string | undefined): number => Number(digest?.split(' ')[0] ?? 0)
