import assert from 'node:assert/strict'
import { test } from 'node:test'
import { archiveName, type Policy, policyHash } from './policy.ts'
import { policySetProblems } from './policy-problems.ts'
import { isProblems, parsePolicy } from './policy-schema.ts'

const SOUND = { name: 'orders', subject: 'orders', age: { column: 'closed_at', days: 60 } }

function policy(over: object = {}): Policy {
  const parsed = parsePolicy({ ...SOUND, ...over }, 'policies[0]')
  if (isProblems(parsed)) throw new Error(JSON.stringify(parsed))
  return parsed
}

const problemsOf = (over: object): string => {
  const parsed = parsePolicy({ ...SOUND, ...over }, 'policies[0]')
  return isProblems(parsed) ? parsed.map(({ field, problem }) => `${field}: ${problem}`).join('\n') : ''
}

test('what is left out has a default', () => {
  const { batchSize, guard, reason, archivedBy, archiveSuffix, related, keepUntilDays, compare } = policy()
  assert.deepEqual(
    { batchSize, guard, reason, archivedBy, archiveSuffix, related, keepUntilDays, compare },
    {
      batchSize: 1000,
      guard: 0.25,
      reason: '60_day_rule',
      archivedBy: 'system',
      archiveSuffix: '_backup',
      related: 'archive',
      keepUntilDays: 60,
      compare: true,
    },
  )
})

test('a relation takes its name from its table and its action from the policy', () => {
  const [relation] = policy({ related: 'block', relations: [{ table: 'crm.lines' }] }).relations
  assert.deepEqual([relation?.name, relation?.action], ['lines', 'block'])
})

test('an archive table stands in the schema of its source', () => {
  assert.deepEqual(archiveName({ schema: 'crm', table: 'orders' }, '_backup'), {
    schema: 'crm',
    table: 'orders_backup',
  })
})

test('the hash of a policy does not depend on the order of its fields, and changes with any of them', () => {
  const one = policy({ guard: 0.5, batchSize: 10 })
  const other = policy({ batchSize: 10, guard: 0.5 })
  assert.equal(policyHash(one), policyHash(other))
  assert.notEqual(policyHash(one), policyHash(policy({ guard: 0.5, batchSize: 11 })))
  assert.match(policyHash(one), /^[0-9a-f]{12}$/)
})

const REFUSED: readonly (readonly [what: string, over: object, problem: RegExp])[] = [
  ['an unknown field', { retention: 3 }, /policies\[0\]: .*retention/],
  ['negative days', { age: { column: 'a', days: -1 } }, /policies\[0\]\.age\.days: must be more than 0/],
  ['no days', { age: { column: 'a', days: 0 } }, /age\.days: must be more than 0/],
  ['days that are no number', { age: { column: 'a', days: Number.NaN } }, /age\.days/],
  ['a billion days', { age: { column: 'a', days: 1e9 } }, /age\.days: must be at most 36500/],
  ['days as text', { age: { column: 'a', days: '60' } }, /age\.days/],
  ['a batch of none', { batchSize: 0 }, /batchSize/],
  ['a batch of null', { batchSize: null }, /batchSize/],
  ['a batch of a million million', { batchSize: 1e12 }, /batchSize/],
  ['half a row', { batchSize: 0.5 }, /batchSize/],
  ['a table name with a quote', { subject: 'or"ders' }, /subject: holds a quote/],
  ['a table name with ;', { subject: 'orders; drop table x' }, /subject: holds a quote/],
  ['a table name with NUL', { subject: 'or\0ders' }, /subject: holds a quote/],
  ['a table name of 64 bytes', { subject: 'x'.repeat(64) }, /subject: has 64 bytes/],
  ['an archive name over 63 bytes', { subject: 'x'.repeat(60) }, /archiveSuffix: .* has 67 bytes/],
  ['an empty archive suffix', { archiveSuffix: '' }, /archiveSuffix: is empty/],
  [
    'a source that is an archive',
    { relations: [{ table: 'orders_backup' }] },
    /public\.orders_backup is both a source and an archive/,
  ],
  ['a log that is the subject', { logTable: 'orders' }, /logTable: public\.orders is a table of the family/],
  ['an unknown zone', { age: { column: 'a', days: 1, zone: 'Mars/Olympus' } }, /age\.zone: is not an IANA time zone/],
  ['an offset for a zone', { age: { column: 'a', days: 1, zone: '+02:00' } }, /age\.zone: is not an IANA time zone/],
  ['a clock of 25 hours', { window: { from: '25:00', to: '03:00', zone: 'UTC' } }, /window\.from: must be HH:MM/],
  [
    'a relation name used twice',
    { relations: [{ table: 'a' }, { table: 'a' }] },
    /relations\[1\]\.name: a is used twice/,
  ],
  [
    'a relation to the subject itself',
    { relations: [{ table: 'orders' }] },
    /relations\[0\]\.table: is the subject table/,
  ],
  ['an unknown parent', { relations: [{ table: 'a', parent: 'b' }] }, /relations\[0\]\.parent: there is no relation b/],
  [
    'relations in a circle',
    {
      relations: [
        { table: 'a', parent: 'b' },
        { table: 'b', parent: 'a' },
      ],
    },
    /relations\[0\]\.parent: the relations form a cycle/,
  ],
  [
    'columns that do not match',
    { relations: [{ table: 'a', columns: ['x'], references: ['y', 'z'] }] },
    /relations\[0\]\.references: has 2 columns for 1/,
  ],
  [
    'two actions for one table',
    { relations: [{ table: 'a' }, { name: 'b', table: 'a', action: 'keep' }] },
    /relations\[0\]\.action: a is also keep/,
  ],
  [
    'a rule about an unknown relation',
    { keep: [{ name: 'r', relation: 'x' }] },
    /keep\[0\]\.relation: there is no relation x/,
  ],
  ['a rule that keeps everybody', { keep: [{ name: 'r' }] }, /keep\[0\]\.where: is empty/],
  [
    'a rule with a built-in name',
    { keep: [{ name: 'hold', where: [{ column: 'a', operator: 'is null' }] }] },
    /hold is a built-in rule/,
  ],
  [
    'a rule name used twice',
    { keep: [1, 2].map(() => ({ name: 'r', where: [{ column: 'a', operator: 'is null' }] })) },
    /keep\[0\]\.name|keep\[1\]\.name: r is used twice/,
  ],
  [
    'an unknown operator',
    { keep: [{ name: 'r', where: [{ column: 'a', operator: 'like', value: 'x' }] }] },
    /keep\[0\]\.where\[0\]\.operator/,
  ],
  [
    'a value for is null',
    { keep: [{ name: 'r', where: [{ column: 'a', operator: 'is null', value: 1 }] }] },
    /is null takes no value/,
  ],
  [
    'no value for =',
    { keep: [{ name: 'r', where: [{ column: 'a', operator: '=' }] }] },
    /= takes a value; for NULL use is null/,
  ],
  [
    'a list for =',
    { keep: [{ name: 'r', where: [{ column: 'a', operator: '=', value: ['x'] }] }] },
    /= takes one value, not a list/,
  ],
  [
    'one value for in',
    { keep: [{ name: 'r', where: [{ column: 'a', operator: 'in', value: 'x' }] }] },
    /in takes a list/,
  ],
  ['a reason with a line break', { reason: 'a\nb' }, /reason: holds a control character/],
  ['a share of two', { guard: 2 }, /guard/],
]
for (const [what, over, problem] of REFUSED)
  test(`${what} is refused, by the field's name`, () => assert.match(problemsOf(over), problem))

test('every problem is told at once', () => {
  assert.equal(problemsOf({ batchSize: 0, guard: 7, age: { column: '', days: 0 } }).split('\n').length, 4)
})

test('__proto__ is an unknown field like any other', () => {
  const parsed = parsePolicy(
    JSON.parse(`{"name":"orders","subject":"orders","age":{"column":"a","days":1},"__proto__":{"guard":1}}`),
    'p',
  )
  assert.ok(isProblems(parsed) || parsed.guard === 0.25)
})

test('two policies of one name, or about one table, are refused', () => {
  const fields = policySetProblems([policy(), policy()]).map(({ field }) => field)
  assert.deepEqual(fields, ['policies[1].name', 'policies[1].subject'])
  assert.deepEqual(policySetProblems([policy(), policy({ name: 'other', subject: 'other' })]), [])
})
