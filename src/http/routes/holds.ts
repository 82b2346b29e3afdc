/** Holds. */
import { choosePolicy } from '../../core/choose-policy.ts'
import { MothballError } from '../../core/errors/index.ts'
import { authorOf } from '../auth.ts'
import { listHoldsRoute, releaseHoldRoute, setHoldRoute } from '../contract/holds.ts'
import { readPage } from '../cursor.ts'
import type { App, Service } from '../environment.ts'

export function registerHolds(app: App, { archiver, policies }: Service): void {
  app.openapi(listHoldsRoute, async (c) => {
    const { policy: name, all, caseNumber, ...query } = c.req.valid('query')
    const policy = choosePolicy(policies, name)
    const read = (page: Readonly<{ limit: number; before: number | null }>) =>
      archiver.listHolds(policy, { ...page, all: all === 'true', caseNumber: caseNumber ?? null })
    const { items, next } = await readPage('holds', query, read, ({ id }) => id)
    return c.json({ holds: items, next }, 200)
  })
  app.openapi(setHoldRoute, async (c) => {
    const { policy, key, reason, caseNumber } = c.req.valid('json')
    const hold = { key, reason, caseNumber, ...authorOf(c.var.principal) }
    return c.json(await archiver.setHold(choosePolicy(policies, policy), hold), 201)
  })
  app.openapi(releaseHoldRoute, async (c) => {
    const policy = choosePolicy(policies, c.req.valid('query').policy)
    const { id } = c.req.valid('param')
    const { reason } = c.req.valid('json')
    const [released] = await archiver.releaseHold(policy, { id, reason, ...authorOf(c.var.principal) })
    if (released === undefined) throw new MothballError('not_found', { what: 'open hold', keys: id })
    return c.json(released, 200)
  })
}
