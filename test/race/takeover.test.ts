// A second machine takes the lease over at every boundary of a batch whose owner has stood still for too long; then
// the owner wakes and goes on. Whoever moved what: everybody is in the archive once, and the journal says by whom.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SignalPoint } from '../../src/engine/ports.ts'
import { run } from '../../src/engine/run/run.ts'
import { callCenter, testEngine } from '../support/call-center.ts'
import { eventually } from '../support/eventually.ts'
import { assertClean } from '../support/verified.ts'
import { families } from './arena.ts'
import { BOUNDARIES, type Boundary } from './boundaries.ts'

const CUSTOMERS = 3

test('an owner who wakes after his lease was taken over moves nobody twice, at whatever moment', {
  timeout: 180_000,
}, async (t) => {
  let reached: (point: SignalPoint) => Promise<void> = async () => undefined
  const center = await callCenter(t, { signals: { reached: (point) => reached(point) }, policy: { guard: 1 } })
  const heir = testEngine(t, center.db)

  /** In the second batch, so that the owner has moved something and has something left to move. */
  async function takeOver({ point, nth }: Boundary, then: () => Promise<unknown>): Promise<void> {
    let [batch, times] = [0, 0]
    reached = async (at) => {
      if (at === 'batch-begun') [batch, times] = [batch + 1, 0]
      if (at !== point) return
      times += 1
      if (times !== nth || (batch !== 2 && point !== 'run-opened' && point !== 'run-closing')) return
      reached = async () => undefined
      await then()
    }
    await run(center.engine, center.policy, { batchSize: 1 })
  }

  for (const boundary of BOUNDARIES)
    await t.test(`at ${boundary.name}`, async () => {
      const keys = (await families(center, CUSTOMERS)).map(({ customer }) => customer)
      const [before] = await center.db.query('select coalesce(max(id), 0) as run from mothball.run')
      let taking: Promise<unknown> = Promise.resolve()
      await takeOver(boundary, async () => {
        await center.db.query("update mothball.lease set heartbeat_at = now() - interval '1 hour'")
        let isOver = false
        taking = run(heir, center.policy, { batchSize: 1 }).finally(() => {
          isOver = true
        })
        await eventually('the heir is through, or waits for the open batch', async () => {
          const [row] = await center.db.query(`select count(*) as n from pg_stat_activity
            where datname = current_database() and wait_event_type = 'Lock' and query like '%mothball.lease%'`)
          return isOver || row?.['n'] !== '0'
        })
      })
      await taking
      const [moved] = await center.db.query(
        `select sum(archived) as archived, count(*) as runs, count(*) filter (where ended_at is null) as open
          from mothball.run where id > $1`,
        [before?.['run']],
      )
      assert.deepEqual(moved, { archived: String(CUSTOMERS), runs: '2', open: '0' })
      const list = keys.join()
      assert.equal(await center.count('nic_cc_customer', `id in (${list})`), 0)
      assert.equal(await center.count('nic_cc_customer_backup', `id in (${list})`), CUSTOMERS)
    })
  await assertClean(center)
})
