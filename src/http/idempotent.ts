/**
 * A POST with an Idempotency-Key is done once: whoever repeats it gets the first one's answer. What was refused or
 * failed is forgotten, for nothing came of it, and may be tried again under the same key.
 */
import { createHash } from 'node:crypto'
import type { Context, MiddlewareHandler } from 'hono'
import type { StatusCode } from 'hono/utils/http-status'
import { z } from 'zod'
import { MothballError } from '../core/errors/index.ts'
import { type Answer, claimRequest, forgetRequest, type IdempotentRequest, keepAnswer } from '../engine/idempotency.ts'
import type { Env } from './environment.ts'

const KEPT_HEADERS = ['content-type', 'location', 'etag'] as const

export const idempotent: MiddlewareHandler<Env> = async (c, next) => {
  const name = c.req.header('idempotency-key')
  if (name === undefined) return next()
  if (!/^[\x21-\x7e]{1,200}$/.test(name))
    throw new MothballError('request_invalid', { problems: 'Idempotency-Key must be 1 to 200 visible characters' })
  const { engine } = c.var.service
  const request = { key: c.var.principal.key, name, fingerprint: await fingerprintOf(c) }
  const earlier = await claimRequest(engine, request)
  if (earlier !== null) return replay(c, earlier)
  await next()
  await remember(c, request)
}

async function fingerprintOf(c: Context<Env>): Promise<string> {
  const { pathname, search } = new URL(c.req.url)
  const text = JSON.stringify([c.req.method, pathname, search, await c.req.text()])
  return createHash('sha256').update(text).digest('hex')
}

const anyStatus = z.custom<StatusCode>((status) => typeof status === 'number')

const replay = (c: Context<Env>, { status, headers, body }: Answer): Response =>
  c.newResponse(body, anyStatus.parse(status), { ...headers, 'Idempotency-Replayed': 'true' })

/** Where the answer cannot be kept, the request stays claimed: better asked about than done twice. */
async function remember(c: Context<Env>, request: IdempotentRequest): Promise<void> {
  const { engine, onUnexpected } = c.var.service
  const { status, headers } = c.res
  if (status >= 300) return forgetRequest(engine, request).catch(onUnexpected)
  const kept = Object.fromEntries(
    KEPT_HEADERS.flatMap((name) => {
      const value = headers.get(name)
      return value === null ? [] : [[name, value]]
    }),
  )
  const answer = { status, headers: kept, body: await c.res.clone().text() }
  await keepAnswer(engine, request, answer).catch(onUnexpected)
}
