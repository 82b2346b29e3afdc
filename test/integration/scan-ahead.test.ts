import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Database, Session, TransactionOptions } from '../../src/db/database.ts'
import { run } from '../../src/engine/run/run.ts'
import { callCenter } from '../support/call-center.ts'
import { once } from '../support/reached.ts'

/** One more than a window has. */
const CUSTOMERS = 10_001

test('the next window is scanned beside the batches, which stay on the connection that the lease knows', async (t) => {
  const asked = once('batch-committed', async () => {
    const [lease] = await center.db.query('select backend_pid from mothball.lease where owner is not null')
    backends.lease.add(Number(lease?.['backend_pid']))
  })
  const center = await callCenter(t, { policy: { guard: 1, batchSize: 1000 }, signals: asked })
  const backends = { lease: new Set<number>(), batches: new Set<number>(), scans: new Set<number>() }
  await center.db.query(
    `insert into nic_cc_customer (created_at) select now() - interval '70 days' from generate_series(1, ${CUSTOMERS})`,
  )
  const { database } = center.engine
  const noting =
    (transaction: Database['transaction'], pids: (options: TransactionOptions) => Set<number> | null) =>
    <T>(options: TransactionOptions, work: (session: Session) => Promise<T>): Promise<T> =>
      transaction(options, (session) => {
        pids(options)?.add(session.processId ?? 0)
        return work(session)
      })
  const watched: Database = {
    ...database,
    transaction: noting(database.transaction, ({ timeouts }) =>
      timeouts?.lockMs === center.policy.timeouts.lockMs ? backends.batches : null,
    ),
    beside: noting(database.beside, () => backends.scans),
  }
  const result = await run({ ...center.engine, database: watched }, center.policy)

  assert.equal(result.archived, CUSTOMERS)
  assert.equal(result.batches, 11)
  assert.deepEqual(backends.batches, backends.lease)
  assert.equal(backends.scans.size, 1)
  assert.ok(backends.scans.isDisjointFrom(backends.batches))
})
