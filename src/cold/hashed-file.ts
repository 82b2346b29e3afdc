/** A file that is written in whatever pieces come, large ones, and hashed as it is written. */
import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { Writable } from 'node:stream'
import { onDesk } from './desk-error.ts'

/** `sha256`: of all that was written, once it has ended. */
export type HashedFile = Readonly<{ sink: Writable; sha256: () => string }>

export async function hashedFile(path: string): Promise<HashedFile> {
  const sink = new HashedSink(await open(path, 'wx', 0o600))
  return { sink, sha256: () => sink.sha256 }
}

class HashedSink extends Writable {
  readonly #file: FileHandle
  readonly #hash = createHash('sha256')
  /** Empty before the end. */
  sha256 = ''

  constructor(file: FileHandle) {
    super({ decodeStrings: true })
    this.#file = file
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    const written = onDesk(() => this.#file.writeFile(chunk))
    this.#hash.update(chunk)
    written.then(() => done(), done)
  }

  override _final(done: (error?: Error | null) => void): void {
    this.sha256 = this.#hash.digest('hex')
    done()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#file.close().then(
      () => done(error),
      (failure: Error) => done(error ?? failure),
    )
  }
}
