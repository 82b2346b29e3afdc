import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nearestName } from './nearest-name.ts'

const FIELDS = ['name', 'subject', 'age', 'batchSize', 'keep', 'keepUntilDays', 'lanes', 'late']

test('a slip of the keyboard is known: a letter left out, put in, exchanged or swapped', () => {
  assert.equal(nearestName('subjct', FIELDS), 'subject')
  assert.equal(nearestName('ages', FIELDS), 'age')
  assert.equal(nearestName('kepp', FIELDS), 'keep')
  assert.equal(nearestName('laet', FIELDS), 'late')
  assert.equal(nearestName('nmae', FIELDS), 'name')
})

test('another spelling of a name is that name', () => {
  assert.equal(nearestName('batch_size', FIELDS), 'batchSize')
  assert.equal(nearestName('KEEP-UNTIL-DAYS', FIELDS), 'keepUntilDays')
})

test('of several the nearest is meant, and what is near to none is not guessed at', () => {
  assert.equal(nearestName('lanse', FIELDS), 'lanes')
  assert.equal(nearestName('extra', FIELDS), null)
  assert.equal(nearestName('q', ['a']), null)
  assert.equal(nearestName('', FIELDS), null)
  assert.equal(nearestName('subjct', []), null)
})
