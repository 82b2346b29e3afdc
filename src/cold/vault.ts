/**
 * Cold files kept, fetched and written again. Kept: written, encrypted where a key is set, put, read back from the
 * store, decrypted, and its rows written out as CSV again, which must be what the server sent to the byte. Fetched:
 * hashed, decrypted, and proven in the same way, before anybody sees a row of it. Written again: both, and what is left
 * compared with what was there.
 */
import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ColdTable } from '../core/cold/manifest.ts'
import { MothballError } from '../core/errors/index.ts'
import type {
  ColdDesk,
  ColdRows,
  ColdVault,
  Intake,
  KeptFile,
  KeptTable,
  OldFile,
  Received,
  WrittenTable,
} from '../engine/cold/vault.ts'
import { countsSql, differenceSql } from '../sql/cold-file.sql.ts'
import type { FileBoundary } from './boundary.ts'
import { onDesk, tellingDesk } from './desk-error.ts'
import { openDeskFolder } from './desk-folder.ts'
import { decryptFile, encryptFile, type FileKey } from './encryption.ts'
import { hashOfFile } from './file-hash.ts'
import { openParquet, type Parquet } from './parquet.ts'
import { rowsOf } from './rows.ts'
import type { ColdStore } from './store.ts'
import { wideWrites } from './wide-writes.ts'

export type VaultOptions = Readonly<{
  store: ColdStore
  /** The first is for new files, the others for those that are there. */
  keys: readonly FileKey[]
  reached: FileBoundary
}>

export function createVault(options: VaultOptions): ColdVault {
  const { store, keys } = options
  return {
    store: store.name,
    keyId: keys[0]?.id ?? null,
    open: () =>
      onDesk(async () => {
        const folder = await openDeskFolder()
        return tellingDesk(new Desk(options, folder, await openParquet(folder)))
      }),
    list: () => store.list(),
    remove: (path) => store.remove(path),
  }
}

type Shape = WrittenTable['shape']
type Proof = Readonly<{ content: string; rows: number; keys: number; strays: number }>

class Desk implements ColdDesk {
  readonly #options: VaultOptions
  readonly #folder: string
  readonly #parquet: Parquet
  #count = 0

  constructor(options: VaultOptions, folder: string, parquet: Parquet) {
    this.#options = options
    this.#folder = folder
    this.#parquet = parquet
  }

  async intake(): Promise<Intake> {
    const file = this.#place('csv')
    return { file, ...(await wideWrites(file)) }
  }

  async write(received: Received, path: string, shape: Shape): Promise<WrittenTable> {
    const plain = this.#place('parquet')
    await this.#parquet.write(received.file, plain, shape.columns)
    return { path, shape, received, ...(await this.#putParquet(plain, path)) }
  }

  async prove({ path, shape, received, bytes, sha256 }: WrittenTable): Promise<KeptTable> {
    const opened = await this.#readBack(path, sha256)
    const proof = await this.#prove(opened, shape)
    const { rows } = received
    const isSame = proof.content === received.sha256
    if (!isSame || proof.rows !== rows || proof.keys !== rows || proof.strays > 0) {
      const lacking = isSame ? 0 : await this.#lacking(opened, received, shape)
      throw notKept(path, rows, Math.max(lacking, Math.abs(rows - proof.rows), rows - proof.keys, proof.strays, 1))
    }
    await this.#clear(received.file)
    return {
      file: { bytes, sha256, rows, content: proof.content },
      rows: rowsOf(this.#parquet, opened, shape.columns),
    }
  }

  async rewrite({ table, keyId }: OldFile, without: string, path: string): Promise<KeptTable> {
    const old = await this.#proven(table, keyId)
    const plain = this.#place('parquet')
    await this.#parquet.leaveOut(old, plain, without)
    const rows = table.rows - (await rowsOf(this.#parquet, old, table.columns).count(without))
    const { bytes, sha256 } = await this.#putParquet(plain, path)
    const opened = await this.#readBack(path, sha256)
    const proof = await this.#prove(opened, table)
    const { differing } = await this.#parquet.columns(differenceSql(old, opened, without))
    if (differing?.[0] !== '0' || proof.rows !== rows || proof.keys !== rows)
      throw notKept(path, rows, Math.max(Number(differing?.[0]), Math.abs(rows - proof.rows), rows - proof.keys))
    await this.#clear(old)
    return {
      file: { bytes, sha256, rows, content: proof.content },
      rows: rowsOf(this.#parquet, opened, table.columns),
    }
  }

  async keepText(path: string, text: string): Promise<KeptFile> {
    const file = this.#place('json')
    await writeFile(file, text, { mode: 0o600 })
    const kept = await this.#put(file, path)
    await this.fetchText(path, kept.sha256)
    return kept
  }

  async fetchText(path: string, sha256: string): Promise<string> {
    const file = this.#place('json')
    await this.#options.store.get(path, file)
    await requireSame(path, file, { sha256 })
    return readFile(file, 'utf8')
  }

  async fetch(table: ColdTable, keyId: string | null): Promise<ColdRows> {
    return rowsOf(this.#parquet, await this.#proven(table, keyId), table.columns)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#parquet[Symbol.dispose]()
    await rm(this.#folder, { recursive: true, force: true })
  }

  async #putParquet(plain: string, path: string): Promise<KeptFile> {
    const [current] = this.#options.keys
    const stored = current === undefined ? plain : this.#place('enc')
    if (current !== undefined) await encryptFile(plain, stored, current, path)
    const kept = await this.#put(stored, path)
    await this.#clear(plain, stored)
    return kept
  }

  /** A file that was just put, decrypted. */
  async #readBack(path: string, sha256: string): Promise<string> {
    const { store, keys, reached } = this.#options
    const back = this.#place('back')
    await store.get(path, back)
    await reached('file-read-back')
    await requireSame(path, back, { sha256 })
    return this.#opened(path, back, keys[0] ?? null)
  }

  /** The file as the manifest knows it, decrypted. */
  async #proven(table: ColdTable, keyId: string | null): Promise<string> {
    const { path, rows, content } = table
    const key = keyId === null ? null : this.#options.keys.find(({ id }) => id === keyId)
    if (key === undefined) throw new MothballError('cold_key_missing', { key: keyId ?? '' })
    const file = this.#place('fetched')
    await this.#options.store.get(path, file)
    await requireSame(path, file, table)
    const plain = await this.#opened(path, file, key)
    const proof = await this.#prove(plain, table)
    if (proof.rows !== rows || proof.content !== content)
      throw new MothballError('cold_file_differs', { file: path, problem: 'its rows are others' })
    return plain
  }

  #place(ending: string): string {
    this.#count += 1
    return join(this.#folder, `${this.#count}.${ending}`)
  }

  async #put(file: string, path: string): Promise<KeptFile> {
    const { size } = await stat(file)
    const sha256 = await hashOf(file)
    await this.#options.store.put(path, file)
    return { bytes: size, sha256 }
  }

  async #opened(path: string, file: string, key: FileKey | null): Promise<string> {
    if (key === null) return file
    const plain = this.#place('parquet')
    await decryptFile(file, plain, key, path)
    await rm(file)
    return plain
  }

  /** What the file holds, by its rows written out again. */
  async #prove(parquet: string, { key }: Pick<Shape, 'key'>): Promise<Proof> {
    const csv = this.#place('csv')
    await this.#parquet.writeOut(parquet, csv)
    const content = await hashOf(csv)
    await this.#clear(csv)
    const found = await this.#parquet.columns(countsSql(parquet, key))
    const of = (count: string) => Number(found[count]?.[0])
    return { content, rows: of('rows'), keys: of('keys'), strays: of('strays') }
  }

  /** Rows that were sent and are not there; only asked where something differs, which it does though they cannot be counted. */
  async #lacking(parquet: string, received: Received, { columns }: Shape): Promise<number> {
    const csv = this.#place('csv')
    await this.#parquet.writeOut(parquet, csv)
    return this.#parquet.lacking(received.file, csv, columns).catch(() => 1)
  }

  async #clear(...files: readonly string[]): Promise<void> {
    for (const file of files) await rm(file, { force: true })
  }
}

const notKept = (file: string, rows: number, differing: number): MothballError =>
  new MothballError('cold_not_kept', { file, rows, differing })

async function requireSame(file: string, at: string, known: Readonly<{ sha256: string; bytes?: number }>) {
  const { size } = await stat(at)
  const differs = (problem: string) => new MothballError('cold_file_differs', { file, problem })
  if (known.bytes !== undefined && size < known.bytes) throw differs(`${size} of ${known.bytes} bytes are left`)
  if (known.bytes !== undefined && size > known.bytes) throw differs(`it has ${size} bytes instead of ${known.bytes}`)
  if ((await hashOf(at)) !== known.sha256) throw differs('its bytes were changed')
}

const hashOf = async (path: string): Promise<string> => (await hashOfFile(path, 'sha256')).toString('hex')
