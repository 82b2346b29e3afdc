import assert from 'node:assert/strict'
import { test } from 'node:test'
import { facts, inert, nonEmpty } from './message.ts'

test('a name keeps to one line and changes the direction of nothing', () => {
  assert.equal(inert('a\r\nBcc: x@y.z\t\u202Eevil\u2028b\0'), 'a Bcc: x@y.z evil b')
  assert.equal(inert('x'.repeat(300)).length, 200)
  assert.equal(inert('🙂'.repeat(20), 10), `${'🙂'.repeat(7)}...`)
})

test('a section without rows is none', () => {
  const kept = nonEmpty([facts('a', []), facts('b', [['x', '1']]), { kind: 'list', title: 'c', items: [] }])
  assert.deepEqual(
    kept.map(({ title }) => title),
    ['b'],
  )
})
