// API keys and the sessions of browsers.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { listAudit } from '../../src/engine/audit.ts'
import { createKey, listKeys, revokeKey } from '../../src/engine/keys.ts'
import { callCenter } from '../support/call-center.ts'
import { assertProblem, testService } from '../support/service.ts'

async function scene(t: TestContext) {
  const center = await callCenter(t)
  return { center, service: await testService(t, center) }
}

test('a key is kept as a hash, and its use is noted', async (t) => {
  const { center, service } = await scene(t)
  const rows = await center.db.query('select k::text as row from mothball.api_key k')
  const secret = service.keys.admin.split('_').slice(2).join('_')
  assert.equal(JSON.stringify(rows).includes(secret), false)
  assert.deepEqual(
    (await listKeys(center.engine)).map(({ lastUsedAt }) => lastUsedAt),
    [null, null, null, null],
  )
  await service.call('GET /api/v1/runs', { as: 'viewer' })
  const used = (await listKeys(center.engine)).filter(({ lastUsedAt }) => lastUsedAt !== null)
  assert.deepEqual(
    used.map(({ name }) => name),
    ['viewer'],
  )
})

test('a revoked key ends at once, its sessions too, and its name is free again', async (t) => {
  const { center, service } = await scene(t)
  const cookie = await signIn(service, 'operator')
  const [key] = (await listKeys(center.engine)).filter(({ name }) => name === 'operator')
  await assert.rejects(createKey(center.engine, { name: 'operator', as: 'viewer', actor: 'x' }), {
    code: 'key_name_taken',
  })
  await revokeKey(center.engine, { id: key?.id ?? 0, actor: 'thandi' })
  assertProblem(await service.call('GET /api/v1/runs', { as: 'operator' }), 'key_invalid', 401)
  assertProblem(await service.call('GET /api/v1/runs', { as: null, headers: { cookie } }), 'key_invalid', 401)
  await createKey(center.engine, { name: 'operator', as: 'viewer', actor: 'x' })
  await assert.rejects(revokeKey(center.engine, { id: key?.id ?? 0, actor: 'x' }), { code: 'not_found' })
  const changes = (await listAudit(center.engine)).filter(({ action }) => action.startsWith('key.'))
  assert.deepEqual(
    changes.slice(0, 2).map(({ action, before, after }) => [action, before, after]),
    [
      ['key.create', null, 'viewer'],
      ['key.revoke', 'operator', null],
    ],
  )
})

type Service = Awaited<ReturnType<typeof testService>>

async function signIn({ call, keys }: Service, role: 'operator' | 'viewer'): Promise<string> {
  const answer = await call('POST /api/v1/session', { as: null, body: { key: keys[role] } })
  assert.equal(answer.status, 201)
  return (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
}

test('a session’s cookie is out of reach of scripts and of other sites', async (t) => {
  const { service } = await scene(t)
  const answer = await service.call('POST /api/v1/session', { as: null, body: { key: service.keys.viewer } })
  const cookie = answer.headers.get('set-cookie') ?? ''
  for (const part of ['HttpOnly', 'SameSite=Strict', 'Path=/', 'Max-Age=43200']) assert.ok(cookie.includes(part), part)
  assert.equal(cookie.includes(service.keys.viewer), false)
  assertProblem(await service.call('POST /api/v1/session', { as: null, body: { key: 'mbk_1_x' } }), 'key_invalid', 401)
})

test('a change with a session needs the token that the sign-in answered', async (t) => {
  const { center, service } = await scene(t)
  const { call } = service
  const key = await center.customer(90)
  const cookie = await signIn(service, 'operator')
  const who = await call('GET /api/v1/session', { as: null, headers: { cookie } })
  assert.deepEqual([who.json?.['name'], who.json?.['role']], ['operator', 'operator'])
  const csrf = String(who.json?.['csrf'])
  const body = { key, reason: 'complaint' }
  const hold = (headers: Record<string, string>) =>
    call('POST /api/v1/holds', { as: null, body, headers: { cookie, ...headers } })
  assertProblem(await hold({}), 'csrf_missing', 403)
  assertProblem(await hold({ 'x-csrf-token': `${csrf}x` }), 'csrf_missing', 403)
  assertProblem(await hold({ 'x-csrf-token': csrf, 'sec-fetch-site': 'cross-site' }), 'cross_site', 403)
  assert.equal((await hold({ 'x-csrf-token': csrf, origin: service.url })).status, 201)
  assert.equal(
    (await call('DELETE /api/v1/session', { as: null, headers: { cookie, 'x-csrf-token': csrf } })).status,
    204,
  )
  assertProblem(await call('GET /api/v1/session', { as: null, headers: { cookie } }), 'key_invalid', 401)
})

test('an expired session opens nothing', async (t) => {
  const { center, service } = await scene(t)
  const cookie = await signIn(service, 'viewer')
  assert.equal((await service.call('GET /api/v1/runs', { as: null, headers: { cookie } })).status, 200)
  await center.db.query("update mothball.session set expires_at = now() - interval '1 second'")
  assertProblem(await service.call('GET /api/v1/runs', { as: null, headers: { cookie } }), 'key_invalid', 401)
})
