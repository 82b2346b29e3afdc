/**
 * Small pieces gathered into large ones on their way into a sink: a call of the system for each of ten kilobytes costs
 * several times of what taking them does. A few buffers go round, whatever goes through them.
 */
import type { Readable, Writable } from 'node:stream'
import { finished } from 'node:stream/promises'

const PIECE_BYTES = 1_048_576

/** Pieces on their way before whoever sends has to wait. */
const UNDERWAY = 2

export class CopyPieces {
  readonly #sink: Writable
  readonly #ended: Promise<void>
  readonly #spare: Buffer[] = []
  #piece: Buffer = Buffer.allocUnsafe(PIECE_BYTES)
  #filled = 0
  #underway = 0
  #waiting: Readable | null = null

  constructor(sink: Writable) {
    this.#sink = sink
    this.#ended = finished(sink)
    // Whoever waits for the end hears of it.
    this.#ended.catch(() => undefined)
  }

  take(chunk: Buffer, from: number, to: number): void {
    let at = from
    while (at < to) {
      const copied = chunk.copy(this.#piece, this.#filled, at, to)
      this.#filled += copied
      at += copied
      if (this.#filled === PIECE_BYTES) this.#send()
    }
  }

  /** Lets the source wait while the sink has enough. */
  holdBack(source: Readable): void {
    if (this.#underway < UNDERWAY) return
    source.pause()
    this.#waiting = source
  }

  /** Resolves when the sink has ended, rejects where it failed. */
  async end(): Promise<void> {
    if (this.#filled > 0) this.#send()
    this.#sink.end()
    await this.#ended
  }

  abandon(error: Error): void {
    this.#sink.destroy(error)
  }

  #send(): void {
    const piece = this.#piece
    const bytes = piece.subarray(0, this.#filled)
    this.#filled = 0
    // What a failed sink does not want any more is written over.
    if (this.#sink.destroyed) return
    this.#piece = this.#spare.pop() ?? Buffer.allocUnsafe(PIECE_BYTES)
    this.#underway += 1
    this.#sink.write(bytes, () => {
      this.#underway -= 1
      this.#spare.push(piece)
      this.#waiting?.resume()
      this.#waiting = null
    })
  }
}
