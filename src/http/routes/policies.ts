/** Policies, and what verifies them. */
import { choosePolicy } from '../../core/choose-policy.ts'
import { type Policy, policyHash } from '../../core/policy.ts'
import { listPoliciesRoute, policyRoute, policySchema, verifyRoute } from '../contract/policies.ts'
import type { App, Service } from '../environment.ts'

export function registerPolicies(app: App, { archiver, policies }: Service): void {
  app.openapi(listPoliciesRoute, (c) => c.json({ policies: policies.map(versionOf) }, 200))
  app.openapi(policyRoute, (c) => {
    const policy = choosePolicy(policies, c.req.valid('param').name)
    const etag = `"${policyHash(policy)}"`
    c.header('ETag', etag)
    if (c.req.valid('header')['if-none-match'] === etag) return c.body(null, 304)
    return c.json(versionOf(policy), 200)
  })
  app.openapi(verifyRoute, async (c) =>
    c.json(await archiver.verify(choosePolicy(policies, c.req.valid('json').policy)), 200),
  )
}

const versionOf = (policy: Policy) => ({ hash: policyHash(policy), policy: policySchema.parse(policy) })
