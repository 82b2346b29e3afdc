import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listRuns, runDetail } from '../../src/engine/history.ts'
import { run } from '../../src/engine/run/run.ts'
import { callCenter } from '../support/call-center.ts'

test('runs are told newest first, dry runs too, with what their plans found', async (t) => {
  const center = await callCenter(t)
  for (let n = 0; n < 3; n += 1) await center.customer(90 + n)
  await center.related('aod', await center.customer(99), { status: 'active' })
  await run(center.engine, center.policy, { dryRun: true, actor: 'thandi' })
  await run(center.engine, center.policy, { batchSize: 2, confirm: 3, actor: 'scheduler' })
  const [live, dry, ...more] = await listRuns(center.engine, center.policy)
  assert.equal(more.length, 0)
  assert.deepEqual(
    [dry?.run, dry?.dryRun, dry?.archived, dry?.actor, dry?.stopReason],
    [1, true, 0, 'thandi', 'dry_run'],
  )
  assert.deepEqual(
    [live?.run, live?.dryRun, live?.archived, live?.failed, live?.batches, live?.actor, live?.status, live?.operation],
    [2, false, 3, 0, 2, 'scheduler', 'success', 'archive'],
  )
  assert.deepEqual([live?.active, live?.candidates, live?.eligible, live?.kept['active_aod']], [4, 4, 3, 1])
  assert.ok(live?.startedAt.endsWith('+00') && live.endedAt?.endsWith('+00') && live.cutoff?.endsWith('+00'))
  assert.ok((live?.durationMs ?? -1) >= 0)
})

test('a long history is read page by page', async (t) => {
  const center = await callCenter(t)
  for (let n = 0; n < 5; n += 1) await run(center.engine, center.policy, { dryRun: true })
  const numbers = async (page: { limit: number; before?: number }) =>
    (await listRuns(center.engine, center.policy, page)).map((each) => each.run)
  assert.deepEqual(await numbers({ limit: 2 }), [5, 4])
  assert.deepEqual(await numbers({ limit: 2, before: 4 }), [3, 2])
  assert.deepEqual(await numbers({ limit: 2, before: 2 }), [1])
})

test('one run is told with its batches, its related rows and its failures', async (t) => {
  const center = await callCenter(t)
  const keys = [await center.customer(90), await center.customer(91), await center.customer(92)]
  const poison = await center.customer(93)
  await center.db.query(`insert into nic_cc_customer_backup (id) values (${poison})`)
  for (const key of keys) await center.related('call_log', key, { created_at: -80 })
  const result = await run(center.engine, center.policy, { batchSize: 2, confirm: 4 })
  const detail = await runDetail(center.engine, center.policy, result.run)
  assert.deepEqual([detail.run.archived, detail.run.failed, detail.run.status], [3, 1, 'partial'])
  assert.equal(detail.related['nic_cc_call_log'], 3)
  assert.deepEqual(
    detail.failures.map(({ key }) => key),
    [poison],
  )
  const sum = (of: 'subjects' | 'rows') => detail.batches.reduce((total, batch) => total + batch[of], 0)
  assert.deepEqual([detail.batches.length, sum('subjects'), sum('rows')], [detail.run.batches, 3, 6])
  assert.equal(detail.batches[0]?.firstKey, keys[0])
  assert.equal(detail.batches.at(-1)?.lastKey, keys[2])
  assert.ok(detail.batches.every(({ sealed }) => sealed))
})

test('a run that goes on is told with what its batches have committed', async (t) => {
  const center = await callCenter(t)
  for (let n = 0; n < 3; n += 1) await center.customer(90)
  await run(center.engine, center.policy, { confirm: 3 })
  await center.db.query("update mothball.run set ended_at = null, status = 'running', archived = 0, stop_reason = null")
  const [running] = await listRuns(center.engine, center.policy)
  assert.deepEqual(
    [running?.status, running?.archived, running?.durationMs, running?.endedAt],
    ['running', 3, null, null],
  )
})

test('an unknown run, and one of another policy, is not found', async (t) => {
  const center = await callCenter(t)
  await run(center.engine, center.policy, { dryRun: true })
  await assert.rejects(runDetail(center.engine, center.policy, 4711), { code: 'not_found' })
  await assert.rejects(runDetail(center.engine, { ...center.policy, name: 'other' }, 1), { code: 'not_found' })
  assert.deepEqual(await listRuns(center.engine, { ...center.policy, name: 'other' }), [])
})

test('before the first migrate there is no history, and that is said', async (t) => {
  const center = await callCenter(t, { migrate: false })
  await assert.rejects(listRuns(center.engine, center.policy), { code: 'journal_missing' })
})
