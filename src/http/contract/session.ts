/** Sign-in of a browser: a key for a cookie that no script can read. */
import { createRoute, z } from '@hono/zod-openapi'
import { ROLES } from '../../core/role.ts'
import { BODY_PROBLEMS, body, instant, json, PROBLEMS, SECURITY } from './parts.ts'

const tags = ['Session']

const principalSchema = z.object({ name: z.string(), role: z.enum(ROLES) })

export const signInRoute = createRoute({
  method: 'post',
  path: '/api/v1/session',
  operationId: 'signIn',
  tags,
  summary: 'Sign in with a key. The cookie is HttpOnly and SameSite=Strict.',
  request: { body: body(z.strictObject({ key: z.string().min(1).max(200) })) },
  responses: {
    201: json(
      principalSchema.extend({ csrf: z.string(), expiresAt: instant }).openapi('SignedIn'),
      'Signed in. `csrf` goes into the header X-CSRF-Token of every change.',
    ),
    ...BODY_PROBLEMS,
  },
})

export const sessionRoute = createRoute({
  method: 'get',
  path: '/api/v1/session',
  operationId: 'whoAmI',
  tags,
  summary: 'Who asks.',
  security: SECURITY,
  responses: {
    200: json(principalSchema.extend({ csrf: z.string().nullable() }).openapi('WhoAmI'), '`csrf` is null for a key.'),
    ...PROBLEMS,
  },
})

export const signOutRoute = createRoute({
  method: 'delete',
  path: '/api/v1/session',
  operationId: 'signOut',
  tags,
  summary: 'Sign out.',
  security: SECURITY,
  responses: { 204: { description: 'Signed out.' }, ...PROBLEMS },
})
