import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listFailures, retryFailures } from '../../src/engine/failures.ts'
import { run } from '../../src/engine/run/run.ts'
import { type CallCenter, callCenter } from '../support/call-center.ts'

/** Three old customers, two of whom have their key in the archive already. */
async function withPoison(center: CallCenter): Promise<readonly [poison: string, other: string]> {
  const [poison, other] = [await center.customer(90), await center.customer(91)]
  await center.customer(92)
  for (const key of [poison, other]) await center.db.query(`insert into nic_cc_customer_backup (id) values (${key})`)
  const result = await run(center.engine, center.policy, { confirm: 3 })
  assert.deepEqual([result.archived, result.failed], [1, 2])
  return [poison, other]
}

const unblock = (center: CallCenter, key: string) =>
  center.db.query(`delete from nic_cc_customer_backup where id = ${key} and archive_batch is null`)

test('who could not move is listed with code, run and object, and nothing of his data', async (t) => {
  const center = await callCenter(t)
  const [poison, other] = await withPoison(center)
  const failures = await listFailures(center.engine, center.policy)
  assert.deepEqual(failures.map(({ key }) => key).toSorted(), [poison, other].toSorted())
  for (const failure of failures) {
    assert.ok(failure.code !== '' && failure.failedAt.endsWith('+00'))
    assert.deepEqual([failure.run, failure.resolvedAt, failure.resolution], [1, null, null])
  }
})

test('the next run passes them by until they are retried', async (t) => {
  const center = await callCenter(t)
  const [poison, other] = await withPoison(center)
  await unblock(center, poison)
  const between = await run(center.engine, center.policy)
  assert.deepEqual([between.archived, between.skippedBecause['quarantined']], [0, 2])
  assert.deepEqual(await retryFailures(center.engine, center.policy, [poison]), { retried: 1, unknown: [] })
  assert.deepEqual(
    (await listFailures(center.engine, center.policy)).map(({ key }) => key),
    [other],
  )
  assert.equal((await run(center.engine, center.policy, { confirm: 1 })).archived, 1)
})

test('all of them can be retried at once', async (t) => {
  const center = await callCenter(t)
  for (const key of await withPoison(center)) await unblock(center, key)
  assert.deepEqual(await retryFailures(center.engine, center.policy, 'all'), { retried: 2, unknown: [] })
  assert.equal((await run(center.engine, center.policy, { confirm: 2 })).archived, 2)
})

test('one who fails again is listed again, and the first failure stays in the history', async (t) => {
  const center = await callCenter(t)
  const [poison] = await withPoison(center)
  await retryFailures(center.engine, center.policy, [poison])
  const again = await run(center.engine, center.policy, { confirm: 1 })
  assert.equal(again.failed, 1)
  const all = (await listFailures(center.engine, center.policy, { all: true })).filter(({ key }) => key === poison)
  assert.deepEqual(
    all.map(({ run: number, resolution }) => [number, resolution]),
    [
      [again.run, null],
      [1, 'retry'],
    ],
  )
  const ofRun = await listFailures(center.engine, center.policy, { all: true, run: again.run })
  assert.deepEqual(
    ofRun.map(({ key }) => key),
    [poison],
  )
})

test('keys without an open failure are said, and change nothing', async (t) => {
  const center = await callCenter(t)
  await withPoison(center)
  assert.deepEqual(await retryFailures(center.engine, center.policy, ['4711', '']), {
    retried: 0,
    unknown: ['4711', ''],
  })
  assert.equal((await listFailures(center.engine, center.policy)).length, 2)
})

test('before the first migrate that is said', async (t) => {
  const center = await callCenter(t, { migrate: false })
  await assert.rejects(listFailures(center.engine, center.policy), { code: 'journal_missing' })
  await assert.rejects(retryFailures(center.engine, center.policy, 'all'), { code: 'journal_missing' })
})
