/**
 * A file that is written in pieces of a megabyte, whatever pieces it is given, and hashed as it is written. A server
 * sends ten kilobytes at a time, and a call of the system for each cost several times of what taking the rows does.
 */
import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { Writable } from 'node:stream'
import { onDesk } from './desk-error.ts'

const PIECE_BYTES = 1_048_576

/** `sha256`: of all that was written, once it has ended. */
export type WideWrites = Readonly<{ sink: Writable; sha256: () => string }>

export async function wideWrites(path: string): Promise<WideWrites> {
  const sink = new WideSink(await open(path, 'wx', 0o600))
  return { sink, sha256: () => sink.sha256 }
}

class WideSink extends Writable {
  readonly #file: FileHandle
  readonly #hash = createHash('sha256')
  readonly #piece = Buffer.allocUnsafe(PIECE_BYTES)
  #filled = 0
  /** Empty before the end. */
  sha256 = ''

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
    const end = () => {
      this.sha256 = this.#hash.digest('hex')
      done()
    }
    this.#flush(Buffer.alloc(0)).then(end, done)
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
    await this.#write(this.#piece.subarray(0, this.#filled))
    this.#filled = 0
    if (chunk.length > PIECE_BYTES) await this.#write(chunk)
    else this.#take(chunk)
  }

  async #write(bytes: Buffer): Promise<void> {
    this.#hash.update(bytes)
    await onDesk(() => this.#file.writeFile(bytes))
  }
}
