/** A way to people. Sends one message once, or throws a DeliveryProblem; trying again is the fan-out's business. */
import type { Message } from '../core/message.ts'

export type Channel = Readonly<{
  name: string
  kind: 'email' | 'slack' | 'teams'
  /** `id` is the same at every attempt, so that whoever gets a message twice can tell. */
  send(message: Message, id: string, signal?: AbortSignal): Promise<void>
}>

/**
 * Why a message did not go out: a code such as `timeout`, `http_500`, `smtp_535`, `address_refused`. Never an address, an
 * answer or a password: it is stored and shown.
 */
export class DeliveryProblem extends Error {
  readonly code: string
  /** As the receiver asked (Retry-After); null: it did not say. */
  readonly retryAfterMs: number | null

  constructor(
    code: string,
    { retryAfterMs = null, cause }: Readonly<{ retryAfterMs?: number | null; cause?: unknown }> = {},
  ) {
    super(code, { cause })
    this.name = 'DeliveryProblem'
    this.code = code
    this.retryAfterMs = retryAfterMs
  }
}
