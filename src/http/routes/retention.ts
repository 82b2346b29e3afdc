/** Retention and the legal basis of purges. */
import { choosePolicy } from '../../core/choose-policy.ts'
import { authorOf } from '../auth.ts'
import { recordBasisRoute, retentionRoute, withdrawBasisRoute } from '../contract/retention.ts'
import type { App, Service } from '../environment.ts'

export function registerRetention(app: App, { archiver, engine, policies }: Service): void {
  app.openapi(retentionRoute, async (c) => {
    const found = await archiver.retention(choosePolicy(policies, c.req.valid('param').name))
    return c.json({ ...found, coldFiles: engine.vault !== undefined }, 200)
  })
  app.openapi(recordBasisRoute, async (c) => {
    const policy = choosePolicy(policies, c.req.valid('param').name)
    const basis = { ...c.req.valid('json'), ...authorOf(c.var.principal) }
    return c.json(await archiver.recordBasis(policy, basis), 201)
  })
  app.openapi(withdrawBasisRoute, async (c) => {
    const policy = choosePolicy(policies, c.req.valid('param').name)
    const withdrawal = { ...c.req.valid('json'), ...authorOf(c.var.principal) }
    return c.json(await archiver.withdrawBasis(policy, withdrawal), 200)
  })
}
