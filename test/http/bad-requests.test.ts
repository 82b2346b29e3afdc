// Every request that no one should send: it gets its status and its body, and touches nothing.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { type TestContext, test } from 'node:test'
import { listAudit, verifyAudit } from '../../src/engine/audit.ts'
import { callCenter } from '../support/call-center.ts'
import { listOf } from '../support/program.ts'
import { type Answer, assertProblem, testService } from '../support/service.ts'

async function scene(t: TestContext) {
  const center = await callCenter(t)
  const service = await testService(t, center)
  return { center, service, call: service.call }
}

/** Fields that the answer complains of. */
const fieldsOf = ({ json }: Answer) => listOf(json?.['errors']).map(({ field }) => field)

test('a wrong type, a wrong size and an unknown field are refused by name, and nothing is coerced', async (t) => {
  const { center, call } = await scene(t)
  await center.customer(90)
  const wrong: readonly (readonly [body: string, field: string])[] = [
    ['{"dry_run":"false"}', 'dry_run'],
    ['{"dry_run":0}', 'dry_run'],
    ['{"dry_run":null}', 'dry_run'],
    ['{"batch_size":0}', 'batch_size'],
    ['{"batch_size":-1}', 'batch_size'],
    ['{"batch_size":1.5}', 'batch_size'],
    ['{"batch_size":"10"}', 'batch_size'],
    ['{"batch_size":10001}', 'batch_size'],
    ['{"batch_size":1e12}', 'batch_size'],
    ['{"dryrun":true}', 'dryrun'],
    ['{"__proto__":{"dry_run":true}}', '__proto__'],
    ['{"constructor":1}', 'constructor'],
    ['[]', 'body'],
    ['null', 'body'],
    ['"x"', 'body'],
  ]
  for (const [body, field] of wrong) {
    const answer = await call('POST /archive_old_customers', { body })
    assertProblem(answer, 'request_invalid', 400)
    assert.deepEqual(fieldsOf(answer), [field], body)
  }
  const several = await call('POST /api/v1/runs', { body: { confirm: -1, maxRows: 0, dryRun: 'yes', x: 1 } })
  assert.deepEqual(fieldsOf(several).toSorted(), ['confirm', 'dryRun', 'maxRows', 'x'])
  assert.equal(await center.count('nic_cc_customer'), 1)
  assert.equal(await center.count('mothball.run'), 0)
})

test('a body that is no JSON, or that does not say so, is not looked at', async (t) => {
  const { center, call } = await scene(t)
  await center.customer(90)
  assertProblem(await call('POST /archive_old_customers', { body: '{"dry_run":tru' }), 'json_invalid', 400)
  const body = '{"dry_run":true}'
  for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data; boundary=x', ''])
    assertProblem(
      await call('POST /archive_old_customers', { body, headers: { 'content-type': type } }),
      'media_type',
      415,
    )
  assertProblem(
    await call('POST /archive_old_customers', { body: `{"a":"${'x'.repeat(70_000)}"}` }),
    'body_too_large',
    413,
  )
  assert.equal(await center.count('nic_cc_customer'), 1, 'a dry run in the wrong form is never a live one')
})

test('a method that an address does not take is told, with those that it does', async (t) => {
  const { call } = await scene(t)
  for (const [request, allowed] of [
    ['GET /archive_old_customers', 'POST'],
    ['DELETE /api/v1/runs', 'POST'],
    ['PUT /api/v1/runs/1', 'GET'],
  ] as const) {
    const answer = await call(request)
    assertProblem(answer, 'method_not_allowed', 405)
    assert.ok(answer.headers.get('allow')?.includes(allowed), request)
  }
  assertProblem(await call('GET /api/v1/nothing'), 'route_unknown', 404)
  assertProblem(await call('GET /wp-login.php', { as: null }), 'route_unknown', 404)
})

test('without a key, or with a wrong one, nobody comes in', async (t) => {
  const { center, service, call } = await scene(t)
  const answer = await call('GET /api/v1/runs', { as: null })
  assertProblem(answer, 'key_missing', 401)
  assert.equal(answer.headers.get('www-authenticate'), 'Bearer')
  const key = service.keys.admin
  const wrong = [
    `${key}x`,
    key.slice(0, -1),
    `${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`,
    'x',
    key.replace('mbk_', 'mbs_'),
  ]
  for (const text of wrong)
    assertProblem(await call('GET /api/v1/runs', { as: null, headers: { 'x-api-key': text } }), 'key_invalid', 401)
  assert.equal((await call('GET /api/v1/runs', { as: null, headers: { 'x-api-key': key } })).status, 200)
  const [entry] = await listAudit(center.engine)
  assert.deepEqual(
    [entry?.actor, entry?.action, entry?.object, entry?.after, entry?.outcome],
    ['unknown', 'http.refused', 'GET /api/v1/runs', 'key_invalid', 'refused'],
  )
  assert.equal((await listAudit(center.engine)).filter(({ outcome }) => outcome === 'refused').length, wrong.length)
})

test('a role that has no right is refused by the server, and that stands in the audit log', async (t) => {
  const { center, call } = await scene(t)
  const key = await center.customer(90)
  const refused: readonly (readonly ['viewer' | 'operator' | 'compliance', string, object | undefined])[] = [
    ['viewer', 'POST /api/v1/runs', {}],
    ['viewer', 'POST /archive_old_customers', {}],
    ['viewer', 'POST /api/v1/restores', { selection: { by: 'keys', keys: [key] }, reason: 'x' }],
    ['viewer', 'POST /api/v1/restores/preview', { selection: { by: 'keys', keys: [key] } }],
    ['viewer', 'POST /api/v1/runs/1/undo', { reason: 'x' }],
    ['viewer', 'POST /api/v1/holds', { key, reason: 'x' }],
    ['viewer', 'POST /api/v1/failures/retry', { keys: 'all' }],
    ['viewer', 'GET /api/v1/audit', undefined],
    ['operator', 'POST /api/v1/holds/1/release', { reason: 'x' }],
    ['operator', 'GET /api/v1/audit/verify', undefined],
    ['operator', 'POST /api/v1/erasures', { key, confirm: key, reason: 'x', caseNumber: '7' }],
    ['viewer', 'POST /api/v1/erasures/preview', { key }],
    ['operator', 'GET /api/v1/erasures', undefined],
    ['compliance', 'POST /api/v1/runs', {}],
  ]
  for (const [as, request, body] of refused)
    assertProblem(await call(request, { as, ...(body === undefined ? {} : { body }) }), 'role_missing', 403)
  const entries = (await listAudit(center.engine)).filter(({ action }) => action === 'http.refused')
  assert.equal(entries.length, refused.length)
  assert.deepEqual(
    [entries[5]?.actor, entries[5]?.role, entries[5]?.object],
    ['operator', 'operator', 'POST /api/v1/holds/:id/release'],
    'the address as a pattern: no number of anybody',
  )
  assert.equal((await verifyAudit(center.engine)).status, 'clean')
  assert.equal(await center.count('nic_cc_customer'), 1)
})

test('another site’s page changes nothing, whatever it brings along', async (t) => {
  const { service, call } = await scene(t)
  const body = { dry_run: true }
  for (const headers of [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site', origin: service.url },
  ])
    assertProblem(await call('POST /archive_old_customers', { body, headers }), 'cross_site', 403)
  assert.equal((await call('POST /archive_old_customers', { body, headers: { origin: service.url } })).status, 200)
  assert.equal(
    (await call('GET /api/v1/runs', { headers: { origin: 'https://evil.example' } })).status,
    200,
    'no CORS header lets it read',
  )
})

test('a cursor that is none of ours, and a number that is none, are refused', async (t) => {
  const { call } = await scene(t)
  for (const cursor of [
    'x',
    'AAAA',
    Buffer.from('audit:5').toString('base64url'),
    Buffer.from('runs:05').toString('base64url'),
  ])
    assertProblem(await call(`GET /api/v1/runs?cursor=${cursor}`), 'cursor_invalid', 400)
  for (const query of ['limit=0', 'limit=501', 'limit=1e1', 'limit=', 'offset=5', 'policy=a&policy=b'])
    assert.ok((await call(`GET /api/v1/runs?${query}`)).status >= 400, query)
  for (const id of ['0', '-1', '1.0', 'x', '99999999999999999999'])
    assertProblem(await call(`GET /api/v1/runs/${id}`), 'request_invalid', 400)
  assertProblem(await call('GET /api/v1/runs/999'), 'not_found', 404)
  assertProblem(await call('GET /api/v1/runs?policy=none'), 'policy_unknown', 404)
})

test('a line break in a reason, and an empty one, are refused before anything is written', async (t) => {
  const { center, call } = await scene(t)
  const key = await center.customer(90)
  for (const reason of ['a\r\nb', 'a\u2028b', '', '   ', 'x'.repeat(501)])
    for (const [request, body] of [
      ['POST /api/v1/holds', { key, reason }],
      ['POST /api/v1/restores', { selection: { by: 'keys', keys: [key] }, reason }],
    ] as const) {
      const answer = await call(request, { body })
      assertProblem(answer, 'request_invalid', 400)
      assert.deepEqual(fieldsOf(answer), ['reason'], JSON.stringify(reason))
    }
  for (const caseNumber of ['', ' 7', 'a\nb', 'x'.repeat(101)]) {
    const answer = await call('POST /api/v1/holds', { body: { key, reason: 'x', caseNumber } })
    assertProblem(answer, 'request_invalid', 400)
    assert.deepEqual(fieldsOf(answer), ['caseNumber'], JSON.stringify(caseNumber))
  }
  const good = { key, confirm: key, reason: 'x', caseNumber: '7' }
  for (const [field, value] of [
    ['reason', 'a\nb'],
    ['caseNumber', ''],
    ['confirm', 7],
    ['key', null],
  ] as const)
    assert.deepEqual(fieldsOf(await call('POST /api/v1/erasures', { body: { ...good, [field]: value } })), [field])
  const unconfirmed = await call('POST /api/v1/erasures', { body: { ...good, confirm: '0' } })
  assertProblem(unconfirmed, 'erasure_unconfirmed', 409)
  assertProblem(await call('POST /api/v1/erasures', { body: good }), 'erasure_active', 409)
  assert.deepEqual([await center.count('mothball.hold'), await center.count('mothball.erasure')], [0, 0])
})

test('a customer who is nowhere is not found, and what was typed is not repeated', async (t) => {
  const { call } = await scene(t)
  const typed = '0825550142'
  const answer = await call(`GET /api/v1/customers/${typed}`)
  assertProblem(answer, 'customer_unknown', 404)
  assert.equal(answer.text.includes(typed), false)
  const search = await call('POST /api/v1/customers/search', { body: { text: typed } })
  assert.deepEqual(search.json, { customers: [] })
  assertProblem(await call('GET /api/v1/customers/%00'), 'customer_unknown', 404)
  assertProblem(await call('POST /api/v1/holds', { body: { key: '999', reason: 'x' } }), 'already_gone', 404)
})

test('who asks too often is asked to wait, but for a probe', async (t) => {
  const center = await callCenter(t)
  const few = await testService(t, center, { options: { requestsPerMinute: 5 } })
  const statuses: number[] = []
  let last: Answer | null = null
  for (let n = 0; n < 6; n += 1) {
    last = await few.call('GET /api/v1/session', { as: 'viewer' })
    statuses.push(last.status)
  }
  assert.equal(statuses.at(-1), 429)
  assert.ok(last !== null && Number(last.headers.get('retry-after')) > 0)
  assert.equal((await few.call('GET /livez', { as: null })).status, 200)
})

test('thirty wrong keys within a minute are the last that are looked at', async (t) => {
  const { center, call } = await scene(t)
  const guess = () => call('GET /api/v1/runs', { as: null, headers: { 'x-api-key': 'guess' } })
  for (let n = 0; n < 30; n += 1) assertProblem(await guess(), 'key_invalid', 401)
  assertProblem(await guess(), 'too_many_requests', 429)
  assert.equal(
    (await listAudit(center.engine, { limit: 100 })).filter(({ action }) => action === 'http.refused').length,
    30,
  )
})

test('who asks rightly is answered, however many of his questions are open at once', async (t) => {
  const { call } = await scene(t)
  const answers = await Promise.all(Array.from({ length: 60 }, () => call('GET /api/v1/statistics')))
  assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200])
})

test('a caller who sends his request byte by byte is cut off', async (t) => {
  const center = await callCenter(t)
  const patience = { headersMs: 200, requestMs: 300, lookEveryMs: 50 }
  const service = await testService(t, center, { patience })
  const { hostname, port } = new URL(service.url)
  const socket = connect(Number(port), hostname)
  socket.write('POST /archive_old_customers HTTP/1.1\r\nHost: x\r\nX-Slow: ')
  let answer = ''
  socket.on('data', (chunk) => {
    answer += chunk.toString()
  })
  await once(socket, 'close')
  assert.match(answer, /^HTTP\/1\.1 408 /)
})

test('every answer forbids what a browser should not do with it', async (t) => {
  const { call } = await scene(t)
  for (const request of ['GET /api/v1/runs', 'GET /docs', 'GET /nothing']) {
    const { headers } = await call(request)
    assert.match(headers.get('content-security-policy') ?? '', /default-src 'none'/, request)
    assert.equal(headers.get('x-content-type-options'), 'nosniff')
    assert.equal(headers.get('x-frame-options'), 'DENY')
    assert.equal(headers.get('cache-control'), 'no-store')
    assert.equal(headers.has('access-control-allow-origin'), false)
    assert.equal(headers.has('x-powered-by'), false)
  }
})

test('an error’s link leads to what it means', async (t) => {
  const { call } = await scene(t)
  const answer = await call('GET /api/v1/runs', { as: null })
  const page = await call(`GET ${answer.json?.['type']}`, { as: null })
  assert.equal(page.status, 200)
  assert.match(page.text, /mothball key create/)
  assertProblem(await call('GET /errors/__proto__', { as: null }), 'route_unknown', 404)
})
