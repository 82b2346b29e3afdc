import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mayDo, ROLES, rolesWith } from './role.ts'

test('a viewer reads and does nothing else', () => {
  const rights = ['run', 'restore', 'retry', 'hold', 'release', 'audit', 'stage', 'keys'] as const
  assert.ok(mayDo('viewer', 'read'))
  for (const right of rights) assert.equal(mayDo('viewer', right), false, right)
})

test('an operator moves customers, and neither ends holds nor reads the audit log', () => {
  assert.deepEqual(
    (['run', 'restore', 'hold', 'release', 'audit', 'stage'] as const).map((right) => mayDo('operator', right)),
    [true, true, true, false, false, false],
  )
})

test('compliance ends holds and reads the audit log, and moves nobody', () => {
  assert.deepEqual(
    (['run', 'restore', 'hold', 'release', 'audit', 'stage'] as const).map((right) => mayDo('compliance', right)),
    [false, false, true, true, true, false],
  )
})

test('everybody reads, and an admin has every right', () => {
  assert.deepEqual(rolesWith('read'), ROLES)
  for (const right of ['run', 'restore', 'retry', 'hold', 'release', 'audit', 'stage', 'keys'] as const)
    assert.ok(mayDo('admin', right), right)
})
