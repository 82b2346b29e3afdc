import assert from 'node:assert/strict'
import { test } from 'node:test'
import { conflict, refusedConflict } from './conflict.ts'

const at = { table: 'orders', constraint: 'one_email' }

for (const [sqlstate, isKey, kind] of [
  ['23505', true, 'key_taken'],
  ['23505', false, 'unique_taken'],
  ['23503', false, 'parent_missing'],
  ['23514', false, 'refused_by_database'],
] as const)
  test(`a refusal with SQLSTATE ${sqlstate}${isKey ? ' on the key' : ''} is told as ${kind}`, () => {
    const told = refusedConflict('7', { ...at, sqlstate, isKey })
    assert.deepEqual([told.key, told.table, told.kind, told.constraint], ['7', 'orders', kind, 'one_email'])
  })

for (const kind of [
  'key_taken',
  'unique_taken',
  'parent_missing',
  'shape_differs',
  'value_changed',
  'refused_by_database',
] as const)
  test(`the hint of ${kind} is a sentence that names the table`, () => {
    assert.match(conflict('7', kind, at).hint, /^[A-Z].*\borders\b.*\.$/)
  })

test('a value whose column is gone asks for the column, and other shapes for a look', () => {
  assert.match(conflict('7', 'shape_differs', { ...at, constraint: 'note' }).hint, /^Give orders its column note again/)
  assert.match(conflict('7', 'shape_differs', { ...at, constraint: '' }).hint, /^Run `mothball plan`/)
})

test('what took too long is worth another try with more time', () => {
  assert.match(
    conflict('7', 'refused_by_database', { ...at, sqlstate: '57014' }).hint,
    /^Try again, or raise .*timeout/,
  )
})

test('what others held is worth another try, and a new column that must not be null has to be filled', () => {
  assert.match(conflict('7', 'refused_by_database', { ...at, sqlstate: '55P03' }).hint, /^Try again/)
  assert.match(
    conflict('7', 'refused_by_database', { ...at, constraint: 'tier', sqlstate: '23502' }).hint,
    /^Fill tier /,
  )
  assert.match(
    conflict('7', 'refused_by_database', { ...at, constraint: '', sqlstate: '23502' }).hint,
    /^Fill the column /,
  )
})

test('a reference without a constraint is told without one', () => {
  assert.match(conflict('7', 'parent_missing', { ...at, constraint: '' }).hint, /refers to, then/)
})
