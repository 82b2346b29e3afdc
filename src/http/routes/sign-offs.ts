/** Sign-offs. */
import { choosePolicy } from '../../core/choose-policy.ts'
import { policyHash } from '../../core/policy.ts'
import { SIGN_OFF_ITEMS } from '../../core/sign-off.ts'
import { authorOf } from '../auth.ts'
import { giveSignOffRoute, listSignOffsRoute, withdrawSignOffRoute } from '../contract/sign-offs.ts'
import type { App, Service } from '../environment.ts'

export function registerSignOffs(app: App, { archiver, policies }: Service): void {
  app.openapi(listSignOffsRoute, async (c) => {
    const { policy: name, all } = c.req.valid('query')
    const policy = choosePolicy(policies, name)
    const signOffs = await archiver.listSignOffs(policy, { all: all === 'true' })
    return c.json({ items: [...SIGN_OFF_ITEMS], hash: policyHash(policy), signOffs }, 200)
  })
  app.openapi(giveSignOffRoute, async (c) => {
    const { policy, item, note } = c.req.valid('json')
    const given = { item, note, ...authorOf(c.var.principal) }
    return c.json(await archiver.signOff(choosePolicy(policies, policy), given), 201)
  })
  app.openapi(withdrawSignOffRoute, async (c) => {
    const policy = choosePolicy(policies, c.req.valid('query').policy)
    const withdrawal = {
      id: c.req.valid('param').id,
      reason: c.req.valid('json').reason,
      ...authorOf(c.var.principal),
    }
    return c.json(await archiver.withdrawSignOff(policy, withdrawal), 200)
  })
}
