import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from '../../src/engine/inspect.ts'
import { planAt } from '../../src/engine/plan/plan.ts'
import { run } from '../../src/engine/run/run.ts'
import { callCenter } from '../support/call-center.ts'

const LIVE = { ignoreWindow: true } as const

test('a customer older than 60 days moves with everything that belongs to him', async (t) => {
  const center = await callCenter(t)
  const old = await center.customer(61)
  const young = await center.customer(59)
  for (const customer of [old, young]) {
    await center.related('aod', customer, { status: 'settled' })
    const plan = await center.related('payment_plan', customer)
    await center.related('installment', customer, { payment_plan_id: Number(plan), status: 'paid' })
    await center.related('call_log', customer, { created_at: -40 })
    await center.related('follow_up', customer, { scheduled_at: -10 })
    await center.related('contact_update_history', customer)
  }
  const result = await run(center.engine, center.policy, { ...LIVE, confirm: 1 })
  assert.deepEqual(
    [result.status, result.archived, result.batches, result.stopReason],
    ['success', 1, 1, 'nothing_eligible'],
  )
  for (const table of ['aod', 'payment_plan', 'installment', 'call_log', 'follow_up', 'contact_update_history']) {
    assert.equal(await center.count(`nic_cc_${table}_backup`, `customer_id = ${old}`), 1)
    assert.equal(await center.count(`nic_cc_${table}`, `customer_id = ${old}`), 0)
    assert.equal(await center.count(`nic_cc_${table}`, `customer_id = ${young}`), 1)
    assert.equal(result.related[`nic_cc_${table}`], 1)
  }
  const [copy] = await center.db.query('select * from nic_cc_customer_backup')
  assert.deepEqual([copy?.['id'], copy?.['archived_by'], copy?.['archive_reason']], [old, 'system', '60_day_rule'])
  assert.ok(copy?.['archived_at'])
  assert.equal(await center.count('nic_cc_customer', `id = ${young}`), 1)
})

test('an instalment without a customer follows its plan', async (t) => {
  const center = await callCenter(t)
  const old = await center.customer(90)
  const plan = await center.related('payment_plan', old)
  await center.db.query(`insert into nic_cc_installment (payment_plan_id, status) values (${plan}, 'paid')`)
  const result = await run(center.engine, center.policy, { ...LIVE, confirm: 1 })
  assert.equal(result.related['nic_cc_installment'], 1)
  assert.equal(await center.count('nic_cc_installment'), 0)
})

test('an unpaid instalment that only its plan connects keeps the customer', async (t) => {
  const center = await callCenter(t)
  const plan = await center.related('payment_plan', await center.customer(90))
  await center.db.query(`insert into nic_cc_installment (payment_plan_id, status) values (${plan}, 'pending')`)
  const result = await run(center.engine, center.policy, LIVE)
  assert.deepEqual([result.archived, await center.count('nic_cc_customer')], [0, 1])
})

test('the cutoff is strict: a row of exactly that moment stays, one a microsecond older goes', async (t) => {
  const center = await callCenter(t)
  const [now] = await center.db.query('select now()::text as moment')
  const moment = now?.['moment'] ?? ''
  for (const older of ['0', '1'])
    await center.db.query(`insert into nic_cc_customer (created_at)
      values (timestamptz '${moment}' - interval '1440 hours' - ${older} * interval '1 microsecond')`)
  const plan = await center.engine.database.transaction({ mode: 'snapshot', pinnedSearchPath: true }, async (session) =>
    planAt(session, center.policy, moment, await inspect(session, center.policy)),
  )
  assert.deepEqual([plan.active, plan.candidates, plan.eligible], [2, 1, 1])
})

for (const [rule, stays, goes] of [
  ['active_aod', { table: 'aod', columns: { status: 'active' } }, { table: 'aod', columns: { status: 'settled' } }],
  [
    'unpaid_installment',
    { table: 'installment', columns: { status: 'pending' } },
    { table: 'installment', columns: { status: 'paid' } },
  ],
  [
    'unpaid_installment',
    { table: 'installment', columns: { status: null } },
    { table: 'installment', columns: { status: 'paid' } },
  ],
  [
    'follow_up',
    { table: 'follow_up', columns: { scheduled_at: 29 } },
    { table: 'follow_up', columns: { scheduled_at: 31 } },
  ],
  [
    'follow_up',
    { table: 'follow_up', columns: { scheduled_at: 1 } },
    { table: 'follow_up', columns: { scheduled_at: -1 } },
  ],
  [
    'recent_call',
    { table: 'call_log', columns: { created_at: -29 } },
    { table: 'call_log', columns: { created_at: -31 } },
  ],
] as const)
  for (const unit of ['timestamptz', 'epoch_ms'] as const)
    test(`${rule} keeps a customer for ${JSON.stringify(stays.columns)} and not for ${JSON.stringify(goes.columns)} (${unit})`, async (t) => {
      const center = await callCenter(t, { unit })
      const kept = await center.customer(90)
      const gone = await center.customer(90)
      await center.related(stays.table, kept, stays.columns)
      await center.related(goes.table, gone, goes.columns)
      const result = await run(center.engine, center.policy, { ...LIVE, confirm: 1 })
      assert.deepEqual([result.archived, result.eligible], [1, 1])
      assert.equal(await center.count('nic_cc_customer', `id = ${kept}`), 1)
      assert.equal(await center.count('nic_cc_customer_backup', `id = ${gone}`), 1)
    })

test('basic criteria move a customer whatever he has', async (t) => {
  const center = await callCenter(t, { policy: { criteria: 'basic' } })
  const old = await center.customer(90)
  await center.related('aod', old, { status: 'active' })
  const result = await run(center.engine, center.policy, { ...LIVE, confirm: 1 })
  assert.deepEqual([result.archived, result.related['nic_cc_aod']], [1, 1])
})

test('under option B related rows stay', async (t) => {
  const center = await callCenter(t, { policy: { related: 'keep' } })
  const old = await center.customer(90)
  await center.related('call_log', old, { created_at: -40 })
  const result = await run(center.engine, center.policy, { ...LIVE, confirm: 1 })
  assert.deepEqual([result.archived, result.related, await center.count('nic_cc_call_log')], [1, {}, 1])
})

test('under option C any related row keeps the customer', async (t) => {
  const center = await callCenter(t, { policy: { related: 'block' } })
  const kept = await center.customer(90)
  await center.related('contact_update_history', kept)
  await center.customer(90)
  const result = await run(center.engine, center.policy, { ...LIVE, confirm: 1 })
  assert.equal(result.archived, 1)
  assert.equal(await center.count('nic_cc_customer', `id = ${kept}`), 1)
})

test('an age that is NULL or infinite never moves', async (t) => {
  const center = await callCenter(t)
  await center.db.query("insert into nic_cc_customer (created_at) values (null), ('-infinity'), ('infinity')")
  const result = await run(center.engine, center.policy, LIVE)
  assert.deepEqual([result.archived, await center.count('nic_cc_customer')], [0, 3])
})

test('a run goes batch by batch, and stops at --max-rows', async (t) => {
  const center = await callCenter(t)
  for (let made = 0; made < 25; made += 1) await center.customer(90)
  const first = await run(center.engine, center.policy, { ...LIVE, batchSize: 5, maxRows: 12, confirm: 12 })
  assert.deepEqual([first.archived, first.batches, first.stopReason], [12, 3, 'max_rows'])
  const second = await run(center.engine, center.policy, { ...LIVE, batchSize: 10, confirm: 13 })
  assert.deepEqual([second.archived, second.batches, second.stopReason], [13, 2, 'nothing_eligible'])
  assert.equal(await center.count('mothball.batch'), 5)
})

test('a dry run moves nothing and is logged with what it found', async (t) => {
  const center = await callCenter(t)
  await center.customer(90)
  const result = await run(center.engine, center.policy, { dryRun: true })
  assert.deepEqual([result.dryRun, result.archived, result.eligible, result.stopReason], [true, 0, 1, 'dry_run'])
  const [log] = await center.db.query(
    "select records_archived, dry_run, status, details->>'eligible' as eligible from nic_cc_archive_log",
  )
  assert.deepEqual(log, { records_archived: '0', dry_run: 't', status: 'success', eligible: '1' })
  assert.equal(await center.count('nic_cc_customer'), 1)
})

test('a run that moves nothing is logged as a success', async (t) => {
  const center = await callCenter(t)
  const result = await run(center.engine, center.policy, LIVE)
  assert.deepEqual([result.status, result.stopReason], ['success', 'nothing_eligible'])
  assert.equal(
    await center.count('nic_cc_archive_log', "status = 'success' and records_archived = 0 and not dry_run"),
    1,
  )
})

test('an instalment table that knows only its plan still keeps whoever has not paid', async (t) => {
  const center = await callCenter(t)
  await center.db.query('alter table nic_cc_installment drop column customer_id')
  const plan = await center.related('payment_plan', await center.customer(90))
  await center.db.query(`insert into nic_cc_installment (payment_plan_id, status) values (${plan}, 'pending')`)
  const result = await run(center.engine, center.policy, { confirm: 1 })
  assert.deepEqual([result.archived, await center.count('nic_cc_customer')], [0, 1])
})
