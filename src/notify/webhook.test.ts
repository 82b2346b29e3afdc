// A webhook on a real HTTP server: where it may go, redirects, answers, time.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Answer, webhookServer } from '../../test/support/webhook-server.ts'
import type { Resolve } from './target.ts'
import { postJson } from './webhook.ts'

const options = { allow: ['localhost'], timeoutMs: 5_000 }
const redirectTo =
  (location: string, status = 307): Answer =>
  (_request, response) =>
    void response.writeHead(status, { location }).end()

test('what is posted arrives', async (t) => {
  const server = await webhookServer(t)
  await postJson(`${server.url}/hook`, { text: 'grüße' }, options)
  assert.deepEqual(server.bodies, [{ text: 'grüße' }])
})

test('a host that is not allowed is not spoken to where it is this machine', async (t) => {
  const server = await webhookServer(t)
  await assert.rejects(postJson(server.url, {}, { ...options, allow: [] }), { code: 'not_https' })
  await assert.rejects(postJson(`https://localhost:${server.port}`, {}, { ...options, allow: [] }), {
    code: 'address_refused',
  })
  assert.equal(server.bodies.length, 0)
})

test('a name that means a private address is refused, one address among several is enough', async () => {
  const resolve: Resolve = async () => [
    { address: '8.8.8.8', family: 4 },
    { address: '10.0.0.7', family: 4 },
  ]
  await assert.rejects(postJson('https://hooks.example.com/x', {}, { ...options, resolve }), {
    code: 'address_refused',
  })
})

test('a name is asked for once, so that it cannot be looked at as one address and used as another', async (t) => {
  const server = await webhookServer(t)
  let asked = 0
  const resolve: Resolve = async () => {
    asked += 1
    return [{ address: asked === 1 ? '127.0.0.1' : '10.0.0.7', family: 4 }]
  }
  await postJson(`http://rebinding.test:${server.port}`, {}, { ...options, allow: ['rebinding.test'], resolve })
  assert.deepEqual([asked, server.bodies.length], [1, 1])
  const later: Resolve = async () => [{ address: '127.0.0.1', family: 4 }]
  const address = `https://rebinding.test:${server.port}`
  await assert.rejects(postJson(address, {}, { ...options, resolve: later }), { code: 'address_refused' })
})

test('a redirect is looked at as the first address was', async (t) => {
  const inner = await webhookServer(t)
  const outer = await webhookServer(t, redirectTo(`https://127.0.0.1:${inner.port}/`))
  await assert.rejects(postJson(outer.url, {}, options), { code: 'address_refused' })
  const plain = await webhookServer(t, redirectTo(`http://127.0.0.1:${inner.port}/`))
  await assert.rejects(postJson(plain.url, {}, options), { code: 'not_https' })
  const allowed = await webhookServer(t, redirectTo(inner.url, 308))
  await postJson(allowed.url, { a: 1 }, options)
  assert.deepEqual(inner.bodies, [{ a: 1 }])
})

test('redirects end, and one that would repeat the post as a GET is none', async (t) => {
  const circle = await webhookServer(t, redirectTo('/again'))
  await assert.rejects(postJson(circle.url, {}, options), { code: 'too_many_redirects' })
  const moved = await webhookServer(t, redirectTo('/elsewhere', 302))
  await assert.rejects(postJson(moved.url, {}, options), { code: 'http_302' })
})

test('a receiver that asks for time is given it', async (t) => {
  const server = await webhookServer(
    t,
    (_request, response) => void response.writeHead(429, { 'retry-after': '90' }).end('slow down'),
  )
  await assert.rejects(postJson(server.url, {}, options), { code: 'http_429', retryAfterMs: 90_000 })
})

test('one that never answers, hangs up or answers for ever is given up', async (t) => {
  const silent = await webhookServer(t, () => undefined)
  await assert.rejects(postJson(silent.url, {}, { ...options, timeoutMs: 100 }), { code: 'timeout' })
  const rude = await webhookServer(t, (_request, response) => void response.destroy())
  await assert.rejects(postJson(rude.url, {}, options), { code: 'econnreset' })
  const chatty = await webhookServer(t, (_request, response) => void response.end('x'.repeat(200_000)))
  await assert.rejects(postJson(chatty.url, {}, options), { code: 'answer_too_large' })
})
