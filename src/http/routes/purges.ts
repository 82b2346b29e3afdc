/** Purges. Who carries one out is whoever's key it is; the engine refuses the one who planned it. */
import { choosePolicy } from '../../core/choose-policy.ts'
import { authorOf } from '../auth.ts'
import { listPurgesRoute, planPurgeRoute, purgeRoute, runPurgeRoute } from '../contract/purges.ts'
import { readPage } from '../cursor.ts'
import type { App, Service } from '../environment.ts'

export function registerPurges(app: App, { base, archiver, policies, running }: Service): void {
  app.openapi(listPurgesRoute, async (c) => {
    const policy = choosePolicy(policies, c.req.valid('param').name)
    const read = (page: Readonly<{ limit: number; before: number | null }>) => archiver.listPurges(policy, page)
    const { items, next } = await readPage('purges', c.req.valid('query'), read, ({ id }) => id)
    return c.json({ purges: items, next }, 200)
  })
  app.openapi(planPurgeRoute, async (c) => {
    const policy = choosePolicy(policies, c.req.valid('param').name)
    const plan = { ...c.req.valid('json'), ...authorOf(c.var.principal) }
    return c.json(await archiver.planPurge(policy, plan), 201)
  })
  app.openapi(purgeRoute, async (c) => {
    const { name, id } = c.req.valid('param')
    return c.json(await archiver.getPurge(choosePolicy(policies, name), id), 200)
  })
  app.openapi(runPurgeRoute, async (c) => {
    const { name, id } = c.req.valid('param')
    const policy = choosePolicy(policies, name)
    const options = { plan: id, ...c.req.valid('json'), ...authorOf(c.var.principal) }
    const vault = await archiver.vault()
    const run = await running.begin<number>((working, opening) =>
      working.runPurge(policy, vault, { ...options, ...opening }),
    )
    c.header('Location', `${base}/api/v1/runs/${run}?policy=${policy.name}`)
    return c.json({ run, policy: policy.name }, 202)
  })
}
