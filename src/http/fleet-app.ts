/**
 * Several databases behind one socket: each is a whole API of its own under `/databases/NAME`, with its own keys,
 * sessions and limits. One database has the socket for itself, so that callers need not know that there could be more.
 */
import { Hono } from 'hono'
import { mount } from 'hono/mount'
import { createApp } from './app.ts'
import type { Service } from './environment.ts'

export type NamedService = Readonly<{ name: string; service: Omit<Service, 'base'> }>

export type Fetch = ReturnType<typeof createApp>['fetch']

export function createFleetApp(services: readonly NamedService[]): Fetch {
  const [only, ...more] = services
  if (only !== undefined && more.length === 0) return createApp({ ...only.service, base: '' }).fetch
  const root = new Hono()
  for (const { name, service } of services) {
    const base = `/databases/${name}`
    const { fetch } = createApp({ ...service, base })
    root.all(
      `${base}/*`,
      mount((request, bindings) => fetch(request, bindings)),
    )
  }
  const names = services.map(({ name }) => name)
  root.get('/databases', (c) => c.json({ databases: names }))
  root.get('/livez', (c) => c.json({ status: 'ok' }))
  root.get('/readyz', async (c) => {
    const answers = await Promise.all(
      names.map(async (name) => (await root.request(`/databases/${name}/readyz`, {}, c.env)).ok),
    )
    const waiting = names.filter((_name, index) => !answers[index])
    return c.json({ status: waiting.length === 0 ? 'ok' : 'waiting', waiting }, waiting.length === 0 ? 200 : 503)
  })
  return root.fetch
}
