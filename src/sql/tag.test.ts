import assert from 'node:assert/strict'
import { test } from 'node:test'
import { literal } from './tag.ts'

test('a literal reads the same with either setting of standard_conforming_strings', () => {
  assert.equal(literal('60_day_rule').text, "'60_day_rule'")
  assert.equal(literal("it's").text, "'it''s'")
  assert.equal(literal("a\\' or 1").text, " E'a\\\\'' or 1'")
  assert.deepEqual(literal('x').values, [])
})

test('a literal cannot hold NUL', () => {
  assert.throws(() => literal('a\0b'), RangeError)
})
