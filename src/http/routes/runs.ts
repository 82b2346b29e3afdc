/** Plans and runs. */
import { choosePolicy } from '../../core/choose-policy.ts'
import { exceedsGuard, wouldMove } from '../../core/plan.ts'
import type { Policy, RelatedAction } from '../../core/policy.ts'
import { authorOf } from '../auth.ts'
import { listRunsRoute, planRoute, runEventsRoute, runRoute, startRunRoute } from '../contract/runs.ts'
import { sampleRoute } from '../contract/samples.ts'
import { readPage } from '../cursor.ts'
import { defined } from '../defined.ts'
import type { App, Service } from '../environment.ts'
import { followRun } from '../events.ts'

export function registerRuns(app: App, service: Service): void {
  const { base, archiver, policies, running } = service
  app.openapi(planRoute, async (c) => {
    const { policy: name, ...asIf } = c.req.valid('json')
    const plan = await archiver.plan(supposed(choosePolicy(policies, name), asIf))
    const moving = wouldMove(plan, null)
    return c.json({ ...plan, needsConfirmation: exceedsGuard(plan, moving) ? moving : null }, 200)
  })
  app.openapi(sampleRoute, async (c) => {
    const { policy, ...options } = c.req.valid('query')
    return c.json(await archiver.sample(choosePolicy(policies, policy), options), 200)
  })
  app.openapi(startRunRoute, async (c) => {
    const { policy: name, ...options } = c.req.valid('json')
    const policy = choosePolicy(policies, name)
    const started = await running.start(policy, { ...defined(options), ...authorOf(c.var.principal) })
    c.header('Location', `${base}/api/v1/runs/${started.run}?policy=${policy.name}`)
    const { run, dryRun, eligible } = started
    return c.json({ run, policy: policy.name, dryRun, eligible }, 202)
  })
  app.openapi(listRunsRoute, async (c) => {
    const { policy: name, ...query } = c.req.valid('query')
    const policy = choosePolicy(policies, name)
    const { items, next } = await readPage(
      'runs',
      query,
      (page) => archiver.listRuns(policy, page),
      ({ run }) => run,
    )
    return c.json({ runs: items, next }, 200)
  })
  app.openapi(runRoute, async (c) => {
    const policy = choosePolicy(policies, c.req.valid('query').policy)
    return c.json(await archiver.runDetail(policy, c.req.valid('param').id), 200)
  })
  app.openapi(runEventsRoute, async (c) => {
    const policy = choosePolicy(policies, c.req.valid('query').policy)
    const { id } = c.req.valid('param')
    return followRun(c, service, policy, await archiver.runRecord(policy, id))
  })
}

/** The policy as it would be; it is only ever planned with. */
const supposed = (
  policy: Policy,
  {
    related = policy.related,
    days = policy.age.days,
  }: Readonly<{ related?: RelatedAction | undefined; days?: number | undefined }>,
): Policy => ({ ...policy, related, age: { ...policy.age, days } })
