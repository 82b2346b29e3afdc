/** PostgreSQL's wire protocol as far as the proxy needs it: whole messages out of any chunks, and what two of them say. */

const TYPED_HEADER = 5
const STARTUP_HEADER = 4

/** Takes a stream apart into messages. A client's first one has no type; `typed` streams begin with typed ones. */
export class MessageReader {
  #rest: Buffer = Buffer.alloc(0)
  #isStartup: boolean

  constructor(first: 'startup' | 'typed') {
    this.#isStartup = first === 'startup'
  }

  /** The messages that are whole with this chunk; what is left waits for the next one. */
  read(chunk: Buffer): readonly Buffer[] {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    const messages: Buffer[] = []
    for (let length = this.#length(); length !== null; length = this.#length()) {
      messages.push(this.#rest.subarray(0, length))
      this.#rest = this.#rest.subarray(length)
      this.#isStartup = false
    }
    return messages
  }

  #length(): number | null {
    const header = this.#isStartup ? STARTUP_HEADER : TYPED_HEADER
    if (this.#rest.length < header) return null
    const length = this.#rest.readUInt32BE(header - 4) + header - 4
    return this.#rest.length < length ? null : length
  }
}

/** The statement of a Query or Parse message; null for any other. */
export function sqlOf(message: Buffer): string | null {
  const type = String.fromCharCode(message[0] ?? 0)
  if (type !== 'Q' && type !== 'P') return null
  const from = type === 'Q' ? TYPED_HEADER : message.indexOf(0, TYPED_HEADER) + 1
  return message.toString('utf8', from, message.indexOf(0, from))
}

/** The tag of a CommandComplete message, such as `COMMIT`; `ERROR` for an error; null for any other. */
export function tagOf(message: Buffer): string | null {
  const type = String.fromCharCode(message[0] ?? 0)
  if (type === 'E') return 'ERROR'
  return type === 'C' ? message.toString('utf8', TYPED_HEADER, message.length - 1) : null
}
