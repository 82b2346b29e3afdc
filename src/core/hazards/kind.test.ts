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
} from '../../../test/support/shapes.ts'

const KINDS = [
  [{ kind: 'p' }, 'a partitioned table'],
  [{ kind: 'v' }, 'a view'],
  [{ kind: 'm' }, 'a materialized view'],
  [{ kind: 'f' }, 'a foreign table'],
  [{ persistence: 'u' }, 'an unlogged table'],
  [{ persistence: 't' }, 'a temporary table'],
] as const

for (const [over, words] of KINDS)
  test(`${words} is refused, even where its rows only stay`, () => {
    const subject = customer()
    const call = shape('call', [column('customer_id', 'bigint')], over)
    const relations = [{ table: 'call', columns: ['customer_id'], action: 'keep' as const }]
    const found = judge(policyOf({ relations }), catalogOf([subject, archiveOf(subject), call, logTable()]))
    assert.deepEqual(found.refusals, ['not_plain_table call'])
    assert.match(found.all[0]?.message ?? '', new RegExp(`call is ${words}`))
  })

test('an unlogged table can be made a logged one', () => {
  const subject = customer([], { persistence: 'u' })
  const { all } = judge(policyOf(), catalogOf([subject, archiveOf(subject), logTable()]))
  assert.match(all[0]?.hint ?? '', /alter table customer set logged;/)
})

test('a table with inheritors, or with a parent, is refused', () => {
  const subject = customer([], { inheritors: ['crm.vip'], parents: ['public.person'] })
  const found = judge(policyOf(), catalogOf([subject, archiveOf(subject), logTable()]))
  assert.deepEqual(found.refusals, ['inherited_table customer', 'inherited_table customer'])
  assert.match(found.all[0]?.hint ?? '', /alter table crm\.vip no inherit customer;/)
  assert.match(found.all[1]?.message ?? '', /customer is part of public\.person/)
})

test('the partitions of a partitioned table are no second refusal', () => {
  const subject = customer([], { kind: 'p', inheritors: ['public.customer_2020'] })
  const { refusals } = judge(policyOf(), catalogOf([subject, archiveOf(subject), logTable()]))
  assert.deepEqual(refusals, ['not_plain_table customer'])
})
