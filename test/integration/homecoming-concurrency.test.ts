import assert from 'node:assert/strict'
import { test } from 'node:test'
import { restore } from '../../src/engine/restore/restore.ts'
import { run } from '../../src/engine/run/run.ts'
import { archivedCount } from '../support/archived-families.ts'
import type { CallCenter } from '../support/call-center.ts'
import { agent, guardedCenter, installHomecoming, refusalOf, removeHomecoming, waiting } from '../support/homecoming.ts'
import { gateAt, once } from '../support/reached.ts'
import { assertClean } from '../support/verified.ts'

const call = (customer: string) => `insert into nic_cc_call_log (customer_id, remark) values (${customer}, 'late')`

const homecomings = async ({ db }: CallCenter): Promise<string> => {
  const [row] = await db.query(`select count(*) as n from mothball.run where operation = 'homecoming'`)
  return row?.['n'] ?? ''
}

for (const point of [
  'subjects-locked',
  'related-locked',
  'subjects-copied',
  'related-deleted',
  'batch-recorded',
] as const)
  test(`a row that is written while the batch stands at ${point} waits for it, and brings the customer home`, async (t) => {
    const gate = gateAt(point)
    const { center, write } = await guardedCenter(t, { signals: gate.signals })
    const customer = await center.customer(90)
    await center.related('aod', customer, { status: 'settled' })
    const moving = run(center.engine, { ...center.policy, guard: 1 }, {})
    await gate.arrived
    const written = write(call(customer))
    await waiting(center.db, 1)
    gate.open()
    assert.equal((await moving).archived, 1)
    await written
    assert.equal(await center.count('nic_cc_call_log', `customer_id = ${customer}`), 1)
    assert.equal(await center.count('nic_cc_customer', `id = ${customer}`), 1)
    assert.equal(await homecomings(center), '1')
    await assertClean(center)
  })

test('a customer to whom somebody writes is locked as by a foreign key: the batch passes him by', async (t) => {
  const { center, write } = await guardedCenter(t)
  const customer = await center.customer(90)
  await write('begin')
  await write(call(customer))
  const result = await run(center.engine, { ...center.policy, guard: 1 }, {})
  assert.deepEqual([result.archived, result.skippedBecause], [0, { locked: 1 }])
  await write('commit')
  assert.equal((await run(center.engine, { ...center.policy, guard: 1 }, {})).archived, 1)
  assert.equal(await center.count('nic_cc_call_log_backup', `customer_id = ${customer}`), 1)
  await assertClean(center)
})

test('two who write to one archived customer at once bring him home once', async (t) => {
  const { center, keys, write } = await guardedCenter(t)
  const other = await agent(t, center.db.url)
  await write('begin')
  await write(call(keys[0]))
  const second = other(call(keys[0]))
  await waiting(center.db, 1)
  await write('commit')
  await second
  assert.deepEqual([await homecomings(center), await archivedCount(center)], ['1', 18])
  assert.equal(await center.count('nic_cc_call_log', `remark = 'late'`), 2)
  await assertClean(center)
})

test('when the first of two gives up, the second brings him home', async (t) => {
  const { center, keys, write } = await guardedCenter(t)
  const other = await agent(t, center.db.url)
  await write('begin')
  await write(call(keys[0]))
  const second = other(`insert into nic_cc_follow_up (customer_id) values (${keys[0]})`)
  await waiting(center.db, 1)
  await write('rollback')
  await second
  assert.deepEqual([await homecomings(center), await archivedCount(center)], ['1', 18])
  assert.equal(await center.count('nic_cc_call_log', `remark = 'late'`), 0)
  await assertClean(center)
})

test('many who write to the same three customers bring each home once', async (t) => {
  const { center, keys } = await guardedCenter(t)
  const agents = await Promise.all(Array.from({ length: 8 }, () => agent(t, center.db.url)))
  await Promise.all(agents.flatMap((write) => keys.map((key) => write(call(key)))))
  assert.deepEqual([await homecomings(center), await archivedCount(center)], ['3', 0])
  assert.equal(await center.count('nic_cc_call_log', `remark = 'late'`), 24)
  await assertClean(center)
})

test('two who write in opposite order may deadlock: one is told 40P01, and his repetition passes', async (t) => {
  const { center, keys, write } = await guardedCenter(t)
  const other = await agent(t, center.db.url)
  await write(`set deadlock_timeout = '20ms'; begin`)
  await other(`set deadlock_timeout = '10s'; begin`)
  await write(call(keys[0]))
  await other(call(keys[1]))
  const second = other(call(keys[0]))
  await waiting(center.db, 1)
  assert.match(await refusalOf(write(call(keys[1]))), /^40P01/)
  await write('rollback')
  await second
  await other('commit')
  await write(call(keys[1]))
  assert.deepEqual([await homecomings(center), await archivedCount(center)], ['2', 9])
  await assertClean(center)
})

test('a REPEATABLE READ writer is told 40001 when his snapshot is older than the homecoming, or than the batch', async (t) => {
  const { center, keys, write } = await guardedCenter(t)
  const customer = await center.customer(90)
  const open = async () => {
    await write('begin isolation level repeatable read')
    await write('select 1')
  }
  await open()
  await center.db.query(call(keys[0]))
  assert.match(await refusalOf(write(call(keys[0]))), /^40001/)
  await write('rollback')
  await open()
  assert.equal((await run(center.engine, { ...center.policy, guard: 1 }, {})).archived, 1)
  assert.match(await refusalOf(write(call(customer))), /^40001/)
  await write('rollback')
  await open()
  await write(call(customer))
  await write('commit')
  assert.equal(await center.count('nic_cc_customer', `id = ${customer}`), 1)
  await assertClean(center)
})

test('a restore by hand and a writer who come for one customer bring him home once', async (t) => {
  const gate = gateAt('restore-copied')
  const { center, keys, write } = await guardedCenter(t, { signals: gate.signals })
  const restoring = restore(center.engine, center.policy, { selection: { by: 'keys', keys }, reason: 'all' })
  await gate.arrived
  const written = write(call(keys[1]))
  await waiting(center.db, 1)
  gate.open()
  assert.equal((await restoring).restored, 3)
  await written
  assert.deepEqual([await homecomings(center), await archivedCount(center)], ['0', 0])
  await assertClean(center)
})

test('a customer whom a writer is bringing home waits for a later pass of the restore, and is home then', async (t) => {
  const { center, keys, write } = await guardedCenter(t)
  await write('begin')
  await write(call(keys[1]))
  const engine = { ...center.engine, pause: { sleep: async () => void (await write('commit')) } }
  const result = await restore(engine, center.policy, { selection: { by: 'keys', keys }, reason: 'all' })
  assert.deepEqual([result.restored, result.alreadyHome, result.conflicts], [2, 1, []])
  assert.equal(await homecomings(center), '1')
  await assertClean(center)
})

test('to make, renew or remove the trigger beside a run does not end it', async (t) => {
  let meanwhile = async () => {}
  const { center } = await guardedCenter(t, { signals: once('batch-committed', () => meanwhile()) })
  for (let n = 0; n < 4; n += 1) await center.customer(90)
  meanwhile = async () => {
    await removeHomecoming(center)
    await installHomecoming(center)
  }
  const result = await run(center.engine, { ...center.policy, guard: 1 }, { batchSize: 2 })
  assert.deepEqual([result.status, result.archived], ['success', 4])
})
