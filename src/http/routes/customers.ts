/** Customers: found, shown, explained, revealed. What was typed is repeated nowhere: it may be somebody's number. */
import { choosePolicy } from '../../core/choose-policy.ts'
import { MothballError } from '../../core/errors/index.ts'
import type { WithContacts } from '../../core/found.ts'
import { tableText } from '../../core/names.ts'
import { archiveName, type Policy } from '../../core/policy.ts'
import type { Archiver } from '../../engine/archiver.ts'
import { authorOf } from '../auth.ts'
import { becauseOf } from '../because.ts'
import { customerRoute, revealCustomerRoute, searchCustomersRoute, whyRoute } from '../contract/customers.ts'
import type { App, Service } from '../environment.ts'

export function registerCustomers(app: App, { archiver, policies }: Service): void {
  app.openapi(searchCustomersRoute, async (c) => {
    const { policy, text } = c.req.valid('json')
    return c.json({ customers: await archiver.findMasked(choosePolicy(policies, policy), text) }, 200)
  })
  app.openapi(customerRoute, async (c) => {
    const policy = choosePolicy(policies, c.req.valid('query').policy)
    return c.json(await customerByKey(archiver, policy, c.req.valid('param').key), 200)
  })
  app.openapi(whyRoute, async (c) => {
    const policy = choosePolicy(policies, c.req.valid('query').policy)
    const found = await customerByKey(archiver, policy, c.req.valid('param').key)
    const { key, tier, active, archived, cold, holds, keepUntil, failure } = found
    const because = becauseOf(found)
    return c.json({ key, tier, because, active, archived, cold, holds, keepUntil, failure }, 200)
  })
  app.openapi(revealCustomerRoute, async (c) => {
    const policy = choosePolicy(policies, c.req.valid('query').policy)
    const asked = { key: c.req.valid('param').key, ...c.req.valid('json'), ...authorOf(c.var.principal) }
    const revealed = await archiver.reveal(policy, asked)
    if (revealed === null) throw new MothballError('customer_unknown', searched(policy))
    return c.json(revealed, 200)
  })
}

/** His key and nothing else: a phone number that happens to be somebody's key finds only him. */
async function customerByKey(archiver: Archiver, policy: Policy, key: string): Promise<WithContacts> {
  const found = await archiver.findMasked(policy, key)
  const one = found.find(({ matched, tier }) => matched.includes('key') || tier === 'none')
  if (one === undefined) throw new MothballError('customer_unknown', searched(policy))
  return one
}

const searched = ({ subject, archiveSuffix }: Policy) => ({
  columns: 'the key',
  tables: `${tableText(subject)} and ${tableText(archiveName(subject, archiveSuffix))}`,
})
