// A request that comes twice is done once.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { dropOldAnswers } from '../../src/engine/idempotency.ts'
import { run } from '../../src/engine/run/run.ts'
import { callCenter } from '../support/call-center.ts'
import { gateAt } from '../support/reached.ts'
import { assertProblem, type CallOptions, testService } from '../support/service.ts'

async function scene(t: TestContext) {
  const center = await callCenter(t)
  const keys = [await center.customer(90), await center.customer(91), await center.customer(92)]
  const service = await testService(t, center)
  const archive = (key: string, body: unknown, options: CallOptions = {}) =>
    service.call('POST /archive_old_customers', { body, headers: { 'idempotency-key': key }, ...options })
  return { center, service, archive, keys }
}

test('a repeated Idempotency-Key gets the first answer, and moves nobody more', async (t) => {
  const { center, archive } = await scene(t)
  const first = await archive('a', { batch_size: 1 })
  const again = await archive('a', { batch_size: 1 })
  assert.equal(again.text, first.text)
  assert.deepEqual([again.status, again.headers.get('idempotency-replayed')], [200, 'true'])
  assert.equal(first.headers.has('idempotency-replayed'), false)
  assert.equal(await center.count('nic_cc_customer'), 2)
  await archive('b', { batch_size: 1 })
  assert.equal(await center.count('nic_cc_customer'), 1, 'another key is another request')
})

test('the same key with another body is refused', async (t) => {
  const { center, archive, service } = await scene(t)
  await archive('a', { batch_size: 1 })
  assertProblem(await archive('a', { batch_size: 2 }), 'idempotency_mismatch', 422)
  const other = await service.call('POST /api/v1/runs', { body: { batchSize: 1 }, headers: { 'idempotency-key': 'a' } })
  assertProblem(other, 'idempotency_mismatch', 422)
  assert.equal(await center.count('nic_cc_customer'), 2)
})

test('another caller’s key is another key', async (t) => {
  const { center, archive } = await scene(t)
  await archive('a', { batch_size: 1 })
  const answer = await archive('a', { batch_size: 2 }, { as: 'operator' })
  assert.equal(answer.json?.['archived'], 2)
  assert.equal(await center.count('nic_cc_customer'), 0)
})

test('while the first is being worked on, a second is asked to wait, and is done once', async (t) => {
  const { signals, arrived, open } = gateAt('subjects-locked')
  const center = await callCenter(t, { signals })
  await center.customer(90)
  const service = await testService(t, center)
  const archive = () => service.call('POST /archive_old_customers', { body: {}, headers: { 'idempotency-key': 'a' } })
  const first = archive()
  await arrived
  assertProblem(await archive(), 'idempotency_busy', 409)
  open()
  assert.equal((await first).json?.['archived'], 1)
  assert.equal((await archive()).headers.get('idempotency-replayed'), 'true')
  assert.equal(await center.count('nic_cc_archive_log'), 1)
})

test('what was refused is forgotten, and may be tried again under its key', async (t) => {
  const { service } = await scene(t)
  const start = (body: object) => service.call('POST /api/v1/runs', { body, headers: { 'idempotency-key': 'a' } })
  assertProblem(await start({}), 'guard_exceeded', 409)
  assert.equal((await start({ confirm: 3 })).status, 202)
  for (const bad of ['a b', 'x'.repeat(201)])
    assertProblem(
      await service.call('POST /api/v1/runs', { body: {}, headers: { 'idempotency-key': bad } }),
      'request_invalid',
      400,
    )
})

test('a run drops answers that are a day old, and no others; a repeat of such a request is a new one', async (t) => {
  const { center, archive } = await scene(t)
  for (const key of ['old', 'young', 'forgotten']) await archive(key, { batch_size: 1, dry_run: true })
  const age = (name: string, at: string) =>
    center.db.query(`update mothball.idempotency set begun_at = ${at} where name = '${name}'`)
  await age('old', "now() - interval '26 hours'")
  await age('young', "now() - interval '23 hours'")
  await age('forgotten', "'-infinity'")
  await run(center.engine, center.policy, { confirm: 3 })
  assert.deepEqual(await center.db.query('select name from mothball.idempotency'), [{ name: 'young' }])
  assert.equal((await archive('young', { batch_size: 1, dry_run: true })).headers.get('idempotency-replayed'), 'true')
  assert.equal((await archive('old', { batch_size: 1 })).headers.has('idempotency-replayed'), false)
})

test('one run drops no more than its share', async (t) => {
  const { center } = await scene(t)
  await center.db.query(`insert into mothball.idempotency (key_id, name, fingerprint, begun_at)
    select min(id), g, '', now() - interval '2 days' from mothball.api_key, generate_series(1, 10001) g group by g`)
  assert.deepEqual([await dropOldAnswers(center.engine), await dropOldAnswers(center.engine)], [10_000, 1])
})
