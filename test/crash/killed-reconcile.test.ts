import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { SignalPoint } from '../../src/engine/ports.ts'
import { reconcile } from '../../src/engine/reconcile/reconcile.ts'
import { ARCHIVED_KEYS, type ArchivedCenter, archivedCenter } from '../support/archived-center.ts'
import { assertClean } from '../support/verified.ts'

const STUCK = fileURLToPath(new URL('../support/stuck-reconcile.ts', import.meta.url))
const [KEY, OTHER] = ARCHIVED_KEYS

async function killAt({ db }: ArchivedCenter, point: SignalPoint, nth: number): Promise<void> {
  const child = spawn(process.execPath, [STUCK, db.url, point, String(nth)], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  child.kill('SIGKILL')
  await once(child, 'exit')
}

/** Every active and archived row of the family's tables, each once. */
async function everyRow({ db }: ArchivedCenter): Promise<string> {
  const tables = ['customer', 'payment_plan', 'installment', 'call_log']
  const parts = tables.flatMap((name) => [`nic_cc_${name}`, `nic_cc_${name}_backup`].map((table) => [name, table]))
  const rows = parts.map(([name, table]) => `select '${name} ' || id as k from ${table}`)
  const [row] = await db.query(
    `select string_agg(distinct k, ',' order by k) as k from (${rows.join(' union all ')}) r`,
  )
  return row?.['k'] ?? ''
}

for (const [point, nth] of [
  // Within the second mend, before its commit; and after the third.
  ['mend-done', 3],
  ['mend-committed', 3],
] as const)
  test(`a reconciliation killed at ${point} loses nothing, and the next one ends what it began`, async (t) => {
    const center = await archivedCenter(t)
    await center.db.query(`insert into nic_cc_customer (id, name, email, mobile, policy_number, score, scan, created_at)
        select id, name, email, mobile, policy_number, score, scan, created_at from nic_cc_customer_backup where id = ${KEY};
      insert into nic_cc_call_log (customer_id, remark) values (${OTHER}, 'late');
      insert into nic_cc_customer_backup (id, name) values (777, 'by others')`)
    const before = await everyRow(center)
    await killAt(center, point, nth)
    assert.equal(await everyRow(center), before)
    const { left, mended } = await reconcile(center.engine, center.policy)
    assert.deepEqual(left, [])
    assert.equal(mended.run_unended, 1)
    assert.equal(await everyRow(center), before)
    await assertClean(center)
  })
