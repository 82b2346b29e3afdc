import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Database } from '../../src/db/database.ts'
import type { SignalPoint } from '../../src/engine/ports.ts'
import { run } from '../../src/engine/run/run.ts'
import { type CallCenter, callCenter } from '../support/call-center.ts'

async function customers(center: CallCenter, count: number): Promise<readonly string[]> {
  const keys: string[] = []
  for (let made = 0; made < count; made += 1) keys.push(await center.customer(90))
  return keys
}

const openFailures = (center: CallCenter) =>
  center.db.query(
    'select subject_key, code, sqlstate from mothball.failure where resolved_at is null order by subject_key',
  )

test('a customer whose key the archive has already fails alone, and the rest of his batch moves', async (t) => {
  const center = await callCenter(t)
  const [bad] = await customers(center, 20)
  await center.db.query(`insert into nic_cc_customer_backup (id, name) values (${bad}, 'another image')`)
  const result = await run(center.engine, center.policy, { confirm: 20 })
  assert.deepEqual([result.status, result.archived, result.failed], ['partial', 19, 1])
  assert.deepEqual(await openFailures(center), [{ subject_key: bad, code: 'archive_key_taken', sqlstate: '23505' }])
  assert.equal(await center.count('nic_cc_customer', `id = ${bad}`), 1)
  assert.equal(await center.count('nic_cc_customer_backup', "name = 'another image'"), 1)
})

test('a related row whose key the archive has already fails its family alone', async (t) => {
  const center = await callCenter(t)
  const [bad = ''] = await customers(center, 5)
  const call = await center.related('call_log', bad, { created_at: -50 })
  await center.db.query(`insert into nic_cc_call_log_backup (id, customer_id) values (${call}, ${bad})`)
  const result = await run(center.engine, center.policy, { confirm: 5 })
  assert.deepEqual([result.archived, result.failed], [4, 1])
  assert.equal(await center.count('nic_cc_call_log', `customer_id = ${bad}`), 1)
})

test('a quarantined customer is skipped and counted until someone has looked', async (t) => {
  const center = await callCenter(t)
  const [bad] = await customers(center, 3)
  await center.db.query(`insert into nic_cc_customer_backup (id) values (${bad})`)
  await run(center.engine, center.policy, { confirm: 3 })
  const second = await run(center.engine, center.policy, { confirm: 1 })
  assert.deepEqual([second.status, second.failed, second.skipped], ['success', 0, 1])
  assert.deepEqual(second.skippedBecause, { quarantined: 1 })
  await center.db.query(`delete from nic_cc_customer_backup where id = ${bad}`)
  await center.db.query('update mothball.failure set resolved_at = now()')
  assert.equal((await run(center.engine, center.policy, { confirm: 1 })).archived, 1)
})

test('a trigger that refuses some rows fails these alone', async (t) => {
  const center = await callCenter(t, { policy: { acceptedTriggers: ['nic_cc_customer.refuse_some'] } })
  const keys = await customers(center, 40)
  const bad = [keys[3], keys[17], keys[39]]
  await center.db.query(`create function refuse_some() returns trigger language plpgsql as $$ begin
    if old.id in (${bad.join()}) then raise exception 'this one stays: %', old.name; end if; return old; end $$`)
  await center.db.query(
    'create trigger refuse_some before delete on nic_cc_customer for each row execute function refuse_some()',
  )
  const result = await run(center.engine, center.policy, { confirm: 40 })
  assert.deepEqual([result.archived, result.failed], [37, 3])
  assert.deepEqual(new Set((await openFailures(center)).map((row) => row['subject_key'])), new Set(bad))
  assert.deepEqual(
    (await openFailures(center)).map((row) => row['sqlstate']),
    ['P0001', 'P0001', 'P0001'],
  )
})

test('a trigger that silently keeps a row on both sides is found out and rolled back', async (t) => {
  const center = await callCenter(t, { policy: { acceptedTriggers: ['nic_cc_customer.keep_one'] } })
  const [bad] = await customers(center, 10)
  await center.db.query(`create function keep_one() returns trigger language plpgsql as $$ begin
    if old.id = ${bad} then return null; end if; return old; end $$`)
  await center.db.query(
    'create trigger keep_one before delete on nic_cc_customer for each row execute function keep_one()',
  )
  const result = await run(center.engine, center.policy, { confirm: 10 })
  assert.deepEqual([result.archived, result.failed], [9, 1])
  assert.equal(await center.count('nic_cc_customer_backup', `id = ${bad}`), 0)
  assert.equal(await center.count('nic_cc_customer', `id = ${bad}`), 1)
})

test('an instalment of one customer in a plan of another keeps both families, and names them', async (t) => {
  const center = await callCenter(t)
  const [first = '', second = '', third = ''] = await customers(center, 3)
  const plan = await center.related('payment_plan', second)
  await center.related('installment', first, { payment_plan_id: Number(plan), status: 'paid' })
  await center.related('call_log', third, { created_at: -50 })
  const result = await run(center.engine, center.policy, { confirm: 3 })
  assert.deepEqual([result.archived, result.failed], [1, 2])
  assert.deepEqual(await openFailures(center), [
    { subject_key: first, code: 'two_owners', sqlstate: null },
    { subject_key: second, code: 'two_owners', sqlstate: null },
  ])
  assert.equal(await center.count('nic_cc_installment'), 1)
})

test('a cause that fails everything stops the run instead of quarantining the table', async (t) => {
  const center = await callCenter(t, { policy: { acceptedTriggers: ['nic_cc_customer.refuse_all'] } })
  await customers(center, 150)
  await center.db.query(
    `create function refuse_all() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$`,
  )
  await center.db.query(
    'create trigger refuse_all before delete on nic_cc_customer for each row execute function refuse_all()',
  )
  const result = await run(center.engine, center.policy, { confirm: 150 })
  assert.deepEqual([result.status, result.archived, result.error?.code], ['failed', 0, 'too_many_failures'])
  assert.ok(result.failed <= 101)
  assert.equal(await center.count('nic_cc_customer'), 150)
  assert.equal(
    await center.count('nic_cc_archive_log', "status = 'failed' and error_message like 'too_many_failures%'"),
    1,
  )
})

test('no message of the database, which may quote a customer, reaches the journal or the log', async (t) => {
  const center = await callCenter(t, { policy: { acceptedTriggers: ['nic_cc_customer.tell'] } })
  const bad = await center.customer(90, { name: 'Secretive' })
  await center.db.query(
    `create function tell() returns trigger language plpgsql as $$ begin raise exception 'row %', old.name; end $$`,
  )
  await center.db.query('create trigger tell before delete on nic_cc_customer for each row execute function tell()')
  await run(center.engine, center.policy, { confirm: 1 })
  const rows = await center.db.query(
    'select f::text as row from mothball.failure f union all select l::text from nic_cc_archive_log l union all select r::text from mothball.run r',
  )
  assert.ok(rows.length >= 3)
  assert.ok(
    rows.every((row) => !row['row']?.includes('Secretive')),
    `customer ${bad} is quoted`,
  )
})

test('a run whose lease was taken over puts nobody in quarantine: its counts stay as they were closed', async (t) => {
  const center = await callCenter(t)
  const bad = await center.customer(90)
  await center.db.query(`insert into nic_cc_customer_backup (id) values (${bad})`)
  let isBatch = false
  const signals = {
    reached: async (point: SignalPoint) => {
      isBatch ||= point === 'batch-begun'
    },
  }
  // The first question after the batch has failed: whose keys are in the archive already.
  const one: Database['one'] = async (query) => {
    if (isBatch) await center.db.query('update mothball.lease set epoch = epoch + 1')
    isBatch = false
    return center.engine.database.one(query)
  }
  const engine = { ...center.engine, signals, database: { ...center.engine.database, one } }
  const result = await run(engine, center.policy, { confirm: 1 })
  assert.deepEqual([result.status, result.failed, result.error?.code], ['failed', 0, 'lease_lost'])
  assert.deepEqual(await openFailures(center), [])
})
