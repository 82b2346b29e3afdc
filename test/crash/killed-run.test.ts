import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Database } from '../../src/db/database.ts'
import { listRuns } from '../../src/engine/history.ts'
import type { SignalPoint } from '../../src/engine/ports.ts'
import { run } from '../../src/engine/run/run.ts'
import { verify } from '../../src/engine/verify/verify.ts'
import { type CallCenter, callCenter } from '../support/call-center.ts'
import { gateAt } from '../support/reached.ts'

const STUCK_RUN = fileURLToPath(new URL('../support/stuck-run.ts', import.meta.url))

async function stuckRun(center: CallCenter, point: SignalPoint, batch: number): Promise<ChildProcess> {
  const child = spawn(process.execPath, [STUCK_RUN, center.db.url, point, String(batch)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  return child
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL')
  await once(child, 'exit')
}

/** Seven old customers, each with a call; a run of batches of two. */
async function sevenOld(center: CallCenter): Promise<void> {
  for (let made = 0; made < 7; made += 1)
    await center.related('call_log', await center.customer(90), { created_at: -50 })
}

for (const point of [
  'subjects-locked',
  'subjects-copied',
  'related-deleted',
  'batch-recorded',
  'batch-committed',
] as const)
  test(`a run killed at ${point} loses nothing, and the next one closes it with true counts`, async (t) => {
    const center = await callCenter(t)
    await sevenOld(center)
    await kill(await stuckRun(center, point, 3))
    const committed = point === 'batch-committed' ? 6 : 4
    assert.equal(await center.count('nic_cc_customer_backup'), committed)
    assert.equal(await center.count('nic_cc_customer'), 7 - committed)

    const result = await run(center.engine, center.policy, { confirm: 7 - committed })
    assert.deepEqual([result.status, result.archived], ['success', 7 - committed])
    assert.deepEqual(
      await center.db.query('select status, stop_reason, archived from mothball.run order by id limit 1'),
      [{ status: 'failed', stop_reason: 'interrupted', archived: String(committed) }],
    )
    assert.equal(
      await center.count(
        'nic_cc_archive_log',
        `status = 'failed' and error_message = 'interrupted' and records_archived = ${committed}`,
      ),
      1,
    )
    const verification = await verify(center.engine, center.policy)
    assert.deepEqual(
      verification.checks.filter((check) => !check.ok),
      [],
    )
    assert.equal(await center.count('nic_cc_call_log_backup'), 7)
  })

test('a run that was killed shows the time that it worked, and not the time until it was found', async (t) => {
  const center = await callCenter(t)
  await sevenOld(center)
  await kill(await stuckRun(center, 'batch-committed', 2))
  // Found hours later.
  await center.db.query(`update mothball.run set started_at = started_at - interval '3 hours';
    update mothball.batch set committed_at = committed_at - interval '3 hours'`)
  await run(center.engine, center.policy, { confirm: 3 })
  const [, killed] = await listRuns(center.engine, center.policy)
  assert.equal(killed?.stopReason, 'interrupted')
  assert.ok((killed?.durationMs ?? 0) > 0 && (killed?.durationMs ?? 0) < 3_600_000, String(killed?.durationMs))
  const [row] = await center.db.query(`select l.execution_time_ms as logged,
      round(extract(epoch from r.ended_at - r.started_at) * 1000)::integer as worked,
      (r.details->>'found_at')::timestamptz > r.ended_at + interval '2 hours' as found
    from mothball.run r join nic_cc_archive_log l on l.run_id = r.id where r.id = ${killed?.run}`)
  assert.deepEqual([row?.['logged'], row?.['found']], [row?.['worked'], 't'])
})

test('a run that is alive in another process is not taken over', async (t) => {
  const center = await callCenter(t)
  await sevenOld(center)
  const child = await stuckRun(center, 'batch-committed', 1)
  await assert.rejects(run(center.engine, center.policy, { confirm: 5 }), /is going on/)
  await kill(child)
})

test('an owner that stands still past its lease is taken over, and can write nothing when it wakes', async (t) => {
  const center = await callCenter(t, { policy: { timeouts: { leaseMs: 300 } } })
  await sevenOld(center)
  const child = await stuckRun(center, 'subjects-copied', 1)
  child.kill('SIGSTOP')
  await center.db.query("update mothball.lease set heartbeat_at = now() - interval '1 minute'")
  const result = await run(center.engine, center.policy, { confirm: 7 })
  child.kill('SIGCONT')
  await kill(child)
  assert.equal(result.archived, 7)
  assert.deepEqual([await center.count('nic_cc_customer'), await center.count('nic_cc_customer_backup')], [0, 7])
})

test('an owner that stands still in the midst of a heartbeat keeps nobody from taking over', async (t) => {
  const center = await callCenter(t, { policy: { timeouts: { leaseMs: 300, idleMs: 2000 } } })
  await sevenOld(center)
  const gate = gateAt('batch-committed')
  const inHeartbeat = Promise.withResolvers<void>()
  const awake = Promise.withResolvers<void>()
  let hasCommitted = false
  let isStill = false
  let beating = 0
  // The first heartbeat after the batch has written its row and does not commit; nothing else begins meanwhile, and no
  // other one stands behind it already, which would be a sign of life.
  const transaction: Database['transaction'] = async (options, work) => {
    const isBeat = options.timeouts?.idleMs === 2000
    if (isStill || (isBeat && hasCommitted && beating > 0)) await awake.promise
    beating += isBeat ? 1 : 0
    return center.engine.database
      .transaction(options, async (session) => {
        const result = await work(session)
        if (isBeat && hasCommitted && beating === 1 && !isStill) {
          isStill = true
          inHeartbeat.resolve()
          await awake.promise
        }
        return result
      })
      .finally(() => {
        beating -= isBeat ? 1 : 0
      })
  }
  void gate.arrived.then(() => {
    hasCommitted = true
  })
  const engine = { ...center.engine, signals: gate.signals, database: { ...center.engine.database, transaction } }
  const still = run(engine, center.policy, { batchSize: 2, confirm: 7 })
  await inHeartbeat.promise
  await center.db.query("set lock_timeout = '10s'")
  await center.db.query("update mothball.lease set heartbeat_at = now() - interval '1 minute'")
  const result = await run(center.engine, center.policy, { confirm: 5 })
  awake.resolve()
  gate.open()
  assert.equal(result.archived, 5)
  assert.equal((await still).error?.code, 'lease_lost')
  assert.deepEqual([await center.count('nic_cc_customer'), await center.count('nic_cc_customer_backup')], [0, 7])
})
