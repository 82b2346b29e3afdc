/**
 * Several databases behind one socket: each is a whole API of its own under `/databases/NAME`, with its own keys,
 * sessions and limits. One database has the socket for itself, so that callers need not know that there could be more.
 */
import { Hono } from 'hono'
import { html } from 'hono/html'
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
  root.get('/', (c) => c.html(entrance(names), 200, ENTRANCE_HEADERS))
  for (const path of ['/dashboard', '/dashboard/*']) root.get(path, (c) => c.redirect('/'))
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

const ENTRANCE_HEADERS = {
  'Content-Security-Policy': "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
}

/** For whoever opens the address in a browser: which dashboard does he want. */
const entrance = (names: readonly string[]) => html`<!doctype html>
  <html lang="en">
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width" />
    <title>Databases · Mothball</title>
    <link rel="stylesheet" href="/databases/${names[0] ?? ''}/docs/docs.css" />
    <main>
      <h1>Which database?</h1>
      <ul>
        ${names.map((name) => html`<li><a href="/databases/${name}/dashboard/">${name}</a></li>`)}
      </ul>
      <p>Each has its own dashboard, keys and <a href="/databases">API</a>.</p>
    </main>
  </html>`
