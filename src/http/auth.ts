/**
 * Who asks, and whether he may. A key comes as `Authorization: Bearer` or `X-API-Key`, a browser's session as a cookie
 * that no script reads and no other site sends. Checked anew for every request: a revoked key ends at once.
 */
import { timingSafeEqual } from 'node:crypto'
import type { Context, MiddlewareHandler } from 'hono'
import { getCookie } from 'hono/cookie'
import { csrfToken, type Principal, parseToken, type TokenKind } from '../core/api-key.ts'
import { MothballError } from '../core/errors/index.ts'
import { mayDo, type Right, rolesWith } from '../core/role.ts'
import { principalOf } from '../engine/credentials.ts'
import type { Env } from './environment.ts'

export const SESSION_COOKIE = 'mothball_session'

const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS']

/** Throws `key_missing`, `key_invalid`, or `csrf_missing` for a cookie that comes without its counterpart. */
export const authenticate: MiddlewareHandler<Env> = async (c, next) => {
  const credential = credentialOf(c)
  if (credential === null) throw new MothballError('key_missing')
  const principal = await principalOf(c.var.service.engine, credential.kind, credential.text)
  if (principal === null) throw new MothballError('key_invalid')
  c.set('principal', principal)
  if (credential.kind === 'session') requireCsrfToken(c, credential.text)
  await next()
}

type Credential = Readonly<{ kind: TokenKind; text: string }>

function credentialOf(c: Context<Env>): Credential | null {
  const bearer = /^Bearer +(\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1]
  const text = bearer ?? c.req.header('x-api-key')
  if (text !== undefined) return { kind: 'key', text }
  const cookie = getCookie(c, SESSION_COOKIE)
  return cookie === undefined ? null : { kind: 'session', text: cookie }
}

function requireCsrfToken(c: Context<Env>, cookie: string): void {
  if (SAFE_METHODS.includes(c.req.method)) return
  const token = parseToken('session', cookie)
  const given = Buffer.from(c.req.header('x-csrf-token') ?? '')
  const expected = Buffer.from(token === null ? '' : csrfToken(token))
  if (expected.length === 0 || given.length !== expected.length || !timingSafeEqual(given, expected))
    throw new MothballError('csrf_missing')
}

/** A change that a browser asks for in the name of another site's page, with or without our cookie. */
export const refuseCrossSite: MiddlewareHandler<Env> = async (c, next) => {
  if (!SAFE_METHODS.includes(c.req.method) && isCrossSite(c)) throw new MothballError('cross_site')
  await next()
}

function isCrossSite(c: Context<Env>): boolean {
  const origin = c.req.header('origin')
  if (origin !== undefined && c.var.service.options.origins.includes(origin)) return false
  const site = c.req.header('sec-fetch-site')
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true
  return origin !== undefined && hostOf(origin) !== c.req.header('host')
}

const hostOf = (origin: string): string | null => (URL.canParse(origin) ? new URL(origin).host : null)

/** Only roles with the right pass; throws `role_missing`. */
export const allow =
  (right: Right): MiddlewareHandler<Env> =>
  async (c, next) => {
    const { role } = c.var.principal
    if (!mayDo(role, right))
      throw new MothballError('role_missing', { role, right, roles: rolesWith(right).join(' or ') })
    await next()
  }

/** As the engine's verbs want it. */
export const authorOf = ({ name, role }: Principal) => ({ actor: name, role }) as const
