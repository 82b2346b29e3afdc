/** What the runs add up to. */
import { choosePolicy } from '../../core/choose-policy.ts'
import { statisticsRoute } from '../contract/statistics.ts'
import type { App, Service } from '../environment.ts'

export function registerStatistics(app: App, { archiver, policies }: Service): void {
  app.openapi(statisticsRoute, async (c) => {
    const { policy, days } = c.req.valid('query')
    const options = days === undefined ? {} : { days }
    return c.json(await archiver.statistics(choosePolicy(policies, policy), options), 200)
  })
}
