// What is masked is shown in clear to whoever may see it and says why; that he asked is written down, what he saw is not.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { run } from '../../src/engine/run/run.ts'
import { callCenter } from '../support/call-center.ts'
import { assertProblem, type CallOptions, testService } from '../support/service.ts'

const NUMBER = '+27 82 555 0142'
const EMAIL = 'nomsa@example.com'
const REASON = 'he phones from another number'

/** One who is archived, and one who is active and has no e-mail. */
async function scene(t: TestContext) {
  const center = await callCenter(t)
  const gone = await center.customer(120, { mobile: NUMBER, email: EMAIL })
  await run(center.engine, center.policy, { confirm: 1 })
  const active = await center.customer(5, { mobile: NUMBER })
  const service = await testService(t, center)
  const reveal = (key: string, { body = { reason: REASON }, as = 'operator', ...rest }: CallOptions = {}) =>
    service.call(`POST /api/v1/customers/${key}/reveal`, { as, body, ...rest })
  return { center, service, gone, active, reveal }
}

test('an operator who says why sees the values in clear, on either side', async (t) => {
  const { gone, active, reveal } = await scene(t)
  const mobile = { column: 'mobile', value: NUMBER }
  const archived = await reveal(gone)
  assert.deepEqual(archived.json, {
    key: gone,
    tier: 'archive',
    contacts: [mobile, { column: 'email', value: EMAIL }],
  })
  assert.equal(archived.headers.get('cache-control'), 'no-store')
  assert.deepEqual((await reveal(active, { as: 'compliance' })).json, {
    key: active,
    tier: 'active',
    contacts: [mobile],
  })
})

test('each reveal is in the audit log with its reason; the journal knows whose, and no value is anywhere', async (t) => {
  const { center, gone, reveal } = await scene(t)
  await reveal(gone, { headers: { 'idempotency-key': 'a' } })
  await reveal(gone, { headers: { 'idempotency-key': 'a' } })
  const entries = await center.db.query(
    "select actor, role, object, reason, before, after from mothball.audit where action = 'customer.reveal' order by id",
  )
  const entry = { actor: 'operator', role: 'operator', reason: REASON, before: null, after: null }
  assert.deepEqual(entries, [
    { ...entry, object: 'reveal 1' },
    { ...entry, object: 'reveal 2' },
  ])
  assert.deepEqual(await center.db.query('select subject, subject_key, actor, reason from mothball.reveal limit 1'), [
    { subject: 'public.nic_cc_customer', subject_key: gone, actor: 'operator', reason: REASON },
  ])
  const tables = await center.db.query("select tablename as name from pg_tables where schemaname = 'mothball'")
  for (const { name } of tables) {
    const holds = await center.count(`mothball.${name} t`, `t::text like '%555 0142%' or t::text like '%${EMAIL}%'`)
    assert.equal(holds, 0, `${name} holds a value`)
  }
})

test('where it cannot be written down, nothing is shown', async (t) => {
  const { center, gone, reveal, service } = await scene(t)
  await center.db.query('alter table mothball.reveal rename to elsewhere')
  const answer = await reveal(gone)
  assert.equal(answer.status, 500)
  assert.equal(/555|nomsa/.test(answer.text), false)
  assert.equal(await center.count('mothball.audit', "action = 'customer.reveal'"), 0)
  assert.equal(service.unexpected.length <= 1, true)
})

test('a viewer sees nothing, and that he asked stands in the audit log', async (t) => {
  const { center, gone, reveal } = await scene(t)
  assertProblem(await reveal(gone, { as: 'viewer' }), 'role_missing', 403)
  assertProblem(await reveal(gone, { as: null }), 'key_missing', 401)
  assert.equal(await center.count('mothball.reveal'), 0)
  assert.equal(await center.count('mothball.audit', "action = 'http.refused' and object like '%/reveal'"), 1)
})

test('without a reason, or for a key that nobody has, nothing is shown and nothing written', async (t) => {
  const { center, gone, reveal } = await scene(t)
  for (const body of [{}, { reason: '' }, { reason: '  ' }, { reason: 'a\nb' }, { reason: 'x', because: 'y' }])
    assertProblem(await reveal(gone, { body }), 'request_invalid', 400)
  assertProblem(await reveal('999'), 'customer_unknown', 404)
  assertProblem(await reveal('0825550142'), 'customer_unknown', 404)
  assert.equal(await center.count('mothball.reveal'), 0)
})
