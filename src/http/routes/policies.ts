/** Policies, and what verifies them. */
import { choosePolicy } from '../../core/choose-policy.ts'
import { MothballError } from '../../core/errors/index.ts'
import { type Policy, policyHash } from '../../core/policy.ts'
import type { StageOfPolicy } from '../../core/schedule.ts'
import { toldOf } from '../../core/verify.ts'
import { authorOf } from '../auth.ts'
import {
  listPoliciesRoute,
  policyRoute,
  policySchema,
  setStageRoute,
  stageRoute,
  verifyRoute,
} from '../contract/policies.ts'
import type { App, Service } from '../environment.ts'

export function registerPolicies(app: App, { archiver, policies, auditKeys }: Service): void {
  app.openapi(listPoliciesRoute, (c) => c.json({ policies: policies.map(versionOf) }, 200))
  app.openapi(policyRoute, (c) => {
    const policy = choosePolicy(policies, c.req.valid('param').name)
    const etag = `"${policyHash(policy)}"`
    c.header('ETag', etag)
    if (c.req.valid('header')['if-none-match'] === etag) return c.body(null, 304)
    return c.json(versionOf(policy), 200)
  })
  app.openapi(stageRoute, async (c) => {
    const stage = await archiver.stageOf(choosePolicy(policies, c.req.valid('param').name))
    c.header('ETag', stageTag(stage))
    return c.json(stage, 200)
  })
  app.openapi(setStageRoute, async (c) => {
    const policy = choosePolicy(policies, c.req.valid('param').name)
    const change = { ...c.req.valid('json'), ...authorOf(c.var.principal) }
    const isStale = stageTag(await archiver.stageOf(policy)) !== c.req.valid('header')['if-match']
    if (isStale) throw new MothballError('changed_meanwhile', { object: `the stage of ${policy.name}` })
    return c.json(await archiver.setStage(policy, change), 200)
  })
  app.openapi(verifyRoute, async (c) =>
    c.json(toldOf(await archiver.verify(choosePolicy(policies, c.req.valid('json').policy), { auditKeys })), 200),
  )
}

/** Names the stage and the change that made it. */
const stageTag = ({ stage, since }: StageOfPolicy): string => `"${stage}-${(since ?? '').replaceAll(/[^0-9]/g, '')}"`

const versionOf = (policy: Policy) => ({ hash: policyHash(policy), policy: policySchema.parse(policy) })
