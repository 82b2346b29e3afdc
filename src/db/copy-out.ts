/**
 * COPY ... TO STDOUT for the driver: the rows go into a sink in pieces of a megabyte, each byte copied once. The driver's
 * own parser rests meanwhile and is given all else: the count, the end, an error. Of a sink that failed the rest is taken
 * off the wire and dropped, so that its connection can go on.
 */
import type { Writable } from 'node:stream'
import type { Connection, Submittable } from 'pg'
import { CopyPieces } from './copy-pieces.ts'

/** Of a message: its kind, and its length with these four bytes in it. */
const HEAD_BYTES = 5

const codeOf = (kind: string): number => kind.charCodeAt(0)
const ROWS = codeOf('d')
/** The copy begins, the copy ends, and what may come in between: of no interest here. */
const PASSED_OVER: ReadonlySet<number> = new Set(['H', 'c', 'S', 'N', 'A'].map(codeOf))

export class CopyOut implements Submittable {
  /** Number of rows, once the sink has taken all of them and ended. Rejects with the first thing that went wrong. */
  readonly done: Promise<number>
  readonly #text: string
  readonly #pieces: CopyPieces
  #end: (outcome: Promise<number>) => void = () => undefined
  #rows = 0

  constructor(text: string, sink: Writable) {
    this.#text = text
    this.#pieces = new CopyPieces(sink)
    this.done = new Promise((resolve) => {
      this.#end = resolve
    })
  }

  /** Called by the driver, as are those below. */
  submit(connection: Connection): void {
    const { stream } = connection
    const pieces = this.#pieces
    const messages = new Messages(pieces)
    const parsers = stream.listeners('data').filter(isListener)
    const take = (chunk: Buffer) => {
      const rest = messages.take(chunk)
      if (rest === null) return pieces.holdBack(stream)
      stream.off('data', take)
      for (const parser of parsers) stream.on('data', parser)
      for (const parser of parsers) parser(rest)
    }
    stream.removeAllListeners('data')
    stream.on('data', take)
    connection.query(this.#text)
  }

  handleCommandComplete({ text }: Readonly<{ text: string }>): void {
    this.#rows = Number(/^COPY (\d+)$/.exec(text)?.[1])
  }

  handleError(error: Error): void {
    this.#pieces.abandon(error)
    this.#end(Promise.reject(error))
  }

  handleReadyForQuery(): void {
    this.#end(this.#pieces.end().then(() => this.#rows))
  }
}

type Listener = (chunk: Buffer) => void

const isListener = (listener: unknown): listener is Listener => typeof listener === 'function'

/** Where the last chunk ended: within a message, or within its head. */
class Messages {
  readonly #pieces: CopyPieces
  readonly #head = Buffer.alloc(HEAD_BYTES)
  #headFilled = 0
  #left = 0
  #isRows = false

  constructor(pieces: CopyPieces) {
    this.#pieces = pieces
  }

  /** Null while the copy goes on; then what is the driver's, from the first byte of a message. */
  take(chunk: Buffer): Buffer | null {
    let at = 0
    while (at < chunk.length) {
      if (this.#left > 0) {
        const end = Math.min(chunk.length, at + this.#left)
        if (this.#isRows) this.#pieces.take(chunk, at, end)
        this.#left -= end - at
        at = end
      } else {
        const kind = this.#headFilled > 0 ? this.#head[0] : chunk[at]
        if (kind !== ROWS && !PASSED_OVER.has(kind ?? 0)) return chunk.subarray(at)
        const copied = chunk.copy(this.#head, this.#headFilled, at, at + HEAD_BYTES - this.#headFilled)
        this.#headFilled += copied
        at += copied
        if (this.#headFilled < HEAD_BYTES) return null
        this.#headFilled = 0
        this.#isRows = kind === ROWS
        this.#left = this.#head.readUInt32BE(1) + 1 - HEAD_BYTES
      }
    }
    return null
  }
}
