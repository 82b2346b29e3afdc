/**
 * Cold files kept, fetched and written again. Kept: written, encrypted where a key is set, put, read back from the
 * store, decrypted, and every row's digest computed again. Fetched: hashed, decrypted, and proven in the same way,
 * before anybody sees a row of it. Written again: both, and what is left compared with what was there.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ColdTable } from '../core/cold/manifest.ts'
import { MothballError } from '../core/errors/index.ts'
import {
  type ColdDesk,
  type ColdRows,
  type ColdVault,
  type Intake,
  type KeptFile,
  type KeptTable,
  type OldFile,
  rowCount,
} from '../engine/cold/vault.ts'
import { differenceSql, familiesInFileSql, fileDigestsSql, proofSql, readColdSql } from '../sql/cold-file.sql.ts'
import type { FileBoundary } from './boundary.ts'
import { onDesk, tellingDesk } from './desk-error.ts'
import { decryptFile, encryptFile, type FileKey } from './encryption.ts'
import { openParquet, type Parquet } from './parquet.ts'
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
        const folder = await mkdtemp(join(tmpdir(), 'mothball-cold-'))
        return tellingDesk(new Desk(options, folder, await openParquet(folder)))
      }),
    list: () => store.list(),
    remove: (path) => store.remove(path),
  }
}

type Expected = Pick<ColdTable, 'columns' | 'key' | 'rows'>

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
    return { file, sink: await wideWrites(file) }
  }

  async keep(
    { file, copied }: Readonly<{ file: string; copied: number }>,
    path: string,
    { columns, key }: Pick<ColdTable, 'columns' | 'key'>,
  ): Promise<KeptTable> {
    const plain = this.#place('parquet')
    await this.#parquet.write(file, plain, columns)
    await rm(file)
    const { kept } = await this.#keepParquet(plain, path, { columns, key, rows: copied })
    return kept
  }

  async rewrite({ table, keyId }: OldFile, without: string, path: string): Promise<KeptTable> {
    const old = await this.#proven(table, keyId)
    const plain = this.#place('parquet')
    await this.#parquet.leaveOut(old, plain, without)
    const his = await rowsOf(this.#parquet, old).digests([without])
    const rows = table.rows - rowCount(his.get(without))
    const { kept, opened } = await this.#keepParquet(plain, path, { columns: table.columns, key: table.key, rows })
    const { differing } = await this.#parquet.columns(differenceSql(old, opened, without))
    if (differing?.[0] !== '0') throw notKept(path, rows, Number(differing?.[0]))
    await this.#clear(old)
    return kept
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
    return rowsOf(this.#parquet, await this.#proven(table, keyId))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#parquet[Symbol.dispose]()
    await rm(this.#folder, { recursive: true, force: true })
  }

  /** Puts a file into the store, gets it back, and proves every row of it; `opened` is what was got back. */
  async #keepParquet(plain: string, path: string, { columns, key, rows }: Expected) {
    const { store, keys, reached } = this.#options
    const [current] = keys
    const stored = current === undefined ? plain : this.#place('enc')
    if (current !== undefined) await encryptFile(plain, stored, current, path)
    const { sha256, bytes } = await this.#put(stored, path)
    const back = this.#place('back')
    await store.get(path, back)
    await reached('file-read-back')
    await requireSame(path, back, { sha256 })
    const opened = await this.#opened(path, back, current ?? null)
    const proof = await this.#prove(opened, { columns, key })
    if (proof.rows !== rows || proof.keys !== rows || proof.differing > 0)
      throw notKept(path, rows, Math.max(proof.differing, Math.abs(rows - proof.rows), rows - proof.keys))
    await this.#clear(plain, stored)
    return { kept: { bytes, sha256, rows, digest: proof.digest, content: rowsOf(this.#parquet, opened) }, opened }
  }

  /** The file as the manifest knows it, decrypted. */
  async #proven(table: ColdTable, keyId: string | null): Promise<string> {
    const { path, rows, digest } = table
    const key = keyId === null ? null : this.#options.keys.find(({ id }) => id === keyId)
    if (key === undefined) throw new MothballError('cold_key_missing', { key: keyId ?? '' })
    const file = this.#place('fetched')
    await this.#options.store.get(path, file)
    await requireSame(path, file, table)
    const plain = await this.#opened(path, file, key)
    const proof = await this.#prove(plain, table)
    if (proof.rows !== rows || proof.digest !== digest || proof.differing > 0)
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

  async #prove(parquet: string, { columns, key }: Pick<ColdTable, 'columns' | 'key'>) {
    const found = await this.#parquet.columns(proofSql(parquet, columns, key))
    return {
      rows: Number(found['rows']?.[0]),
      keys: Number(found['keys']?.[0]),
      differing: Number(found['differing']?.[0]),
      digest: found['digest']?.[0] ?? '',
    }
  }

  async #clear(...files: readonly string[]): Promise<void> {
    for (const file of files) await rm(file, { force: true })
  }
}

function rowsOf(parquet: Parquet, file: string): ColdRows {
  return {
    arrays: async (columns, page) => {
      const found = await parquet.columns(readColdSql(file, columns, page))
      return Object.fromEntries(columns.map((name) => [name, found[name]?.[0] ?? '{}']))
    },
    of: (columns, families) => parquet.columns(familiesInFileSql(file, columns, families)),
    digests: async (families) => {
      const { family = [], digest = [] } = await parquet.columns(fileDigestsSql(file, families))
      return new Map(family.map((key, at) => [key ?? '', digest[at] ?? '']))
    },
    [Symbol.asyncDispose]: () => rm(file, { force: true }),
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

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk)
  return hash.digest('hex')
}
