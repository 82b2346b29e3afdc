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
