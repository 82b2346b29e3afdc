/** A browser's session. */
import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { csrfToken, parseToken } from '../../core/api-key.ts'
import { MothballError } from '../../core/errors/index.ts'
import { closeSession, openSession, principalOf } from '../../engine/credentials.ts'
import { SESSION_COOKIE } from '../auth.ts'
import { sessionRoute, signInRoute, signOutRoute } from '../contract/session.ts'
import type { App, Env, Service } from '../environment.ts'

export function registerSession(app: App, { base, engine, options }: Service): void {
  const cookie = { path: `${base}/`, httpOnly: true, sameSite: 'Strict', secure: options.behindTls } as const
  app.openapi(signInRoute, async (c) => {
    const principal = await principalOf(engine, 'key', c.req.valid('json').key)
    if (principal === null) throw new MothballError('key_invalid')
    const { token, csrf, expiresAt, seconds } = await openSession(engine, principal)
    setCookie(c, SESSION_COOKIE, token, { ...cookie, maxAge: seconds })
    return c.json({ name: principal.name, role: principal.role, csrf, expiresAt }, 201)
  })
  app.openapi(sessionRoute, (c) => {
    const { name, role } = c.var.principal
    return c.json({ name, role, csrf: csrfOf(c) }, 200)
  })
  app.openapi(signOutRoute, async (c) => {
    await closeSession(engine, getCookie(c, SESSION_COOKIE) ?? '')
    deleteCookie(c, SESSION_COOKIE, cookie)
    return c.body(null, 204)
  })
}

function csrfOf(c: Context<Env>): string | null {
  const token = parseToken('session', getCookie(c, SESSION_COOKIE) ?? '')
  return token === null ? null : csrfToken(token)
}
