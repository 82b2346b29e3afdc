import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MothballError } from '../core/errors/index.ts'
import { isRefusal } from '../core/sqlstate.ts'
import { databaseError, sqlstateOf } from './database-error.ts'

const systemError = (code: string) => Object.assign(new Error('the socket said no'), { code })

for (const code of ['ECONNRESET', 'EPIPE'])
  test(`a connection that ends by ${code} is lost, and says nothing about a row`, () => {
    const told = databaseError(systemError(code))
    assert.ok(told instanceof MothballError)
    assert.deepEqual([told.code, told.facts['cause'], sqlstateOf(told)], ['connection_lost', code, ''])
    assert.equal(isRefusal(sqlstateOf(told)), false)
  })

test('a password that the server asks for and nobody gave is no mistake of the program', () => {
  // As the driver says it, whether there is none or an empty one.
  for (const kind of ['string', 'non-empty string']) {
    const told = databaseError(new Error(`SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a ${kind}`))
    assert.ok(told instanceof MothballError)
    assert.equal(told.message, 'the server asks for a password, and none was given')
    assert.match(told.hint, /PGPASSWORD/)
  }
})

test('a server that says no is told from one that cannot be reached', () => {
  const messages = ['28P01', '28000', '3D000', 'ECONNREFUSED'].map((code) => {
    const told = databaseError(systemError(code))
    assert.ok(told instanceof MothballError)
    return told.message
  })
  assert.deepEqual(messages, [
    'the server refuses the password of this user (28P01)',
    'the server refuses this user (28000)',
    'the server has no database of this name (3D000)',
    'the database cannot be reached (ECONNREFUSED)',
  ])
})
