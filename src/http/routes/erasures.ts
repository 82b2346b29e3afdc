/** Erasures. */
import { choosePolicy } from '../../core/choose-policy.ts'
import { authorOf } from '../auth.ts'
import { eraseRoute, listErasuresRoute, planErasureRoute } from '../contract/erasures.ts'
import { readPage } from '../cursor.ts'
import type { App, Service } from '../environment.ts'

export function registerErasures(app: App, { archiver, policies }: Service): void {
  app.openapi(listErasuresRoute, async (c) => {
    const { policy: name, ...query } = c.req.valid('query')
    const policy = choosePolicy(policies, name)
    const read = (page: Readonly<{ limit: number; before: number | null }>) => archiver.listErasures(policy, page)
    const { items, next } = await readPage('erasures', query, read, ({ erasure }) => erasure)
    return c.json({ erasures: items, next }, 200)
  })
  app.openapi(planErasureRoute, async (c) => {
    const { policy, key } = c.req.valid('json')
    return c.json(await archiver.planErasure(choosePolicy(policies, policy), key), 200)
  })
  app.openapi(eraseRoute, async (c) => {
    const { policy, ...asked } = c.req.valid('json')
    const options = { ...asked, ...authorOf(c.var.principal) }
    return c.json(await archiver.erase(choosePolicy(policies, policy), options), 201)
  })
}
