// What people look at before they let an archiving go live: a few customers behind each figure of the plan, and who
// gave his word for what.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listAudit, verifyAudit } from '../../src/engine/audit.ts'
import { plan } from '../../src/engine/plan/plan.ts'
import { sample } from '../../src/engine/plan/sample.ts'
import { listSignOffs, signOff, withdrawSignOff } from '../../src/engine/sign-offs.ts'
import { callCenter } from '../support/call-center.ts'

test('a sample shows those whom the plan counts, for each keep rule and for what would move, masked', async (t) => {
  const center = await callCenter(t)
  const { engine, policy } = center
  const [first, second] = [await center.customer(90, { mobile: '+27 82 555 0142' }), await center.customer(91)]
  const kept = await center.customer(92)
  await center.related('aod', kept, { status: 'active' })
  await center.customer(5)
  const counted = await plan(engine, policy)
  const keysOf = async (rule: string | null, limit?: number) =>
    (await sample(engine, policy, { rule, limit })).customers.map(({ key }) => key)
  assert.deepEqual(await keysOf(null), [first, second])
  assert.deepEqual(await keysOf(null, 1), [first])
  for (const [rule, count] of Object.entries(counted.kept))
    assert.deepEqual(await keysOf(rule), rule === 'active_aod' ? [kept] : [], `${rule}: the plan counts ${count}`)
  const { customers } = await sample(engine, policy)
  assert.deepEqual(customers[0]?.contacts, [{ column: 'mobile', value: '*** 0142' }])
  await assert.rejects(sample(engine, policy, { rule: 'nobody' }), { code: 'option_invalid' })
})

test('a sign-off stands with who, when and for which version, until it is withdrawn; both are audited', async (t) => {
  const { engine, policy } = await callCenter(t)
  const given = await signOff(engine, policy, {
    item: 'rollback_tested',
    note: 'run 3 undone, 100 of 100 home',
    actor: 'thandi',
    role: 'operator',
  })
  assert.deepEqual([given.signedBy, given.role, given.hash.length, given.withdrawnAt], ['thandi', 'operator', 12, null])
  assert.deepEqual(await listSignOffs(engine, policy), [given])
  const withdrawal = { id: given.id, reason: 'two stayed behind', actor: 'sipho', role: 'admin' }
  const ended = await withdrawSignOff(engine, policy, withdrawal)
  assert.deepEqual([ended.withdrawnBy, ended.withdrawReason, ended.note], ['sipho', 'two stayed behind', given.note])
  await assert.rejects(withdrawSignOff(engine, policy, withdrawal), { code: 'not_found' })
  await assert.rejects(signOff(engine, policy, { item: 'day_1', note: ' ', actor: 'thandi' }), {
    code: 'option_invalid',
  })
  assert.deepEqual(await listSignOffs(engine, policy), [])
  assert.deepEqual(await listSignOffs(engine, policy, { all: true }), [ended])
  const entries = (await listAudit(engine)).map(({ actor, role, action, object }) => [actor, role, action, object])
  assert.deepEqual(entries, [
    ['sipho', 'admin', 'sign_off.withdraw', `sign-off ${given.id}`],
    ['thandi', 'operator', 'sign_off.give', `sign-off ${given.id}`],
  ])
  assert.equal((await verifyAudit(engine)).status, 'clean')
})
