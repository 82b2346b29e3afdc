import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setHold } from '../../src/engine/hold.ts'
import { restore } from '../../src/engine/restore/restore.ts'
import { run } from '../../src/engine/run/run.ts'
import { type CallCenter, callCenter } from '../support/call-center.ts'
import { theOne } from '../support/found.ts'

const archiveAll = async (center: CallCenter, customers: number) => {
  const result = await run(center.engine, center.policy, { confirm: customers })
  assert.equal(result.archived, customers)
  return result
}

test('why an active customer stays: each rule that holds, and by how many rows', async (t) => {
  const center = await callCenter(t)
  const key = await center.customer(90)
  await center.related('aod', key, { status: 'active' })
  await center.related('aod', key, { status: 'active' })
  await center.related('aod', key, { status: 'settled' })
  const plan = await center.related('payment_plan', key)
  await center.related('installment', key, { payment_plan_id: Number(plan), status: 'pending' })
  await center.related('call_log', key, { created_at: -1 })
  await center.related('follow_up', key, { scheduled_at: 3 })
  await setHold(center.engine, center.policy, { key, reason: 'case 7', actor: 'thandi' })
  const { active, kept, run, holds } = await theOne(center, key)
  assert.deepEqual(kept, ['active_aod', 'unpaid_installment', 'follow_up', 'recent_call', 'hold'])
  assert.deepEqual(
    Object.fromEntries((active?.evidence ?? []).map(({ rule, rows }) => [rule, rows])),
    Object.fromEntries(kept.map((rule) => [rule, rule === 'active_aod' ? 2 : 1])),
  )
  assert.deepEqual([active?.verdict, run, holds[0]?.reason, holds[0]?.setBy], ['kept', null, 'case 7', 'thandi'])
})

test('a row that two paths reach is one piece of evidence', async (t) => {
  const center = await callCenter(t)
  const key = await center.customer(90)
  const plan = await center.related('payment_plan', key)
  await center.related('installment', key, { payment_plan_id: Number(plan), status: 'pending' })
  await center.db.query(`insert into nic_cc_installment (payment_plan_id, status) values (${plan}, 'pending')`)
  assert.deepEqual((await theOne(center, key)).active?.evidence, [{ rule: 'unpaid_installment', rows: 2 }])
})

test('what the next run would do is said of each active customer', async (t) => {
  const center = await callCenter(t)
  const [eligible, young] = [await center.customer(61), await center.customer(59)]
  const [ageless] = await center.db.query('insert into nic_cc_customer (created_at) values (null) returning id')
  const [endless] = await center.db.query("insert into nic_cc_customer (created_at) values ('-infinity') returning id")
  const verdictOf = async (key: string | null | undefined) => (await theOne(center, key ?? '')).active?.verdict
  assert.equal(await verdictOf(eligible), 'eligible')
  assert.equal(await verdictOf(young), 'too_young')
  assert.equal(await verdictOf(ageless?.['id']), 'no_age')
  assert.equal(await verdictOf(endless?.['id']), 'no_age')
})

test('a customer who is too young is told from when on he is old enough', async (t) => {
  const center = await callCenter(t)
  const key = await center.customer(50)
  const { active } = await theOne(center, key)
  const [row] = await center.db.query(`select (created_at + interval '1440 hours')::text as due, created_at::text as age
    from nic_cc_customer where id = ${key}`)
  assert.deepEqual([active?.oldEnoughAt, active?.age], [row?.['due'], row?.['age']])
})

test('ages in epoch milliseconds are told as instants', async (t) => {
  const center = await callCenter(t, { unit: 'epoch_ms' })
  await center.db.query(
    'insert into nic_cc_customer (id, created_at) values (1, 1700000000123), (2, 9223372036854775807)',
  )
  const { active } = await theOne(center, '1')
  assert.deepEqual([active?.age, active?.verdict], ['2023-11-14 22:13:20.123+00', 'eligible'])
  assert.equal((await theOne(center, '2')).active?.verdict, 'no_age')
})

test('of an archived customer it is told by which run, when, why, and what went along', async (t) => {
  const center = await callCenter(t)
  const key = await center.customer(90)
  const plan = await center.related('payment_plan', key)
  for (let n = 0; n < 3; n += 1)
    await center.related('installment', key, { payment_plan_id: Number(plan), status: 'paid' })
  await center.related('call_log', key, { created_at: -80 })
  const result = await archiveAll(center, 1)
  const found = await theOne(center, key)
  assert.deepEqual([found.tier, found.run, found.kept, found.active], ['archive', result.run, [], null])
  const { archived } = found
  assert.deepEqual([archived?.reason, archived?.archivedBy, archived?.batch], ['60_day_rule', 'system', 1])
  assert.equal(archived?.cutoff, result.cutoff)
  assert.ok(archived?.archivedAt?.endsWith('+00'))
  assert.deepEqual(archived?.related, {
    nic_cc_aod: 0,
    nic_cc_payment_plan: 1,
    nic_cc_installment: 3,
    nic_cc_call_log: 1,
    nic_cc_follow_up: 0,
    nic_cc_contact_update_history: 0,
  })
})

test('a restored customer is kept until the day that the restore promised, and his stay is remembered', async (t) => {
  const center = await callCenter(t)
  const key = await center.customer(90)
  const archive = await archiveAll(center, 1)
  const selection = { by: 'keys', keys: [key] } as const
  const home = await restore(center.engine, center.policy, { selection, reason: 'phoned again', actor: 'thandi' })
  const found = await theOne(center, key)
  assert.deepEqual([found.tier, found.kept, found.active?.verdict], ['active', ['restored'], 'kept'])
  assert.deepEqual(found.visits, [{ archivedBy: archive.run, leftBy: home.run }])
  assert.deepEqual(
    [found.keepUntil?.reason, found.keepUntil?.actor, found.keepUntil?.holds],
    ['phoned again', 'thandi', true],
  )
})

test('a customer in quarantine is told with his failure', async (t) => {
  const center = await callCenter(t)
  const key = await center.customer(90)
  await center.db.query(`insert into nic_cc_customer_backup (id) values (${key})`)
  const result = await run(center.engine, center.policy, { confirm: 1 })
  assert.equal(result.failed, 1)
  const found = await theOne(center, key)
  assert.deepEqual([found.tier, found.active?.verdict, found.failure?.run], ['active', 'quarantined', result.run])
  assert.ok(found.archived, 'the row in the archive that stands in his way')
})

test('under block, any related row is the reason', async (t) => {
  const center = await callCenter(t, { policy: { related: 'block' } })
  const key = await center.customer(90)
  await center.related('call_log', key, { created_at: -80 })
  await center.related('call_log', key, { created_at: -81 })
  assert.deepEqual((await theOne(center, key)).active?.evidence, [{ rule: 'has_nic_cc_call_log', rows: 2 }])
})

test('plan and show agree about every customer', async (t) => {
  const center = await callCenter(t)
  for (let n = 0; n < 12; n += 1) {
    const key = await center.customer(n < 9 ? 61 + n : 10)
    if (n % 3 === 0) await center.related('aod', key, { status: 'active' })
    if (n % 4 === 0) await center.related('call_log', key, { created_at: -2 })
  }
  const keys = (await center.db.query('select id from nic_cc_customer')).map(({ id }) => id ?? '')
  const verdicts = await Promise.all(
    keys.map(async (key) => [key, (await theOne(center, key)).active?.verdict] as const),
  )
  const { archived } = await run(center.engine, center.policy, {
    confirm: verdicts.filter(([, verdict]) => verdict === 'eligible').length,
  })
  const gone = (await center.db.query('select id from nic_cc_customer_backup')).map(({ id }) => id ?? '')
  assert.deepEqual(
    gone.toSorted(),
    verdicts.flatMap(([key, verdict]) => (verdict === 'eligible' ? [key] : [])).toSorted(),
  )
  assert.equal(archived, gone.length)
})
