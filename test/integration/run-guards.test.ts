import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ErrorCode, hasCode } from '../../src/core/errors/index.ts'
import { run } from '../../src/engine/run/run.ts'
import { type CallCenter, callCenter } from '../support/call-center.ts'
import { once } from '../support/reached.ts'

async function fourOldOneYoung(center: CallCenter) {
  for (let made = 0; made < 4; made += 1) await center.customer(90)
  await center.customer(1)
}

const nothingMoved = async (center: CallCenter) => {
  assert.equal(await center.count('nic_cc_customer_backup'), 0)
  assert.equal(await center.count('mothball.batch'), 0)
}

const withCode = (code: ErrorCode) => (error: unknown) => hasCode(error, code)

test('a run above the guard asks for the number, and moves nothing without it', async (t) => {
  const center = await callCenter(t)
  await fourOldOneYoung(center)
  await assert.rejects(run(center.engine, center.policy), withCode('guard_exceeded'))
  await nothingMoved(center)
  assert.equal(await center.count('nic_cc_archive_log'), 0)
})

test('another number than the plan says is refused', async (t) => {
  const center = await callCenter(t)
  await fourOldOneYoung(center)
  await assert.rejects(run(center.engine, center.policy, { confirm: 5 }), withCode('confirm_mismatch'))
  await nothingMoved(center)
})

test('the number that the plan says is let through', async (t) => {
  const center = await callCenter(t)
  await fourOldOneYoung(center)
  assert.equal((await run(center.engine, center.policy, { confirm: 4 })).archived, 4)
})

test('the guard looks at what --max-rows leaves', async (t) => {
  const center = await callCenter(t)
  await fourOldOneYoung(center)
  assert.equal((await run(center.engine, center.policy, { maxRows: 1 })).archived, 1)
})

test('a number is accepted below the guard too', async (t) => {
  const center = await callCenter(t, { policy: { guard: 1 } })
  await fourOldOneYoung(center)
  assert.equal((await run(center.engine, center.policy, { confirm: 4 })).archived, 4)
})

test('a run outside the window is refused unless it is told to ignore it', async (t) => {
  const [now] = await (await callCenter(t)).db.query(
    "select to_char(now() at time zone 'UTC' + interval '2 hours', 'HH24:MI') as soon, to_char(now() at time zone 'UTC' + interval '3 hours', 'HH24:MI') as later",
  )
  const window = { from: now?.['soon'] ?? '', to: now?.['later'] ?? '', zone: 'UTC' }
  const center = await callCenter(t, { policy: { window } })
  await center.customer(90)
  await assert.rejects(run(center.engine, center.policy, { confirm: 1 }), withCode('outside_window'))
  await nothingMoved(center)
  assert.equal((await run(center.engine, center.policy, { confirm: 1, ignoreWindow: true })).archived, 1)
})

test('a slot is taken once', async (t) => {
  const center = await callCenter(t)
  const slot = '2026-01-02 02:00:00+00'
  await run(center.engine, center.policy, { slot })
  await assert.rejects(run(center.engine, center.policy, { slot }), withCode('slot_taken'))
  assert.equal(await center.count('mothball.run'), 1)
})

test('without the journal a run is refused', async (t) => {
  const center = await callCenter(t, { migrate: false })
  await center.customer(90)
  await assert.rejects(run(center.engine, center.policy, { confirm: 1 }), withCode('plan_refused'))
  assert.equal(await center.count('nic_cc_customer'), 1)
})

test('a related table that vanishes after it was a part of the family refuses the run: its keep rules would be forgotten', async (t) => {
  const center = await callCenter(t)
  const customer = await center.customer(90)
  await center.related('aod', customer, { status: 'active' })
  await center.db.query('alter table nic_cc_aod rename to nic_cc_aod_old')
  await assert.rejects(run(center.engine, center.policy, { confirm: 1 }), /relation_vanished nic_cc_aod/)
  await nothingMoved(center)
})

test('what becomes eligible after the number was confirmed does not ride along', async (t) => {
  let settle = async () => {}
  const center = await callCenter(t, { signals: once('run-opened', () => settle()) })
  for (let made = 0; made < 5; made += 1) await center.customer(90)
  for (let made = 0; made < 5; made += 1) await center.related('aod', await center.customer(90), { status: 'active' })
  settle = async () => void (await center.db.query("update nic_cc_aod set status = 'settled'"))
  const result = await run(center.engine, center.policy, { confirm: 5, batchSize: 2 })
  assert.deepEqual([result.archived, result.stopReason], [4, 'ceiling'])
})

test('a dry run takes no slot', async (t) => {
  const center = await callCenter(t)
  const slot = '2026-01-02 02:00:00+00'
  await run(center.engine, center.policy, { slot, dryRun: true })
  assert.equal((await run(center.engine, center.policy, { slot })).status, 'success')
})
