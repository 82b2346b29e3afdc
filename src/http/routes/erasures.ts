/** Erasures, and requests for one. */
import { choosePolicy } from '../../core/choose-policy.ts'
import { authorOf } from '../auth.ts'
import {
  closeRequestRoute,
  eraseRoute,
  listErasuresRoute,
  listRequestsRoute,
  planErasureRoute,
  requestErasureRoute,
} from '../contract/erasures.ts'
import { readPage } from '../cursor.ts'
import type { App, Service } from '../environment.ts'

export function registerErasures(app: App, service: Service): void {
  const { archiver, policies } = service
  registerRequests(app, service)
  app.openapi(listErasuresRoute, async (c) => {
    const { policy: name, ...query } = c.req.valid('query')
    const policy = choosePolicy(policies, name)
    const read = (page: Readonly<{ limit: number; before: number | null }>) => archiver.listErasures(policy, page)
    const { items, next } = await readPage('erasures', query, read, ({ erasure }) => erasure)
    return c.json({ erasures: items, next }, 200)
  })
  app.openapi(planErasureRoute, async (c) => {
    const { policy, key, method } = c.req.valid('json')
    return c.json(await archiver.planErasure(choosePolicy(policies, policy), key, method), 200)
  })
  app.openapi(eraseRoute, async (c) => {
    const { policy, ...asked } = c.req.valid('json')
    const options = { ...asked, ...authorOf(c.var.principal) }
    return c.json(await archiver.erase(choosePolicy(policies, policy), options), 201)
  })
}

/** So many at the most: who has more open ones sees those that are due first. */
const MAX_REQUESTS = 500

function registerRequests(app: App, { archiver, policies }: Service): void {
  app.openapi(listRequestsRoute, async (c) => {
    const { policy, all, limit = MAX_REQUESTS } = c.req.valid('query')
    const options = { all: all === 'true', limit }
    return c.json({ requests: await archiver.listErasureRequests(choosePolicy(policies, policy), options) }, 200)
  })
  app.openapi(requestErasureRoute, async (c) => {
    const { policy, ...asked } = c.req.valid('json')
    const request = { ...asked, ...authorOf(c.var.principal) }
    return c.json(await archiver.requestErasure(choosePolicy(policies, policy), request), 201)
  })
  app.openapi(closeRequestRoute, async (c) => {
    const { policy, ...asked } = c.req.valid('json')
    const closing = { ...asked, ...authorOf(c.var.principal) }
    return c.json(await archiver.closeErasureRequest(choosePolicy(policies, policy), closing), 200)
  })
}
