import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { hasCode } from '../../src/core/errors/index.ts'
import { pauseRun, resumeRun, stopRun } from '../../src/engine/control.ts'
import type { SignalPoint } from '../../src/engine/ports.ts'
import { run } from '../../src/engine/run/run.ts'
import { type CallCenter, callCenter } from '../support/call-center.ts'
import { eventually } from '../support/eventually.ts'

const THANDI = { actor: 'thandi', reason: 'month end' }

/** Ten old customers in batches of two, and something that happens once while the second batch is open. */
async function tenOld(t: Parameters<typeof callCenter>[0], inSecondBatch: (center: CallCenter) => Promise<unknown>) {
  let begun = 0
  let happen = async (): Promise<unknown> => undefined
  const reached = async (point: SignalPoint) => {
    if (point === 'batch-begun') begun += 1
    if (point === 'subjects-copied' && begun === 2) await happen()
  }
  const center = await callCenter(t, { policy: { guard: 1, batchSize: 2 }, signals: { reached } })
  for (let made = 0; made < 10; made += 1) await center.customer(90)
  happen = () => inSecondBatch(center)
  return center
}

const ofFirstRun = { ...THANDI, run: 1 }

test('a pause lands at the end of the batch that is open; the run keeps its lease, and has no transaction', async (t) => {
  const center = await tenOld(t, ({ engine, policy }) => pauseRun(engine, policy, ofFirstRun))
  const running = run({ ...center.engine, pause: { sleep: async (ms) => void (await delay(ms)) } }, center.policy)
  await eventually('it is paused', async () => (await center.count('mothball.run', "status = 'paused'")) === 1)
  assert.equal(await center.count('nic_cc_customer_backup'), 4)
  const open = () =>
    center.count(
      'pg_stat_activity',
      'datname = current_database() and pid <> pg_backend_pid() and xact_start is not null',
    )
  await eventually('no transaction is open', async () => (await open()) === 0)
  await assert.rejects(run(center.engine, center.policy), (error) => hasCode(error, 'already_running'))
  assert.ok(center.events.some((event) => event.kind === 'run-paused' && event.reason === 'month end'))

  assert.deepEqual(await resumeRun(center.engine, center.policy, ofFirstRun), {
    run: 1,
    asked: 'resume',
    state: 'paused',
    alive: true,
  })
  const result = await running
  assert.deepEqual([result.status, result.archived, result.stopReason], ['success', 10, 'nothing_eligible'])
  assert.equal(center.events.filter(({ kind }) => kind === 'run-paused').length, 1)
  assert.equal(center.events.filter(({ kind }) => kind === 'run-resumed').length, 1)
})

test('a heart beats on while a run is paused: nobody takes it over, however short its lease', async (t) => {
  const center = await tenOld(t, ({ engine, policy }) => pauseRun(engine, policy, ofFirstRun))
  const policy = { ...center.policy, timeouts: { ...center.policy.timeouts, leaseMs: 600 } }
  const running = run(center.engine, policy)
  await eventually('it is paused', async () => (await center.count('mothball.run', "status = 'paused'")) === 1)
  const [before] = await center.db.query('select heartbeat_at as at from mothball.lease')
  const beats = async () => {
    const [row] = await center.db.query(
      "select heartbeat_at > $1::timestamptz + interval '1 second' as later from mothball.lease",
      [before?.['at']],
    )
    return row?.['later'] === 't'
  }
  await eventually('it has beaten for longer than its lease', beats)
  await assert.rejects(run(center.engine, policy), (error) => hasCode(error, 'already_running'))
  await stopRun(center.engine, policy, ofFirstRun)
  assert.equal((await running).stopReason, 'stopped')
})

test('a stop lands at the end of the batch that is open, and the run says so; the next one takes the rest', async (t) => {
  const center = await tenOld(t, ({ engine, policy }) => stopRun(engine, policy, ofFirstRun))
  const result = await run(center.engine, center.policy)
  assert.deepEqual([result.status, result.archived, result.stopReason], ['success', 4, 'stopped'])
  assert.deepEqual(
    await center.db.query("select details ->> 'stop_reason' as why, records_archived as n from nic_cc_archive_log"),
    [{ why: 'stopped', n: '4' }],
  )
  assert.equal((await run(center.engine, center.policy)).archived, 6)
})

test('a run that is paused can be stopped', async (t) => {
  const center = await tenOld(t, ({ engine, policy }) => pauseRun(engine, policy, ofFirstRun))
  const running = run(center.engine, center.policy)
  await eventually('it is paused', async () => (await center.count('mothball.run', "status = 'paused'")) === 1)
  await stopRun(center.engine, center.policy, ofFirstRun)
  const result = await running
  assert.deepEqual([result.archived, result.stopReason], [4, 'stopped'])
})

test('whoever asks stands in the audit log with the reason; a run that has ended, or never was, is refused', async (t) => {
  const center = await tenOld(t, ({ engine, policy }) => stopRun(engine, policy, ofFirstRun))
  await run(center.engine, center.policy)
  assert.deepEqual(
    await center.db.query("select actor, object, reason from mothball.audit where action = 'run.stop'"),
    [{ actor: 'thandi', object: 'run 1', reason: 'month end' }],
  )
  await assert.rejects(pauseRun(center.engine, center.policy, ofFirstRun), (error) => hasCode(error, 'run_over'))
  await assert.rejects(stopRun(center.engine, center.policy, { ...THANDI, run: 99 }), (error) =>
    hasCode(error, 'not_found'),
  )
})
