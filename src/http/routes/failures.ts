/** Failures and their second chance. */
import { choosePolicy } from '../../core/choose-policy.ts'
import { authorOf } from '../auth.ts'
import { listFailuresRoute, retryFailuresRoute } from '../contract/failures.ts'
import { readPage } from '../cursor.ts'
import type { App, Service } from '../environment.ts'

export function registerFailures(app: App, { archiver, policies }: Service): void {
  app.openapi(listFailuresRoute, async (c) => {
    const { policy: name, all, ...query } = c.req.valid('query')
    const policy = choosePolicy(policies, name)
    const read = (page: Readonly<{ limit: number; before: number | null }>) =>
      archiver.listFailures(policy, { ...page, all: all === 'true' })
    const { items, next } = await readPage('failures', query, read, ({ id }) => id)
    return c.json({ failures: items, next }, 200)
  })
  app.openapi(retryFailuresRoute, async (c) => {
    const { policy, keys } = c.req.valid('json')
    const author = authorOf(c.var.principal)
    return c.json(await archiver.retryFailures(choosePolicy(policies, policy), keys, author), 200)
  })
}
