// A sweep or a reconciliation that stands still in the transaction that takes its lease holds the lease's row. The
// server ends it after the policy's idle time, as it does with a run's.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Database } from '../../src/db/database.ts'
import type { Engine } from '../../src/engine/ports.ts'
import { reconcile } from '../../src/engine/reconcile/reconcile.ts'
import { leaseName } from '../../src/engine/run/lease.ts'
import { run } from '../../src/engine/run/run.ts'
import { sweep } from '../../src/engine/sweep/sweep.ts'
import { sql } from '../../src/sql/tag.ts'
import { callCenter } from '../support/call-center.ts'
import { once } from '../support/reached.ts'

type Still = Readonly<{ engine: Engine; stands: Promise<void>; wake: () => void }>

/** Stands still before the first COMMIT of a transaction that has the lease's row locked. */
function stillInLease(engine: Engine, name: string): Still {
  const stands = Promise.withResolvers<void>()
  const awake = Promise.withResolvers<void>()
  const transaction: Database['transaction'] = (options, work) =>
    engine.database.transaction(options, async (session) => {
      const result = await work(session)
      const [row] = await session.rows(holderSql(name))
      if (row?.mine === 'true') {
        stands.resolve()
        await awake.promise
      }
      return result
    })
  return {
    engine: { ...engine, database: { ...engine.database, transaction } },
    stands: stands.promise,
    wake: awake.resolve,
  }
}

/** Whether this transaction has written the lease's row. */
const holderSql = (name: string) =>
  sql<{ mine: string }>`select (xmin::text = pg_catalog.txid_current_if_assigned()::text)::text as mine
    from mothball.lease where name = ${name} and owner is not null`

for (const [verb, work] of [
  ['sweep', sweep],
  ['reconciliation', reconcile],
] as const)
  test(`a ${verb} that stands still while it takes its lease keeps nobody from taking over`, async (t) => {
    const center = await callCenter(t, { policy: { timeouts: { statementMs: 1500, idleMs: 1000 } } })
    await center.customer(90)
    const still = stillInLease(center.engine, leaseName(center.policy))
    const ended = work(still.engine, center.policy).then(
      () => 'ended',
      () => 'broken off',
    )
    await still.stands
    const result = await run(center.engine, center.policy, { confirm: 1 }).finally(still.wake)
    assert.deepEqual([result.status, result.archived, await ended], ['success', 1, 'broken off'])
  })

test('a lease from before the clock was set back keeps nobody from taking over', async (t) => {
  const center = await callCenter(t)
  await center.customer(90)
  // Behind a pooler no backend is known, and the heartbeat alone says who lives.
  await center.db.query(`insert into mothball.lease (name, epoch, owner, heartbeat_at)
    values ('${leaseName(center.policy)}', 1, 'gone', now() + interval '1 day')`)
  assert.equal((await run(center.engine, center.policy, { confirm: 1 })).archived, 1)
})

test('a run during which the clock is set, far on or back, is closed with a time that the log can hold', async (t) => {
  for (const [shift, longest] of [
    ['- 400', 2 ** 31 - 1],
    ['+ 400', 0],
  ] as const) {
    const signals = once('batch-committed', () =>
      center.db.query(`update mothball.run set started_at = started_at ${shift} * interval '1 day'`),
    )
    const center = await callCenter(t, { policy: { guard: 1 }, signals })
    await center.customer(90)
    const first = await run(center.engine, center.policy)
    assert.deepEqual([first.status, first.archived, first.durationMs], ['success', 1, longest])
    // The same of one whose process died.
    await center.db.query(`update mothball.run set ended_at = null, status = 'running', stop_reason = null`)
    assert.equal((await run(center.engine, center.policy)).status, 'success')
    assert.deepEqual(await center.db.query('select status, archived from mothball.run order by id'), [
      { status: 'failed', archived: '1' },
      { status: 'success', archived: '0' },
    ])
    assert.equal(await center.count('nic_cc_archive_log', `execution_time_ms in (0, ${longest})`), 2)
  }
})
