import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hasCode } from '../../src/core/errors/index.ts'
import { run } from '../../src/engine/run/run.ts'
import { sql } from '../../src/sql/tag.ts'
import { callCenter, testEngine } from '../support/call-center.ts'
import { gateAt, once } from '../support/reached.ts'
import { connect } from '../support/server.ts'

test('a customer whom an agent holds waits, and is reported as locked when the agent never lets go', async (t) => {
  const center = await callCenter(t)
  const held = await center.customer(90)
  await center.customer(90)
  const agent = await connect(center.db.url)
  await agent.query(`begin; update nic_cc_customer set name = 'held' where id = ${held}`)
  const result = await run(center.engine, center.policy, { confirm: 2 })
  await agent.query('commit')
  await agent.end()
  assert.deepEqual([result.status, result.archived, result.skippedBecause], ['success', 1, { locked: 1 }])
  assert.equal(await center.count('nic_cc_customer', "name = 'held'"), 1)
})

test('a family of which an agent holds a related row waits whole', async (t) => {
  const center = await callCenter(t)
  const held = await center.customer(90)
  const call = await center.related('call_log', held, { created_at: -50 })
  await center.related('aod', held, { status: 'settled' })
  await center.customer(90)
  const agent = await connect(center.db.url)
  await agent.query(`begin; update nic_cc_call_log set remark = 'held' where id = ${call}`)
  const result = await run(center.engine, center.policy, { confirm: 2 })
  await agent.query('commit')
  await agent.end()
  assert.deepEqual([result.archived, result.skippedBecause], [1, { locked: 1 }])
  assert.equal(await center.count('nic_cc_aod', `customer_id = ${held}`), 1)
})

test('what was locked in the first pass moves in a later one', async (t) => {
  let release = async () => {}
  const center = await callCenter(t, { signals: once('batch-committed', () => release()) })
  const held = await center.customer(90)
  await center.customer(90)
  const agent = await connect(center.db.url)
  await agent.query(`begin; select from nic_cc_customer where id = ${held} for update`)
  release = async () => void (await agent.query('commit'))
  const result = await run(center.engine, center.policy, { confirm: 2 })
  await agent.end()
  assert.deepEqual([result.archived, result.skipped], [2, 0])
})

for (const foreignKeys of ['none', 'no action', 'cascade'] as const)
  test(`an AOD that becomes active after the scan keeps the customer (foreign keys: ${foreignKeys})`, async (t) => {
    let activate = async () => {}
    const center = await callCenter(t, { foreignKeys, signals: once('batch-begun', () => activate()) })
    const customer = await center.customer(90)
    const aod = await center.related('aod', customer, { status: 'settled' })
    activate = async () => void (await center.db.query(`update nic_cc_aod set status = 'active' where id = ${aod}`))
    const result = await run(center.engine, center.policy, { confirm: 1 })
    assert.deepEqual([result.archived, result.skippedBecause], [0, { became_active: 1 }])
    assert.equal(await center.count('nic_cc_aod', "status = 'active'"), 1)
  })

test('a call that an agent logs between the locks and the copy does not ride along, and is not lost', async (t) => {
  let logCall = async () => {}
  const signals = once('related-locked', () => logCall())
  const center = await callCenter(t, { signals, policy: { late: 'report' } })
  const customer = await center.customer(90)
  await center.related('call_log', customer, { created_at: -50, remark: 'old' })
  logCall = async () => void (await center.related('call_log', customer, { created_at: -50, remark: 'late' }))
  await run(center.engine, center.policy, { confirm: 1 })
  assert.equal(await center.count('nic_cc_call_log', "remark = 'late'"), 1)
  assert.equal(await center.count('nic_cc_call_log_backup'), 1)
})

test('a second run is refused while the first is alive, whatever its guard says', async (t) => {
  const gate = gateAt('batch-begun')
  const center = await callCenter(t, { signals: gate.signals })
  await center.customer(90)
  const first = run(center.engine, center.policy, { confirm: 1 })
  await gate.arrived
  await assert.rejects(run(testEngine(t, center.db), center.policy), (error) => hasCode(error, 'already_running'))
  gate.open()
  assert.equal((await first).archived, 1)
  assert.equal((await run(center.engine, center.policy)).status, 'success')
})

test('a batch whose lease was taken over moves nothing', async (t) => {
  let takeOver = async () => {}
  const center = await callCenter(t, { signals: once('batch-committed', () => takeOver()) })
  await center.customer(90)
  await center.customer(90)
  takeOver = async () => void (await center.db.query('update mothball.lease set epoch = epoch + 1'))
  const result = await run(center.engine, center.policy, { confirm: 2, batchSize: 1 })
  assert.deepEqual([result.status, result.archived, result.error?.code], ['partial', 1, 'lease_lost'])
  assert.equal(await center.count('nic_cc_customer'), 1)
})

test('a table that is changed between two batches stops the run', async (t) => {
  let change = async () => {}
  const center = await callCenter(t, { signals: once('batch-committed', () => change()) })
  await center.customer(90)
  await center.customer(90)
  change = async () => void (await center.db.query('alter table nic_cc_customer add column later text'))
  const result = await run(center.engine, center.policy, { confirm: 2, batchSize: 1 })
  assert.deepEqual([result.status, result.archived, result.error?.code], ['partial', 1, 'shapes_changed'])
})

test('a run that is asked to stop ends at the end of its batch', async (t) => {
  const stop = new AbortController()
  const center = await callCenter(t, { signals: once('batch-begun', async () => stop.abort()) })
  await center.customer(90)
  await center.customer(90)
  const result = await run(center.engine, center.policy, { confirm: 2, batchSize: 1, signal: stop.signal })
  assert.deepEqual([result.status, result.archived, result.stopReason], ['success', 1, 'stopped'])
})

test('a run whose backend is terminated in mid-batch fails with true counts, and the next one goes on', async (t) => {
  let batches = 0
  const center = await callCenter(t, {
    signals: {
      reached: async (point) => {
        if (point !== 'subjects-copied') return
        batches += 1
        if (batches === 2)
          await center.db.query(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and state = 'idle in transaction'",
          )
      },
    },
  })
  for (let made = 0; made < 3; made += 1) await center.customer(90)
  const result = await run(center.engine, center.policy, { confirm: 3, batchSize: 1 })
  assert.deepEqual([result.status, result.archived, result.error?.code], ['partial', 1, 'connection_lost'])
  assert.deepEqual([await center.count('nic_cc_customer'), await center.count('nic_cc_customer_backup')], [2, 1])
  assert.equal((await run(center.engine, center.policy, { confirm: 2 })).archived, 2)
})

test('a table that is moved to another schema between two batches stops the run by the same word', async (t) => {
  let change = async () => {}
  const center = await callCenter(t, { signals: once('batch-committed', () => change()) })
  await center.customer(90)
  await center.customer(90)
  change = async () => void (await center.db.query('create schema later; alter table nic_cc_aod set schema later'))
  const result = await run(center.engine, center.policy, { confirm: 2, batchSize: 1 })
  assert.deepEqual([result.status, result.archived, result.error?.code], ['partial', 1, 'shapes_changed'])
})

test('a table that is changed between the plan and the first batch stops the run', async (t) => {
  let change = async () => {}
  const center = await callCenter(t, { signals: once('run-opened', () => change()) })
  await center.customer(90)
  change = async () => void (await center.db.query("alter table nic_cc_customer add column later text default 'kept'"))
  const result = await run(center.engine, center.policy, { confirm: 1 })
  assert.deepEqual([result.status, result.archived, result.error?.code], ['failed', 0, 'shapes_changed'])
})

test('a disk that is full stops the run, and quarantines nobody', async (t) => {
  const center = await callCenter(t, { policy: { acceptedTriggers: ['nic_cc_customer.full'] } })
  for (let made = 0; made < 5; made += 1) await center.customer(90)
  await center.db.query(`create function full_disk() returns trigger language plpgsql as $$ begin
    raise exception 'no space' using errcode = '53100'; end $$`)
  await center.db.query(
    'create trigger "full" before delete on nic_cc_customer for each row execute function full_disk()',
  )
  const result = await run(center.engine, center.policy, { confirm: 5 })
  assert.deepEqual([result.status, result.failed, result.error?.code], ['failed', 0, 'statement_failed'])
  assert.equal(await center.count('mothball.failure'), 0)
})

test('a batch that takes too long is halved, and a family that does so alone waits', async (t) => {
  const center = await callCenter(t, {
    policy: { acceptedTriggers: ['nic_cc_customer.slow'], timeouts: { statementMs: 400 } },
  })
  for (let made = 0; made < 4; made += 1) await center.customer(90)
  await center.db.query(`create function slow() returns trigger language plpgsql as $$ begin
    if old.id = 3 then perform pg_sleep(2); end if; return old; end $$`)
  await center.db.query('create trigger slow before delete on nic_cc_customer for each row execute function slow()')
  const result = await run(center.engine, center.policy, { confirm: 4 })
  assert.deepEqual([result.archived, result.failed, result.skippedBecause], [3, 0, { locked: 1 }])
})

test("the lease's own error is told, and not what the server says of the statements behind it", async (t) => {
  const center = await callCenter(t, { signals: once('run-opened', () => revoke()) })
  const revoke = async () =>
    void (await center.owner.database.execute(sql`alter table mothball.lease rename to lease_gone`))
  await center.customer(90)
  const result = run(center.engine, center.policy, { confirm: 1 })
  await assert.rejects(result, /42P01/)
  assert.equal(await center.count('mothball.failure'), 0)
})
