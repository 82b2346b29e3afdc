import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hasCode } from '../core/errors/index.ts'
import { batchSize, hexDigits, instantText, inZone, oneOf, phrase, positive, text, where } from './arguments.ts'

function problem(read: () => unknown): string {
  let told = ''
  assert.throws(read, (error) => {
    assert.ok(hasCode(error, 'option_invalid'))
    assert.equal(error.exit, 2)
    told = error.message
    return true
  })
  return told
}

test('numbers are plain digits from 1 on', () => {
  assert.equal(positive('--run')('390'), 390)
  for (const value of ['0', '-1', '1e3', '1.5', ' 1', '01', '0x1', '1,000', 'x', '９'])
    assert.match(
      problem(() => positive('--run')(value)),
      /^--run: ".*" is not a whole number from 1 on/,
      value,
    )
  assert.equal(
    problem(() => positive('--run')('')),
    '--run: is empty',
  )
  assert.match(
    problem(() => positive('--run')('9007199254740993')),
    /is more than 9007199254740991$/,
  )
})

test('a number may be typed in groups, in quotes or without', () => {
  assert.equal(
    ['082', '555', '0142'].reduce<string | undefined>((before, word) => phrase('CUSTOMER')(word, before), undefined),
    '082 555 0142',
  )
  assert.equal(phrase('CUSTOMER')('082 555 0142'), '082 555 0142')
  assert.equal(
    problem(() => phrase('CUSTOMER')(' ')),
    'CUSTOMER: is empty',
  )
})

test('a batch has 1 to 10000', () => {
  assert.equal(batchSize('--batch-size')('10000'), 10_000)
  assert.match(
    problem(() => batchSize('--batch-size')('10001')),
    /is more than 10000$/,
  )
})

test('one of a few words, and nothing like it', () => {
  const role = oneOf('--role', ['viewer', 'admin'])
  assert.equal(role('admin'), 'admin')
  for (const value of ['', 'Admin', 'root', 'constructor'])
    assert.match(
      problem(() => role(value)),
      /is none of viewer, admin$/,
      value,
    )
})

test('the beginning of a hash has eight hex digits at least', () => {
  assert.equal(hexDigits('--head')('A91E03BB'), 'a91e03bb')
  for (const value of ['', 'a91e03b', 'a91e03bg', '0'.repeat(65)])
    assert.match(
      problem(() => hexDigits('--head')(value)),
      /is not 8 to 64 hex digits$/,
      value,
    )
})

test('an empty text is none', () => {
  assert.equal(text('--reason')('phoned again'), 'phoned again')
  assert.equal(
    problem(() => text('--reason')('  ')),
    '--reason: is empty',
  )
})

const at = instantText('--since')

test('instants are dates that exist, with or without time and offset', () => {
  assert.equal(at('2026-09-23'), '2026-09-23 00:00:00')
  assert.equal(at('2026-09-23T02:00+02:00'), '2026-09-23 02:00:00+02:00')
  assert.equal(at('2026-09-23 02:00:30.5Z'), '2026-09-23 02:00:30.5Z')
  assert.match(
    problem(() => at('2026-02-30')),
    /does not exist/,
  )
  assert.match(
    problem(() => at('2026-09-23 24:00')),
    /does not exist/,
  )
  for (const value of ['', 'yesterday', '23.09.2026', '2026-9-3', 'infinity', '2026-09-23; drop'])
    assert.match(
      problem(() => at(value)),
      /is not an instant such as/,
      value,
    )
})

test('an instant without an offset is meant in the named zone', () => {
  assert.equal(inZone(at('2026-09-23'), 'Africa/Johannesburg'), '2026-09-23 00:00:00 Africa/Johannesburg')
  assert.equal(inZone(at('2026-09-23 02:00-05'), 'Africa/Johannesburg'), '2026-09-23 02:00:00-05')
  assert.equal(inZone(at('2026-09-23T02:00Z'), 'UTC'), '2026-09-23 02:00:00Z')
})

const filter = where('--where')

test('a condition is column, operator and value, and conditions add up', () => {
  const conditions = filter('amount_due>=10.50', filter("name = 'O''Brien'"))
  assert.deepEqual(conditions, [
    { column: 'name', operator: '=', value: "O'Brien" },
    { column: 'amount_due', operator: '>=', value: '10.50' },
  ])
  assert.deepEqual(filter('email is null'), [{ column: 'email', operator: 'is null', value: '' }])
  assert.deepEqual(filter('email IS NOT NULL'), [{ column: 'email', operator: 'is not null', value: '' }])
  assert.deepEqual(filter('name like A% = b'), [{ column: 'name', operator: 'like', value: 'A% = b' }])
  assert.deepEqual(filter("name = ''"), [{ column: 'name', operator: '=', value: '' }])
})

test('a condition without operator or value is refused', () => {
  assert.match(
    problem(() => filter('name')),
    /is not "column operator value"; operators are =, <>/,
  )
  assert.match(
    problem(() => filter('')),
    /is not "column operator value"/,
  )
  assert.match(
    problem(() => filter('name = ')),
    /= takes a value/,
  )
  assert.match(
    problem(() => filter('name is null x')),
    /is null takes no value/,
  )
})
