import assert from 'node:assert/strict'
import { test } from 'node:test'
import { policyChanges } from './policy-changes.ts'

test('figures are told with their values, everything else by its name', () => {
  const before = { age: { days: 60, column: 'created_at' }, guard: 0.25, reason: 'Nomsa asked', keep: [1], same: [2] }
  const after = { age: { days: 6, column: 'created_at' }, guard: 1, reason: 'other', keep: [], same: [2], probes: [] }
  assert.deepEqual(policyChanges(before, after), [
    'age.days: 60 -> 6',
    'guard: 0.25 -> 1',
    'reason: changed',
    'keep: changed',
    'probes: changed',
  ])
})
