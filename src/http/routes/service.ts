/** The service itself: where one is, planned times, keys, notices, and what doctor sees. */
import { choosePolicy } from '../../core/choose-policy.ts'
import { policyZone } from '../../core/policy.ts'
import { authorOf } from '../auth.ts'
import {
  aboutRoute,
  createKeyRoute,
  diagnosisRoute,
  listKeysRoute,
  listNoticesRoute,
  listSlotsRoute,
  revokeKeyRoute,
} from '../contract/service.ts'
import type { App, Service } from '../environment.ts'

export function registerService(app: App, service: Service): void {
  const { archiver, policies, options } = service
  app.openapi(aboutRoute, async (c) => {
    const named = policies.map((policy) => ({ name: policy.name, zone: policyZone(policy) }))
    return c.json({ environment: options.environment, zone: await archiver.zone(), policies: named }, 200)
  })
  app.openapi(listSlotsRoute, async (c) => {
    const { policy, limit } = c.req.valid('query')
    return c.json(await archiver.listSlots(choosePolicy(policies, policy), limit), 200)
  })
  app.openapi(diagnosisRoute, async (c) => {
    const { policy } = c.req.valid('query')
    const diagnosis = await archiver.doctor(policy === undefined ? policies : [choosePolicy(policies, policy)])
    return c.json(diagnosis, 200)
  })
  app.openapi(listNoticesRoute, async (c) => {
    const { policy, limit } = c.req.valid('query')
    const chosen = policy === undefined ? policies : [choosePolicy(policies, policy)]
    const notices = await archiver.listNotices(chosen, limit)
    return c.json(
      { notices: notices.map(({ message, ...rest }) => ({ ...toldOf(rest), subject: message.subject })) },
      200,
    )
  })
  registerKeys(app, service)
}

type Told = Omit<Awaited<ReturnType<Service['archiver']['listNotices']>>[number], 'message'>

const toldOf = ({ id, kind, toldAt, closedAt, deliveries }: Told) => ({
  id,
  kind,
  toldAt,
  closedAt,
  deliveries: deliveries.map(({ channel, state, attempts, sentAt, problem }) => ({
    channel,
    state,
    attempts,
    sentAt,
    problem,
  })),
})

function registerKeys(app: App, { archiver }: Service): void {
  app.openapi(listKeysRoute, async (c) =>
    c.json({ keys: await archiver.listKeys({ all: c.req.valid('query').all === 'true' }) }, 200),
  )
  app.openapi(createKeyRoute, async (c) => {
    const { name, role: as } = c.req.valid('json')
    return c.json(await archiver.createKey({ name, as, ...authorOf(c.var.principal) }), 201)
  })
  app.openapi(revokeKeyRoute, async (c) => {
    const { id } = c.req.valid('param')
    return c.json(await archiver.revokeKey({ id, ...authorOf(c.var.principal) }), 200)
  })
}
