import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Policy } from '../../src/core/policy.ts'
import { isProblems, type PolicyInput, parsePolicy } from '../../src/core/policy-schema.ts'
import { find } from '../../src/engine/find/find.ts'
import { plan } from '../../src/engine/plan/plan.ts'
import { run } from '../../src/engine/run/run.ts'
import { type Toy, toyTables } from '../support/archived-table.ts'

const DDL = `create type level as enum ('low', 'high');
  create domain share as numeric check (value between 0 and 1);
  create table item (id bigint primary key, created_at timestamptz default now() - interval '90 days', owner bigint, small smallint,
    level level, share share, code uuid, seen date, vip boolean, tags integer[], name varchar(3), amount numeric(4,2));
  insert into item (id) values (1)`

type Where = NonNullable<NonNullable<PolicyInput['keep']>[number]['where']>[number]

function policyWith({ policy }: Toy, ...where: readonly Where[]): Policy {
  const parsed = parsePolicy(
    {
      name: policy.name,
      subject: 'item',
      age: { column: 'created_at', days: 60 },
      guard: 1,
      keep: [{ name: 'first' }, { name: 'rule', where: [...where] }].slice(1),
    },
    'policy',
  )
  if (isProblems(parsed)) throw new Error(JSON.stringify(parsed))
  return parsed
}

const equals = (column: string, value: Where['value']): Where => ({ column, operator: '=', value })

const WRONG: readonly [where: Where, told: string][] = [
  [equals('owner', 'abc'), 'value is a text that cannot be read as bigint, the type of item.owner'],
  [equals('owner', 1.5), 'value is a number that cannot be read as bigint, the type of item.owner'],
  [equals('owner', true), 'value is a boolean that cannot be read as bigint, the type of item.owner'],
  [equals('small', 70_000), 'value is a number that cannot be read as smallint, the type of item.small'],
  [equals('level', "'hihg'"), 'value is a text that cannot be read as public.level, the type of item.level'],
  [equals('share', 2), 'value is a number that cannot be read as public.share, the type of item.share'],
  [equals('code', 'not $mothball$ \\ a uuid'), 'value is a text that cannot be read as uuid, the type of item.code'],
  [equals('seen', '2026-02-30'), 'value is a text that cannot be read as date, the type of item.seen'],
  [equals('vip', 'maybe'), 'value is a text that cannot be read as boolean, the type of item.vip'],
  [
    { column: 'owner', operator: 'in', value: [1, '2', 'x'] },
    'value[2] is a text that cannot be read as bigint, the type of item.owner',
  ],
]

test('a value that its column cannot be compared with is refused before anything runs, field and types named', async (t) => {
  const toy = await toyTables(t, DDL, { subject: 'item' })
  for (const [where, told] of WRONG) {
    const policy = policyWith(toy, equals('vip', true), where)
    const { refusals } = await plan(toy.engine, policy)
    assert.deepEqual(
      refusals.map(({ code, message }) => [code, message]),
      [['rule_value_invalid', `keep[0].where[1].${told}`]],
    )
  }
})

test('a refused value moves nothing, and show judges nobody by it', async (t) => {
  const toy = await toyTables(t, DDL, { subject: 'item' })
  const policy = policyWith(toy, equals('owner', 'abc'))
  await assert.rejects(run(toy.engine, policy, { confirm: 1 }), { code: 'plan_refused' })
  const [found] = await find(toy.engine, policy, '1')
  assert.equal(found?.active?.verdict, 'not_judged')
  assert.deepEqual(await toy.db.query('select count(*) as n from mothball.run'), [{ n: '0' }])
})

test('every wrong value of a policy is named at once', async (t) => {
  const toy = await toyTables(t, DDL, { subject: 'item' })
  const { refusals } = await plan(
    toy.engine,
    policyWith(toy, equals('owner', 'a'), equals('vip', 'b'), equals('small', 3)),
  )
  assert.deepEqual(
    refusals.map(({ object }) => object),
    ['item.owner', 'item.vip'],
  )
})

test('a value that can be read goes through, however it is written', async (t) => {
  const toy = await toyTables(t, DDL, { subject: 'item' })
  const right: readonly Where[] = [
    equals('owner', '12'),
    equals('small', -7),
    equals('level', 'high'),
    equals('share', 0.5),
    equals('code', '{A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11}'),
    equals('seen', 'infinity'),
    equals('vip', 'yes'),
    equals('tags', '{1,2}'),
    equals('name', 'longer than three'),
    equals('amount', 123.456),
  ]
  assert.deepEqual((await plan(toy.engine, policyWith(toy, ...right))).refusals, [])
})
