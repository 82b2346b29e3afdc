import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ageColumnOf, type CandidateTable, epochUnitOf, policyNameOf, rankTables } from './propose.ts'

const AGE = { name: 'created_at', type: 'timestamp with time zone' }

const table = (name: string, facts: Partial<CandidateTable> = {}): CandidateTable => ({
  name: { schema: 'public', table: name },
  rows: 100,
  keyed: true,
  incoming: 0,
  outgoing: 0,
  columns: [AGE],
  ...facts,
})

const ageIn = (...columns: readonly (readonly [string, string])[]) =>
  ageColumnOf({ columns: columns.map(([name, type]) => ({ name, type })) })?.column ?? null

test('the age is a column that says when the row came', () => {
  assert.equal(ageIn(['updated_at', AGE.type], ['created_at', AGE.type]), 'created_at')
  assert.equal(ageIn(['createdAt', AGE.type]), 'createdAt')
  assert.equal(ageIn(['order_date', 'date']), 'order_date')
  assert.equal(ageIn(['date_created', 'timestamp without time zone']), 'date_created')
  assert.equal(ageIn(['created_at', 'bigint']), 'created_at')
})

test('a text, a date of birth or an expiry is no age', () => {
  assert.equal(ageIn(['created_at', 'text'], ['birth_date', 'date'], ['expires_at', AGE.type]), null)
})

test('parents come before children, and among them the largest first', () => {
  const ranked = rankTables([
    table('small'),
    table('large', { rows: 1000 }),
    table('calls', { rows: 9999, outgoing: 1 }),
    table('plans', { rows: 500, outgoing: 1, incoming: 1 }),
  ])
  assert.deepEqual(
    ranked.map(({ name }) => name.table),
    ['large', 'plans', 'small', 'calls'],
  )
})

test('tables without key or age, archives and logs are not proposed', () => {
  const others = [table('a', { keyed: false }), table('b', { columns: [] }), table('c_backup'), table('d_archive_log')]
  assert.deepEqual(rankTables(others), [])
})

test('the unit of an epoch is known by its digits, and no unit is guessed', () => {
  assert.equal(epochUnitOf('1795392000000'), 'epoch_ms')
  assert.equal(epochUnitOf('1795392000'), 'epoch_s')
  assert.equal(epochUnitOf('17953'), null)
  assert.equal(epochUnitOf('-1795392000'), null)
  assert.equal(epochUnitOf(null), 'epoch_ms')
})

test('a policy is named after its table', () => {
  assert.equal(policyNameOf({ schema: 'public', table: 'Order Lines' }), 'order-lines')
  assert.equal(policyNameOf({ schema: 'public', table: '注文' }), 'policy')
})
