/**
 * POSTs JSON to a webhook: within a time, with a small answer, and only to where a webhook may go, at every redirect
 * anew. What the other side says is not kept: only its status.
 */
import { type ClientRequest, type IncomingMessage, request as plainRequest } from 'node:http'
import { request as secureRequest } from 'node:https'
import { DeliveryProblem } from './channel.ts'
import { checkedLookup, checkTarget, type Resolve, systemResolve } from './target.ts'

export type WebhookOptions = Readonly<{
  /** Hosts that may be private, and spoken to without TLS. */
  allow: readonly string[]
  timeoutMs: number
  resolve?: Resolve
}>

/** Those that repeat the POST; others would turn it into a GET, which no webhook understands. */
const REDIRECTS = [307, 308]
const MAX_REDIRECTS = 3
/** The answer is thrown away; more than this says that it is no webhook. */
const MAX_ANSWER_BYTES = 64 * 1024
/** A receiver that asks for more is asked again by then. */
const MAX_RETRY_AFTER_MS = 24 * 3_600_000

/** Throws DeliveryProblem. */
export async function postJson(
  address: string,
  body: object,
  options: WebhookOptions,
  signal?: AbortSignal,
): Promise<void> {
  const text = JSON.stringify(body)
  const deadline = AbortSignal.any([AbortSignal.timeout(options.timeoutMs), ...(signal === undefined ? [] : [signal])])
  let url = new URL(address)
  for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
    checkTarget(url, options.allow)
    const { status, headers } = await post(url, text, options, deadline)
    if (status >= 200 && status < 300) return
    if (!REDIRECTS.includes(status)) throw new DeliveryProblem(`http_${status}`, { retryAfterMs: retryAfter(headers) })
    url = redirected(url, headers.location)
  }
  throw new DeliveryProblem('too_many_redirects')
}

function redirected(from: URL, location: string | undefined): URL {
  try {
    if (location !== undefined) return new URL(location, from)
  } catch {
    // Falls through to the same end as none at all.
  }
  throw new DeliveryProblem('redirect_unreadable')
}

type Answer = Readonly<{ status: number; headers: IncomingMessage['headers'] }>

function post(url: URL, text: string, options: WebhookOptions, signal: AbortSignal): Promise<Answer> {
  return new Promise<Answer>((done, failed) => {
    const send = url.protocol === 'https:' ? secureRequest : plainRequest
    const fail = (error: unknown) => failed(problemOf(error, signal))
    const call: ClientRequest = send(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'content-length': Buffer.byteLength(text),
        'user-agent': 'mothball',
      },
      lookup: checkedLookup(options.allow, options.resolve ?? systemResolve),
      // A connection that is kept would go past the look at its address.
      agent: false,
      signal,
    })
    call.on('error', fail)
    call.on('response', (answer) => {
      let bytes = 0
      answer.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes > MAX_ANSWER_BYTES) call.destroy(new DeliveryProblem('answer_too_large'))
      })
      answer.on('error', fail)
      answer.on('end', () => done({ status: answer.statusCode ?? 0, headers: answer.headers }))
    })
    call.end(text)
  })
}

function problemOf(error: unknown, signal: AbortSignal): DeliveryProblem {
  if (error instanceof DeliveryProblem) return error
  if (signal.aborted) return new DeliveryProblem('timeout', { cause: error })
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (/^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO|SELF_SIGNED|DEPTH_ZERO|EPROTO)/.test(code))
    return new DeliveryProblem('tls', { cause: error })
  return new DeliveryProblem(/^[A-Z_]{2,40}$/.test(code) ? code.toLowerCase() : 'unreachable', { cause: error })
}

/** Seconds or a date, as RFC 9110 has it; null where there is none. */
function retryAfter(headers: IncomingMessage['headers']): number | null {
  const text = headers['retry-after']
  if (text === undefined) return null
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now()
  return Number.isNaN(ms) ? null : Math.min(Math.max(0, ms), MAX_RETRY_AFTER_MS)
}
