import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  archiveOf,
  catalogOf,
  column,
  customer,
  judge,
  logTable,
  policyOf,
  shape,
  trigger,
} from '../../../test/support/shapes.ts'
import type { Trigger } from '../table.ts'

const judgeTriggers = (triggers: readonly Trigger[], acceptedTriggers: string[] = []) => {
  const subject = customer([], { triggers })
  return judge(policyOf({ acceptedTriggers }), catalogOf([subject, archiveOf(subject), logTable()]))
}

test('a trigger that fires on delete needs the word of the policy', () => {
  const { refusals, all } = judgeTriggers([trigger('audit', ['insert', 'delete'], { timing: 'after' })])
  assert.deepEqual(refusals, ['trigger_unaccepted customer.audit'])
  assert.match(all[0]?.hint ?? '', /Add "customer\.audit" to acceptedTriggers/)
  assert.match(all[0]?.hint ?? '', /alter table customer disable trigger audit;/)
})

test('an accepted trigger, a disabled one and one that fires on update alone are no hazard', () => {
  const triggers = [
    trigger('audit', ['insert', 'delete']),
    trigger('off', ['delete'], { enabled: false }),
    trigger('touch', ['update']),
  ]
  const { refusals, warnings } = judgeTriggers(triggers, ['customer.audit'])
  assert.deepEqual([...refusals, ...warnings], [])
})

test('a trigger that fires on insert is told, for it fires when a row comes home', () => {
  const { refusals, warnings } = judgeTriggers([trigger('number', ['insert'])])
  assert.deepEqual(refusals, [])
  assert.deepEqual(warnings, ['trigger_on_restore customer.number'])
})

test('the homecoming trigger is no hazard, and a stranger under its name is', () => {
  const name = 'zzz_mothball_homecoming_1234abcd_insert'
  const ours = trigger(name, ['insert', 'delete'], { function: 'mothball.homecoming_1234abcd_write_customer' })
  assert.deepEqual(judgeTriggers([ours]).all, [])
  assert.deepEqual(judgeTriggers([trigger(name, ['delete'])]).refusals, [`trigger_unaccepted customer.${name}`])
})

test('a rule on a source table is refused', () => {
  const subject = customer([], { rules: ['Keep all'] })
  const { refusals, all } = judge(policyOf(), catalogOf([subject, archiveOf(subject), logTable()]))
  assert.deepEqual(refusals, ['source_rule customer.Keep all'])
  assert.match(all[0]?.hint ?? '', /drop rule "Keep all" on customer;/)
})

test('triggers of a table whose rows stay are not asked about', () => {
  const subject = customer()
  const call = shape('crm.call', [column('customer_id', 'bigint')], { triggers: [trigger('audit', ['delete'])] })
  const relations = (action: 'keep' | 'archive') => [{ table: 'crm.call', columns: ['customer_id'], action }]
  const catalog = catalogOf([subject, archiveOf(subject), call, archiveOf(call), logTable()])
  assert.deepEqual(judge(policyOf({ relations: relations('keep') }), catalog).refusals, [])
  assert.deepEqual(judge(policyOf({ relations: relations('archive') }), catalog).refusals, [
    'trigger_unaccepted crm.call.audit',
  ])
})
