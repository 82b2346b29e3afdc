// Statistics over a real journal: sums of what committed, by day of the policy's zone.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { restore } from '../../src/engine/restore/restore.ts'
import { run } from '../../src/engine/run/run.ts'
import { statistics } from '../../src/engine/statistics.ts'
import { callCenter } from '../support/call-center.ts'

const policy = { guard: 1 }

test('the statistics are what runs and restores have committed', async (t) => {
  const center = await callCenter(t, { policy })
  const keys = [await center.customer(90), await center.customer(91), await center.customer(92)]
  const poison = await center.customer(93)
  await center.db.query(`insert into nic_cc_customer_backup (id) values (${poison})`)
  await run(center.engine, center.policy, { dryRun: true })
  await run(center.engine, center.policy)
  await restore(center.engine, center.policy, {
    selection: { by: 'keys', keys: [keys[0] ?? ''] },
    reason: 'phoned again',
  })
  const told = await statistics(center.engine, center.policy, { days: 7 })
  assert.deepEqual(told.period, {
    runs: 1,
    succeeded: 0,
    partial: 1,
    failed: 0,
    dryRuns: 1,
    archived: 3,
    failures: 1,
    skipped: 0,
    restored: 1,
  })
  assert.equal(told.days.length, 7)
  assert.deepEqual(
    [told.totals.archived, told.totals.restored, told.totals.quarantined, told.totals.lastSuccessAt],
    [3, 1, 1, null],
  )
  assert.deepEqual([told.growth.net, told.errorRate], [2, 0.25])
  assert.ok((told.duration.lastMs ?? 0) > 0)
})

test('a run that goes on counts with what its batches have committed', async (t) => {
  const center = await callCenter(t, { policy })
  for (let n = 0; n < 3; n += 1) await center.customer(90)
  await run(center.engine, center.policy)
  await center.db.query("update mothball.run set ended_at = null, status = 'running', archived = 0")
  const { period } = await statistics(center.engine, center.policy)
  assert.deepEqual([period.runs, period.succeeded, period.archived], [1, 0, 3])
})

test('days are days of the zone: one run before midnight there and one after are of two days', async (t) => {
  const center = await callCenter(t, { policy })
  for (let n = 0; n < 2; n += 1) {
    await center.customer(90)
    await run(center.engine, center.policy)
  }
  // 21:30 and 22:30 UTC of yesterday are 23:30 of that day and 00:30 of the next in Johannesburg.
  await center.db.query(`update mothball.run set
    started_at = ((now() at time zone 'UTC')::date - 1 + time '20:30' + id * interval '1 hour') at time zone 'UTC'`)
  const archived = async (zone: string) =>
    (await statistics(center.engine, center.policy, { zone, days: 4 })).days.map((day) => day.archived)
  assert.deepEqual(
    (await archived('Africa/Johannesburg')).filter((n) => n > 0),
    [1, 1],
  )
  assert.deepEqual(
    (await archived('UTC')).filter((n) => n > 0),
    [2],
  )
})
