import assert from 'node:assert/strict'
import { test } from 'node:test'
import { csvOf } from './csv.ts'

test('a cell that would be computed is a text, a negative number stays one', () => {
  const csv = csvOf(
    ['name', 'n'],
    [
      ["=cmd|' /C calc'!A0", -3],
      ['  @SUM(1)', 0],
      ['-1+1', null],
      ['plain', 1.5],
    ],
  )
  assert.equal(csv, "\uFEFFname,n\r\n'=cmd|' /C calc'!A0,-3\r\n'  @SUM(1),0\r\n'-1+1,\r\nplain,1.5\r\n")
})

test('commas, quotes and line breaks stay within their cell', () => {
  assert.equal(csvOf(['a'], [['x,"y"\nz']]), '\uFEFFa\r\n"x,""y""\nz"\r\n')
})
