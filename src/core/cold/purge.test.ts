import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isSamePerson, retentionText } from './purge.ts'

test('a person stays the same under capitals, blanks and other forms of a letter', () => {
  for (const other of ['thandi m', ' Thandi  M ', 'THANDI\u00a0M', '\uff34handi M'])
    assert.equal(isSamePerson('Thandi M', other), true, other)
  for (const other of ['Thandi', 'Thandi N', '']) assert.equal(isSamePerson('Thandi M', other), false, other)
})

test('a retention is told in whole words', () => {
  assert.equal(retentionText({ years: 2, months: 0, days: 0 }), '2 years')
  assert.equal(retentionText({ years: 1, months: 6, days: 1 }), '1 year 6 months 1 day')
})
