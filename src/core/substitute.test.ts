import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Lookup, substitute } from './substitute.ts'

const lookup: Lookup = ({ kind, name }) => (name === 'no' ? { problem: `no ${kind}` } : `<${kind} ${name}>`)

test('references are replaced wherever a text stands, several in one', () => {
  const { value, problems, references } = substitute({ a: ['x${B}y${file:/c}'], d: 1, e: null, f: true }, lookup)
  assert.deepEqual(value, { a: ['x<variable B>y<file /c>'], d: 1, e: null, f: true })
  assert.deepEqual(problems, [])
  assert.deepEqual(
    [...references],
    [
      [
        'a[0]',
        [
          { kind: 'variable', name: 'B' },
          { kind: 'file', name: '/c' },
        ],
      ],
    ],
  )
})

test('what was replaced is not read again', () => {
  assert.equal(substitute('${A}', () => '${B}').value, '${B}')
})

test('$${ is a plain ${', () => {
  assert.equal(substitute('$${A} $ {B} $C', lookup).value, '${A} $ {B} $C')
})

test('a reference that stands for nothing is a problem of its field, and its text stays', () => {
  const { value, problems } = substitute({ a: { b: '${no}' } }, lookup)
  assert.deepEqual(value, { a: { b: '${no}' } })
  assert.deepEqual(problems, [{ field: 'a.b', problem: 'no variable', reference: { kind: 'variable', name: 'no' } }])
})

test('only plain data comes through', () => {
  const problemOf = (document: unknown) => substitute(document, lookup).problems[0]?.problem
  assert.equal(problemOf(new Map()), 'is not a plain object')
  assert.equal(problemOf(Object.create({ inherited: 1 })), 'is not a plain object')
  assert.equal(problemOf(Object.create(null)), undefined)
  assert.equal(problemOf(JSON.parse('{"__proto__":1}')), 'has a field __proto__, which no configuration has')
  assert.equal(problemOf(2 ** 53), 'is beyond 2^53; write it as a text')
  assert.equal(problemOf(0.5), undefined)
  const round: unknown[] = []
  round.push(round)
  assert.equal(problemOf(round), 'holds itself')
  assert.match(String(problemOf(JSON.parse('['.repeat(60) + ']'.repeat(60)))), /nested more than 50 deep/)
})

test('the same object twice, side by side, is no circle', () => {
  const shared = { a: 1 }
  assert.deepEqual(substitute([shared, shared], lookup), {
    value: [{ a: 1 }, { a: 1 }],
    problems: [],
    references: new Map(),
  })
})
