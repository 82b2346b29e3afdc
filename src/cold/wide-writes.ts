/**
 * A file that is written in pieces of a megabyte, whatever pieces it is given. A server sends ten kilobytes at a time,
 * and a call of the system for each cost several times of what taking the rows does.
 */
import { type FileHandle, open } from 'node:fs/promises'
import { Writable } from 'node:stream'
import { onDesk } from './desk-error.ts'

const PIECE_BYTES = 1_048_576

export async function wideWrites(path: string): Promise<Writable> {
  return new WideWrites(await open(path, 'wx', 0o600))
}

class WideWrites extends Writable {
  readonly #file: FileHandle
  readonly #piece = Buffer.allocUnsafe(PIECE_BYTES)
  #filled = 0

  constructor(file: FileHandle) {
    super({ decodeStrings: true })
    this.#file = file
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (this.#filled + chunk.length <= PIECE_BYTES) {
      this.#take(chunk)
      done()
      return
    }
    this.#flush(chunk).then(() => done(), done)
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#flush(Buffer.alloc(0)).then(() => done(), done)
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#file.close().then(
      () => done(error),
      (failure: Error) => done(error ?? failure),
    )
  }

  #take(chunk: Buffer): void {
    this.#filled += chunk.copy(this.#piece, this.#filled)
  }

  /** Writes what was gathered; the chunk is gathered then, or written too where it is longer than a piece. */
  async #flush(chunk: Buffer): Promise<void> {
    await onDesk(() => this.#file.writeFile(this.#piece.subarray(0, this.#filled)))
    this.#filled = 0
    if (chunk.length > PIECE_BYTES) await onDesk(() => this.#file.writeFile(chunk))
    else this.#take(chunk)
  }
}
