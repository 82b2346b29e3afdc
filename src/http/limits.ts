/** What no caller may do to the others: ask too often, send too much, send what is no JSON, guess keys. */
import { getConnInfo } from '@hono/node-server/conninfo'
import type { Context, MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { rateLimiter } from 'hono-rate-limiter'
import { MothballError } from '../core/errors/index.ts'
import type { Env } from './environment.ts'
import type { HttpOptions } from './options.ts'
import { problemResponse } from './problem.ts'

const WINDOW_MS = 60_000
/** Wrong keys from one address within a minute; each of them also stands in the audit log. */
const GUESSES = 30

const tooMany = (c: Context<Env>): Response =>
  problemResponse(c, new MothballError('too_many_requests'), [], { 'Retry-After': String(WINDOW_MS / 1000) })

/** The machine that asks; behind a proxy that is the proxy, which has limits of its own. */
const addressOf = (c: Context<Env>): string => getConnInfo(c).remote.address ?? 'unknown'

export const limitRequests = ({ requestsPerMinute }: HttpOptions): MiddlewareHandler<Env> =>
  rateLimiter<Env>({
    windowMs: WINDOW_MS,
    limit: requestsPerMinute,
    standardHeaders: 'draft-7',
    keyGenerator: addressOf,
    skip: (c) => PROBES.includes(c.req.path),
    handler: tooMany,
  })

/** Who watches over the service is never asked to wait. */
const PROBES = ['/livez', '/readyz']

/**
 * Only refused keys count, and only once they are refused: a limiter that counts every request and takes it back with
 * its answer shuts out whoever has thirty of them open, such as a proxy before many callers.
 */
export function limitGuesses(): MiddlewareHandler<Env> {
  const refused = new Map<string, Refused>()
  return async (c, next) => {
    const [address, now] = [addressOf(c), performance.now()]
    if ((countOf(refused.get(address), now)?.count ?? 0) >= GUESSES) return tooMany(c)
    await next()
    if (c.res.status === 401) note(refused, address, now)
    return undefined
  }
}

function note(refused: Map<string, Refused>, address: string, now: number): void {
  if (refused.size >= MOST_ADDRESSES) refused.clear()
  const before = countOf(refused.get(address), now)
  refused.set(address, { since: before?.since ?? now, count: (before?.count ?? 0) + 1 })
}

/** Milliseconds of a clock that only goes forward. */
type Refused = Readonly<{ since: number; count: number }>

/** What a crowd of addresses may take of the memory; a crowd is no guesser that a count could stop. */
const MOST_ADDRESSES = 10_000

const countOf = (found: Refused | undefined, now: number): Refused | null =>
  found === undefined || now - found.since >= WINDOW_MS ? null : found

/** Trial messages reach people: within a minute so many of them, whoever asks. */
const TRIALS = 6

export const limitTrials = (): MiddlewareHandler<Env> =>
  rateLimiter<Env>({
    windowMs: WINDOW_MS,
    limit: TRIALS,
    standardHeaders: 'draft-7',
    keyGenerator: (c) => c.var.service.base,
    handler: tooMany,
  })

export const limitBody = ({ maxBodyBytes }: HttpOptions): MiddlewareHandler<Env> =>
  bodyLimit({
    maxSize: maxBodyBytes,
    onError: () => {
      throw new MothballError('body_too_large', { bytes: maxBodyBytes })
    },
  })

/** A body of another kind is not looked at: what a form or a text would be taken for is nobody's guess. */
export const requireJson: MiddlewareHandler<Env> = async (c, next) => {
  const hasBody = c.req.header('transfer-encoding') !== undefined || Number(c.req.header('content-length') ?? 0) > 0
  const type = c.req.header('content-type') ?? ''
  if (hasBody && !/^application\/json\s*(;\s*charset=utf-8\s*)?$/i.test(type)) throw new MothballError('media_type')
  await next()
}
