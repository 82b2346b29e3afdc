/** Pause, resume and stop of a run. */
import { choosePolicy } from '../../core/choose-policy.ts'
import { authorOf } from '../auth.ts'
import { pauseRunRoute, resumeRunRoute, stopRunRoute } from '../contract/control.ts'
import type { App, Service } from '../environment.ts'

export function registerControl(app: App, { archiver, policies }: Service): void {
  app.openapi(pauseRunRoute, async (c) => {
    const policy = choosePolicy(policies, c.req.valid('query').policy)
    const ask = { run: c.req.valid('param').id, ...c.req.valid('json'), ...authorOf(c.var.principal) }
    return c.json(await archiver.pauseRun(policy, ask), 200)
  })
  app.openapi(resumeRunRoute, async (c) => {
    const policy = choosePolicy(policies, c.req.valid('query').policy)
    const ask = { run: c.req.valid('param').id, ...c.req.valid('json'), ...authorOf(c.var.principal) }
    return c.json(await archiver.resumeRun(policy, ask), 200)
  })
  app.openapi(stopRunRoute, async (c) => {
    const policy = choosePolicy(policies, c.req.valid('query').policy)
    const ask = { run: c.req.valid('param').id, ...c.req.valid('json'), ...authorOf(c.var.principal) }
    return c.json(await archiver.stopRun(policy, ask), 200)
  })
}
