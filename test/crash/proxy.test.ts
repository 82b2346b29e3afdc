// The proxy cuts where it says, and what comes of a cut at each place, each by itself and always at the same one.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { openDatabase } from '../../src/db/open-database.ts'
import { run } from '../../src/engine/run/run.ts'
import { callCenter } from '../support/call-center.ts'
import { type CutPlace, startProxy } from './proxy.ts'

/** Four old customers, each with a call; a run of one batch whose connection is cut there. */
async function runAndCut(t: TestContext, place: CutPlace, statement = 1) {
  const center = await callCenter(t)
  for (let made = 0; made < 4; made += 1)
    await center.related('call_log', await center.customer(90), { created_at: -50 })
  const url = new URL(center.db.url)
  const proxy = await startProxy(Number(url.port))
  url.port = String(proxy.port)
  const database = openDatabase({ url: url.href })
  const struck = proxy.cut(place, statement, AbortSignal.timeout(20_000))
  const result = await run({ ...center.engine, database }, center.policy, { confirm: 4 })
  assert.equal(await struck, true)
  await database.close()
  await proxy.close()
  const told = [result.status, result.archived, result.failed, result.error?.code ?? null]
  const counts = [await center.count('nic_cc_customer'), await center.count('nic_cc_call_log_backup')]
  return { told, counts, quarantined: await center.count('mothball.failure') }
}

for (const statement of [1, 4, 8])
  test(`a connection that is reset at statement ${statement} of a batch rolls it back, and quarantines nobody`, async (t) => {
    const { told, counts, quarantined } = await runAndCut(t, 'at a statement', statement)
    assert.deepEqual(told, ['failed', 0, 0, 'connection_lost'])
    assert.deepEqual([counts, quarantined], [[4, 0], 0])
  })

test('a COMMIT that never reached the server has not moved anybody, and the run says so', async (t) => {
  const { told, counts, quarantined } = await runAndCut(t, 'before COMMIT')
  assert.deepEqual(told, ['failed', 0, 0, 'connection_lost'])
  assert.deepEqual([counts, quarantined], [[4, 0], 0])
})

test('a COMMIT whose reply is lost has moved everybody, and the run knows it', async (t) => {
  const { told, counts, quarantined } = await runAndCut(t, 'before its reply')
  assert.deepEqual(told, ['success', 4, 0, null])
  assert.deepEqual([counts, quarantined], [[0, 4], 0])
})
