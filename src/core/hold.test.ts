import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MAX_REASON_LENGTH, reasonProblem } from './hold.ts'

test('a sentence is a reason, in any script', () => {
  for (const reason of ['case 2026/114', 'x', 'Ombud: klagte oor bedrag — wag', '🕊', 'a'.repeat(MAX_REASON_LENGTH)])
    assert.equal(reasonProblem(reason), null)
})

test('an empty reason is none', () => {
  for (const reason of ['', '  ', '\u00a0']) assert.equal(reasonProblem(reason), 'is empty')
})

test('a reason has at most 500 characters', () => {
  assert.equal(reasonProblem('a'.repeat(501)), 'has 501 characters; 500 are allowed')
})

test('a reason cannot forge a line or a header', () => {
  for (const reason of ['a\nb', 'a\r\nBcc: b', 'a\u0000b', 'a\u001b[31m', 'a\u2028b', 'a\u0085b', 'a\ud800'])
    assert.equal(reasonProblem(reason), 'holds a control character', JSON.stringify(reason))
})
