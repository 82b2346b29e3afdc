import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type TestContext, test } from 'node:test'
import { hasCode } from '../../src/core/errors/index.ts'
import { find } from '../../src/engine/find/find.ts'
import { listRuns } from '../../src/engine/history.ts'
import { setHold } from '../../src/engine/hold.ts'
import { plan } from '../../src/engine/plan/plan.ts'
import type { Engine } from '../../src/engine/ports.ts'
import { restore } from '../../src/engine/restore/restore.ts'
import { run } from '../../src/engine/run/run.ts'
import { verify } from '../../src/engine/verify/verify.ts'
import { type CallCenter, callCenter, testEngine } from '../support/call-center.ts'
import { asAdmin } from '../support/server.ts'

const PAGE = new URL('../../docs/how-to/run-with-least-privilege.md', import.meta.url)

/** An engine of a role that has exactly what the page grants to `role`. */
async function engineOf(t: TestContext, center: CallCenter, role: 'archiver' | 'reader'): Promise<Engine> {
  const name = `${role}_${randomBytes(6).toString('hex')}`
  const [block] = [...readFileSync(PAGE, 'utf8').matchAll(/```sql\n([\s\S]*?)```/g)]
    .map(([, sql = '']) => sql)
    .filter((sql) => sql.includes(`to ${role};`))
  await center.db.query(`create role ${name} login password 'trial'`)
  t.after(() => asAdmin((query) => query(`drop role if exists ${name}`)).catch(() => undefined))
  await center.db.query((block ?? '').replaceAll(`to ${role};`, `to ${name};`))
  const url = new URL(center.db.url)
  url.username = name
  url.password = 'trial'
  return testEngine(t, { ...center.db, url: url.href })
}

test('what the how-to grants to the runner is enough to run, restore and hold', async (t) => {
  const center = await callCenter(t, { foreignKeys: 'no action' })
  const customer = await center.customer(90, { mobile: '082 555 0142' })
  await center.related('call_log', customer, { created_at: -50 })
  const engine = await engineOf(t, center, 'archiver')
  assert.equal((await run(engine, center.policy, { confirm: 1 })).archived, 1)
  await center.db.query(`select setval(pg_get_serial_sequence('nic_cc_customer', 'id'), 1, false)`)
  const selection = { by: 'keys', keys: [customer] } as const
  assert.equal((await restore(engine, center.policy, { selection, reason: 'trial' })).restored, 1)
  assert.equal((await setHold(engine, center.policy, { key: customer, reason: 'trial', actor: 'test' })).tier, 'active')
  assert.equal((await verify(engine, center.policy)).status, 'clean')
})

test('what the how-to grants to the reader is enough to look, and for no more', async (t) => {
  const center = await callCenter(t)
  const customer = await center.customer(90, { mobile: '082 555 0142' })
  const engine = await engineOf(t, center, 'reader')
  assert.equal((await plan(engine, center.policy)).eligible, 1)
  assert.equal((await find(engine, center.policy, '+27825550142'))[0]?.key, customer)
  assert.equal((await verify(engine, center.policy)).status, 'clean')
  assert.deepEqual(await listRuns(engine, center.policy), [])
  await assert.rejects(run(engine, center.policy, { confirm: 1 }), (error) => hasCode(error, 'privilege_missing'))
  assert.equal(await center.count('nic_cc_customer'), 1)
})
