/**
 * The API as one application. In this order a request is looked at: too often, too large, no JSON, from another site,
 * without a right key, without the right, a field that is wrong; only then a verb is asked.
 */
import { OpenAPIHono } from '@hono/zod-openapi'
import { methodNotAllowed } from 'hono/method-not-allowed'
import { NONCE, secureHeaders } from 'hono/secure-headers'
import { choosePolicy } from '../core/choose-policy.ts'
import { MothballError } from '../core/errors/index.ts'
import { authenticate, refuseCrossSite } from './auth.ts'
import { registerCompat } from './compat.ts'
import { registerDashboard } from './dashboard.ts'
import type { App, Env, Service } from './environment.ts'
import { limitBody, limitGuesses, limitRequests, requireJson } from './limits.ts'
import { registerPages } from './pages.ts'
import { invalidRequest, onError, problemResponse } from './problem.ts'
import { registerAudit } from './routes/audit.ts'
import { registerChannels } from './routes/channels.ts'
import { registerControl } from './routes/control.ts'
import { registerCustomers } from './routes/customers.ts'
import { registerErasures } from './routes/erasures.ts'
import { registerExports } from './routes/exports.ts'
import { registerFailures } from './routes/failures.ts'
import { registerHolds } from './routes/holds.ts'
import { registerPolicies } from './routes/policies.ts'
import { registerProbes } from './routes/probes.ts'
import { registerPurges } from './routes/purges.ts'
import { registerRestores } from './routes/restores.ts'
import { registerRetention } from './routes/retention.ts'
import { registerRuns } from './routes/runs.ts'
import { registerService } from './routes/service.ts'
import { registerSession } from './routes/session.ts'
import { registerSignOffs } from './routes/sign-offs.ts'
import { registerStatistics } from './routes/statistics.ts'

/** Signing in is how one comes by a session; everything else below needs a key or a session. */
const SIGN_IN = 'POST /api/v1/session'

export function createApp(service: Service): App {
  const app: App = new OpenAPIHono<Env>({
    defaultHook: (result, c) => (result.success ? undefined : invalidRequest(c, result.error)),
  })
  registerGuards(app, service)
  for (const register of [
    registerProbes,
    registerRuns,
    registerControl,
    registerCustomers,
    registerRestores,
    registerHolds,
    registerErasures,
    registerRetention,
    registerExports,
    registerPurges,
    registerFailures,
    registerPolicies,
    registerSignOffs,
    registerStatistics,
    registerAudit,
    registerService,
    registerChannels,
    registerSession,
    registerPages,
    registerDashboard,
  ])
    register(app, service)
  registerCompat(app, service, choosePolicy(service.policies, service.options.compatPolicy ?? undefined))
  app.onError(onError)
  app.notFound((c) => problemResponse(c, new MothballError('route_unknown')))
  return app
}

function registerGuards(app: App, service: Service): void {
  const { options } = service
  app.use(async (c, next) => {
    c.set('service', service)
    await next()
    // Answers are about people: no cache keeps them.
    if (!c.res.headers.has('Cache-Control')) c.res.headers.set('Cache-Control', 'no-store')
  })
  app.use(secureHeaders(headersOf(options.behindTls)))
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed: (c, methods) => {
        const allowed = methods.join(', ')
        return problemResponse(c, new MothballError('method_not_allowed', { allowed }), [], { Allow: allowed })
      },
    }),
  )
  app.use(limitRequests(options))
  app.use(limitBody(options))
  app.use(requireJson)
  app.use(refuseCrossSite)
  const guesses = limitGuesses()
  for (const path of ['/api/v1/*', '/metrics', `${options.compatPrefix}/archive_old_customers`]) {
    app.use(path, guesses)
    app.use(path, (c, next) => (`${c.req.method} ${c.req.path}` === SIGN_IN ? next() : authenticate(c, next)))
  }
}

/** Pages bring their own script and style from here, and nothing from elsewhere; a style of the page itself, its nonce. */
const headersOf = (behindTls: boolean) => ({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'", NONCE],
    connectSrc: ["'self'"],
    imgSrc: ["'self'", 'data:'],
    baseUri: ["'none'"],
    formAction: ["'self'"],
    frameAncestors: ["'none'"],
  },
  xFrameOptions: 'DENY',
  strictTransportSecurity: behindTls ? 'max-age=31536000' : false,
})
