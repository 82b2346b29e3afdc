import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isRefusal, isTimeout, isTransient } from './sqlstate.ts'

for (const [sqlstate, isAboutRows, passes] of [
  ['23505', true, false],
  ['22P02', true, false],
  ['P0001', true, false],
  ['ABCDE', true, false],
  ['40P01', true, true],
  ['55P03', true, true],
  ['57014', false, false],
  ['42P01', false, false],
  ['53100', false, false],
  ['54000', true, false],
  ['25P02', false, false],
  ['26000', false, true],
  ['42P05', false, true],
  ['', false, false],
] as const)
  test(`SQLSTATE ${sqlstate || '(none)'} is about the rows: ${isAboutRows}; passes by itself: ${passes}`, () => {
    assert.deepEqual([isRefusal(sqlstate), isTransient(sqlstate)], [isAboutRows, passes])
  })

test('a statement that was cut off for its time is a timeout', () => {
  assert.deepEqual([isTimeout('57014'), isTimeout('57P01')], [true, false])
})
