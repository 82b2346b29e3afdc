import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RestoreOptions, RestoreSelection } from '../../src/core/restore.ts'
import { restore } from '../../src/engine/restore/restore.ts'
import { archivedCount, archivedFamilies } from '../support/archived-families.ts'
import { type CallCenter, callCenter } from '../support/call-center.ts'
import { once } from '../support/reached.ts'
import { connect } from '../support/server.ts'

const bring = (center: CallCenter, selection: RestoreSelection, more: Partial<RestoreOptions> = {}) =>
  restore(center.engine, center.policy, { selection, reason: 'phoned again', ...more })

const byKeys = (...keys: readonly string[]): RestoreSelection => ({ by: 'keys', keys })

test('customers whom somebody else holds wait for a later pass, and come home in it', async (t) => {
  const center = await callCenter(t)
  const { keys } = await archivedFamilies(center, 3)
  const agent = await connect(center.db.url)
  t.after(() => agent.end())
  await agent.query('begin')
  await agent.query(`select from nic_cc_customer_backup where id = ${keys[1]} for key share`)
  const engine = { ...center.engine, pause: { sleep: async () => void (await agent.query('commit')) } }
  const result = await restore(engine, center.policy, { selection: byKeys(...keys), reason: 'phoned again' })
  assert.deepEqual([result.restored, result.conflicts], [3, []])
})

test('customers whom somebody holds to the end stay, and are reported', async (t) => {
  const center = await callCenter(t)
  const { keys } = await archivedFamilies(center, 3)
  const agent = await connect(center.db.url)
  t.after(() => agent.end())
  await agent.query('begin')
  await agent.query(`select from nic_cc_customer_backup where id = ${keys[1]} for key share`)
  const result = await bring(center, byKeys(...keys))
  assert.equal(result.restored, 2)
  assert.deepEqual(
    result.conflicts.map(({ key, kind, hint }) => [key, kind, /^Try again/.test(hint)]),
    [[keys[1], 'refused_by_database', true]],
  )
  assert.equal(await archivedCount(center), 9)
})

test('two restores at once bring a customer home once', async (t) => {
  const center = await callCenter(t)
  const { keys } = await archivedFamilies(center, 20)
  const results = await Promise.all([bring(center, byKeys(...keys)), bring(center, byKeys(...keys))])
  assert.equal(
    results.reduce((sum, { restored }) => sum + restored, 0),
    20,
  )
  assert.deepEqual(
    results.flatMap(({ conflicts }) => conflicts),
    [],
  )
  assert.deepEqual([await center.count('nic_cc_customer'), await archivedCount(center)], [20, 0])
})

test('a restore that is stopped ends at the end of a batch, and the rest stays archived', async (t) => {
  const stop = new AbortController()
  const center = await callCenter(t, {
    policy: { batchSize: 2 },
    signals: once('restore-committed', async () => stop.abort()),
  })
  const { run: archiveRun } = await archivedFamilies(center, 6)
  const result = await bring(center, { by: 'run', run: archiveRun }, { signal: stop.signal })
  assert.equal(result.restored, 2)
  assert.deepEqual([await center.count('nic_cc_customer'), await archivedCount(center)], [2, 36])
  assert.deepEqual(await center.db.query(`select restored, stop_reason from mothball.run where id = ${result.run}`), [
    { restored: '2', stop_reason: 'stopped' },
  ])
})

test('a related row that somebody holds keeps its own family waiting, and no other', async (t) => {
  const center = await callCenter(t, { policy: { timeouts: { lockMs: 20 } } })
  const { keys } = await archivedFamilies(center, 12)
  const agent = await connect(center.db.url)
  t.after(() => agent.end())
  await agent.query('begin')
  await agent.query(`select from nic_cc_call_log_backup where customer_id = ${keys[4]} for update`)
  const result = await bring(center, byKeys(...keys))
  assert.deepEqual(
    [result.restored, result.conflicts.map(({ key, kind }) => [key, kind])],
    [11, [[keys[4], 'refused_by_database']]],
  )
  await agent.query('commit')
  assert.equal((await bring(center, byKeys(...keys))).restored, 1)
})

test('a table that somebody locks to the end brings nobody home, and everybody is told to try again', async (t) => {
  const center = await callCenter(t, { policy: { timeouts: { lockMs: 20 } } })
  const { keys } = await archivedFamilies(center, 12)
  const agent = await connect(center.db.url)
  t.after(() => agent.end())
  await agent.query('begin')
  await agent.query('lock table nic_cc_installment in share mode')
  const result = await bring(center, byKeys(...keys))
  assert.deepEqual([result.restored, result.conflicts.length, await archivedCount(center)], [0, 12, 108])
  assert.ok(result.conflicts.every(({ hint }) => hint.startsWith('Try again')))
  assert.ok(center.events.filter(({ kind }) => kind === 'batch-retried').length < 20)
  await agent.query('rollback')
  assert.equal((await bring(center, byKeys(...keys))).restored, 12)
})

test('a batch that takes too long is cut until its parts pass', async (t) => {
  const center = await callCenter(t, { policy: { timeouts: { statementMs: 1500 } } })
  const { keys } = await archivedFamilies(center, 6)
  await center.db.query(`create function dawdle() returns trigger language plpgsql as
    'begin perform pg_sleep(0.4); return new; end';
    create trigger dawdle before insert on nic_cc_customer for each row execute function dawdle()`)
  const result = await bring(center, byKeys(...keys))
  assert.deepEqual([result.restored, result.conflicts, await archivedCount(center)], [6, [], 0])
})
