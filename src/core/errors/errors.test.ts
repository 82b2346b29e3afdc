import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ERRORS, type ErrorCode, EXIT, hasCode, MothballError } from './index.ts'

/** Any fact that an entry may ask for. */
const FACTS = new Proxy<Record<string, string>>({}, { get: (_target, name) => `<${String(name)}>` })
const entries = Object.entries(ERRORS)

test('every message begins in lower case or with the name of an option, and ends without a full stop', () => {
  for (const [code, entry] of entries) {
    assert.match(entry.message(FACTS), /^[a-z<-]/, code)
    assert.doesNotMatch(entry.message(FACTS), /\.$/, code)
  }
})

test('every hint is a sentence', () => {
  for (const [code, entry] of entries) assert.match(entry.hint(FACTS), /^(<|[A-Z].*\.$)/s, code)
})

test('every exit code is one of the documented ones, and never success', () => {
  const known: readonly number[] = Object.values(EXIT)
  for (const [code, { exit }] of entries) assert.ok(known.includes(exit) && exit !== EXIT.done, code)
})

test('every HTTP status is an error', () => {
  for (const [code, { http }] of entries) assert.ok(http >= 400 && http < 600, code)
})

test('an error carries code, facts, message, hint and exit code', () => {
  const error = new MothballError('guard_exceeded', { count: 7412, active: 10_214, share: 73, guard: 25 })
  assert.equal(error.message, 'the run would move 7412 of 10214 active rows (73 %); the guard is 25 %')
  assert.match(error.hint, /--confirm=7412/)
  assert.equal(error.exit, EXIT.refused)
  assert.equal(hasCode(error, 'guard_exceeded'), true)
  assert.equal(hasCode(error, 'lease_lost'), false)
  assert.equal(hasCode(new Error('x'), ...(Object.keys(ERRORS) as ErrorCode[])), false)
})

test('a disk of the server that is full is told as such', () => {
  const hint = (sqlstate: string) => new MothballError('statement_failed', { sqlstate }).hint
  assert.match(hint('53100'), /^A disk of the server is full/)
  assert.doesNotMatch(hint('22003'), /disk/)
})
