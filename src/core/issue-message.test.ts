import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { issueMessage } from './issue-message.ts'

function messageOf(schema: z.ZodType, value: unknown): string | undefined {
  return schema.safeParse(value, { error: issueMessage }).error?.issues[0]?.message
}

test('a value of the wrong kind is told by both kinds, and texts are never quoted', () => {
  assert.equal(messageOf(z.number(), 'geheim'), 'must be a number, not a text')
  assert.equal(messageOf(z.string(), 5), 'must be a text, not 5')
  assert.equal(messageOf(z.boolean(), null), 'must be true or false, not null')
  assert.equal(messageOf(z.array(z.string()), {}), 'must be a list, not an object')
  assert.equal(messageOf(z.strictObject({}), []), 'must be an object, not a list')
  assert.equal(messageOf(z.record(z.string(), z.string()), true), 'must be an object, not true or false')
  assert.equal(messageOf(z.number().int(), 1.5), 'must be a whole number, not 1.5')
  assert.equal(messageOf(z.number(), Number.NaN), 'must be a number, not NaN')
  assert.equal(messageOf(z.date(), 'x'), 'must be date, not a text')
})

test('a missing value is said to be missing', () => {
  assert.equal(messageOf(z.strictObject({ a: z.string() }), {}), 'is missing')
})

test('unknown fields are named', () => {
  assert.equal(messageOf(z.strictObject({}), { a: 1 }), 'has no field a')
  assert.equal(messageOf(z.strictObject({}), { a: 1, b: 2 }), 'has no fields a, b')
  assert.equal(messageOf(z.record(z.enum(['a']), z.number()), { a: 1, b: 2 }), 'has no field b')
  assert.equal(messageOf(z.record(z.string().max(1), z.number()), { ab: 1 }), 'is not a name that is known here')
})

test('an unknown field that is nearly a known one is told with that', () => {
  const policy = z.strictObject({ subject: z.string().optional(), age: z.number().optional() })
  assert.equal(messageOf(policy, { subjct: 'a' }), 'has no field subjct (did you mean subject?)')
  assert.equal(messageOf(policy, { ages: 1, other: 2 }), 'has no fields ages (did you mean age?), other')
  assert.equal(messageOf(policy.partial().nullable(), { Subject: 'a' }), 'has no field Subject (did you mean subject?)')
})

test('choices and limits are told', () => {
  assert.equal(messageOf(z.enum(['a', 'b']), 'c'), 'must be "a" or "b"')
  assert.equal(messageOf(z.number().min(2), 1), 'must be at least 2')
  assert.equal(messageOf(z.number().gt(2), 1), 'must be more than 2')
  assert.equal(messageOf(z.number().max(2), 3), 'must be at most 2')
  assert.equal(messageOf(z.number().lt(2), 3), 'must be less than 2')
  assert.equal(messageOf(z.string().min(1), ''), 'is empty')
  assert.equal(messageOf(z.string().min(2), 'a'), 'must have at least 2 characters')
  assert.equal(messageOf(z.array(z.string()).min(1), []), 'is an empty list')
  assert.equal(messageOf(z.array(z.string()).min(2), []), 'must have at least 2 of them')
  assert.equal(messageOf(z.union([z.string(), z.number()]), null), 'has none of the forms that fit here')
})

test('what a schema says itself stays', () => {
  assert.equal(
    messageOf(
      z.string().refine(() => false, 'is odd'),
      'a',
    ),
    'is odd',
  )
  assert.match(String(messageOf(z.string().regex(/a/), 'b')), /pattern/)
})
