import assert from 'node:assert/strict'
import { test } from 'node:test'
import { csrfToken, keyNameProblem, NO_DIGEST, parseToken, sameDigest, secretDigest, tokenText } from './api-key.ts'

const SECRET = `${'a'.repeat(42)}_`

test('a token is read as it was written, and as its own kind only', () => {
  const text = tokenText('key', { id: 7, secret: SECRET })
  assert.deepEqual(parseToken('key', text), { id: 7, secret: SECRET })
  assert.equal(parseToken('session', text), null)
})

test('a text that is no token is none', () => {
  for (const text of [
    '',
    'mbk',
    `mbk_0_${SECRET}`,
    `mbk_7_${SECRET}x`,
    `mbk_7_${SECRET.slice(1)}`,
    ` mbk_7_${SECRET}`,
    `mbk_1e3_${SECRET}`,
    `mbk_7_${SECRET}\n`,
  ])
    assert.equal(parseToken('key', text), null, JSON.stringify(text))
})

test('only the right secret has the digest', () => {
  assert.ok(sameDigest(secretDigest(SECRET), secretDigest(SECRET)))
  assert.equal(sameDigest(secretDigest(SECRET), secretDigest(`${SECRET.slice(0, 42)}A`)), false)
  assert.equal(sameDigest(secretDigest(SECRET), NO_DIGEST), false)
})

test('the token against cross-site requests tells nothing of the secret', () => {
  const token = csrfToken({ id: 1, secret: SECRET })
  assert.notEqual(token, csrfToken({ id: 1, secret: SECRET.toUpperCase() }))
  assert.equal(token.includes(SECRET), false)
})

test('a key’s name fits into a log line', () => {
  assert.equal(keyNameProblem('call centre nightly'), null)
  assert.equal(keyNameProblem('thandi@example.com'), null)
  for (const name of ['', ' x', 'a\nb', '<script>', '=cmd|x', 'x'.repeat(101)])
    assert.notEqual(keyNameProblem(name), null, name)
})
