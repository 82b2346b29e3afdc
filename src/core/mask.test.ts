import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { masked } from './mask.ts'

test('a phone number keeps its last four digits, however it was written', () => {
  for (const text of ['+27 82 555 0142', '0825550142', '(082) 555-0142'])
    assert.equal(masked('phone', text), '*** 0142')
})

test('an e-mail keeps its first letters and its ending', () => {
  assert.equal(masked('email', 'nomsa.dlamini@example.co.za'), 'n***@e***.za')
})

test('a policy number keeps its beginning and its end', () => {
  assert.equal(masked('text', 'NIC20240012345'), 'NI***345')
})

test('what is too short or no contact at all is hidden whole', () => {
  assert.deepEqual(
    [
      masked('phone', '0142'),
      masked('phone', 'none'),
      masked('email', 'nomsa'),
      masked('text', 'NIC1'),
      masked('email', ''),
    ],
    ['***', '***', '***', '***', '***'],
  )
})

test('no more than seven characters of any value are shown', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 8 }), (value) => {
      for (const kind of ['phone', 'text'] as const)
        assert.ok(masked(kind, value).replaceAll('*', '').trim().length <= 5)
    }),
  )
})
