// The preset: the specification's policy, with every name and field of it overridable.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hasCode } from '../src/core/errors/index.ts'
import type { Policy } from '../src/core/policy.ts'
import { isProblems, parsePolicy } from '../src/core/policy-schema.ts'
import { type NicCallCenterOptions, nicCallCenter } from '../src/presets/nic-call-center.ts'

function unfolded(options: NicCallCenterOptions = {}): Policy {
  const policy = parsePolicy(nicCallCenter(options), 'policy')
  assert.ok(!isProblems(policy), JSON.stringify(policy))
  return policy
}

test('phase 1 is the age alone, phase 2 adds the four rules', () => {
  assert.deepEqual(unfolded({ criteria: 'basic' }).keep, [])
  assert.deepEqual(
    unfolded().keep.map(({ name, relation }) => [name, relation]),
    [
      ['active_aod', 'nic_cc_aod'],
      ['unpaid_installment', 'nic_cc_installment'],
      ['follow_up', 'nic_cc_follow_up'],
      ['recent_call', 'nic_cc_call_log'],
    ],
  )
})

test('options A, B and C are the action of every relation, the instalment’s plan among them', () => {
  for (const related of ['archive', 'keep', 'block'] as const) {
    const { relations, keep } = unfolded({ related })
    assert.equal(relations.length, 7)
    assert.ok(relations.every(({ action, optional }) => action === related && optional))
    assert.equal(relations.find(({ parent }) => parent === 'nic_cc_payment_plan')?.table.table, 'nic_cc_installment')
    assert.equal(keep.length, 4)
  }
})

test('a unit and a zone of the age are those of every time of the rules', () => {
  const { age, keep } = unfolded({ age: { unit: 'epoch_ms' } })
  assert.equal(age.unit, 'epoch_ms')
  assert.equal(age.days, 60)
  const times = keep.flatMap(({ where }) => where).filter(({ value }) => typeof value === 'object')
  assert.equal(times.length, 3)
  assert.ok(times.every(({ unit }) => unit === 'epoch_ms'))
  const zoned = unfolded({ age: { zone: 'Africa/Johannesburg' } })
  assert.ok(zoned.keep.flatMap(({ where }) => where).every(({ zone, value }) => typeof value !== 'object' || zone))
})

test('every table and column can have another name', () => {
  const policy = unfolded({
    tables: { nic_cc_customer: 'crm.clients', nic_cc_aod: 'crm.deals', nic_cc_archive_log: 'ops.log' },
    columns: {
      'nic_cc_customer.id': 'client_no',
      'nic_cc_customer.created_at': 'since',
      'nic_cc_customer.mobile': 'cell',
      'nic_cc_aod.customer_id': 'client',
      'nic_cc_aod.status': 'state',
    },
  })
  assert.deepEqual(policy.subject, { schema: 'crm', table: 'clients' })
  assert.equal(policy.age.column, 'since')
  assert.deepEqual(policy.logTable, { schema: 'ops', table: 'log' })
  assert.deepEqual(policy.search.phone, ['cell'])
  const aod = policy.relations.find(({ name }) => name === 'nic_cc_aod')
  assert.deepEqual([aod?.table.table, aod?.columns, aod?.references], ['deals', ['client'], ['client_no']])
  assert.equal(policy.keep[0]?.where[0]?.column, 'state')
})

test('any field of the policy beside the preset goes before it', () => {
  const policy = unfolded({ name: 'ours', age: { days: 6 }, batchSize: 10, keep: [], archivedBy: 'nightly' })
  assert.equal(policy.reason, '6_day_rule')
  assert.deepEqual([policy.name, policy.batchSize, policy.keep, policy.archivedBy], ['ours', 10, [], 'nightly'])
})

test('an option that is none throws, with its name', () => {
  const wrong: NicCallCenterOptions = JSON.parse('{"criteria":"some","tables":{"nic_cc_x":"y"}}')
  assert.throws(
    () => nicCallCenter(wrong),
    (error) => {
      assert.ok(hasCode(error, 'option_invalid'))
      assert.match(error.message, /criteria .*basic.*tables has no field nic_cc_x/)
      return true
    },
  )
})
