/** Restores. One that is asked for is done to its end, whether the caller waits for it or not. */
import { choosePolicy } from '../../core/choose-policy.ts'
import { authorOf } from '../auth.ts'
import { previewRestoreRoute, restoreRoute, undoRunRoute } from '../contract/restores.ts'
import { defined } from '../defined.ts'
import type { App, Service } from '../environment.ts'

export function registerRestores(app: App, { archiver, policies, running }: Service): void {
  app.openapi(previewRestoreRoute, async (c) => {
    const { policy, selection } = c.req.valid('json')
    return c.json(await archiver.previewRestore(choosePolicy(policies, policy), selection), 200)
  })
  app.openapi(restoreRoute, async (c) => {
    const { policy: name, keepUntil, ...what } = c.req.valid('json')
    const policy = choosePolicy(policies, name)
    const options = { ...what, ...defined({ keepUntil }), ...authorOf(c.var.principal) }
    return c.json(await running.work((signal) => archiver.restore(policy, { ...options, signal })), 200)
  })
  app.openapi(undoRunRoute, async (c) => {
    const { reason, keepUntil } = c.req.valid('json')
    const policy = choosePolicy(policies, c.req.valid('query').policy)
    const selection = { by: 'run', run: c.req.valid('param').id } as const
    const options = { selection, reason, ...defined({ keepUntil }), ...authorOf(c.var.principal) }
    return c.json(await running.work((signal) => archiver.restore(policy, { ...options, signal })), 200)
  })
}
