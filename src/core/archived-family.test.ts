import assert from 'node:assert/strict'
import { test } from 'node:test'
import { archiveOf, catalogOf, column, customer, foreignKey, policyOf, shape } from '../../test/support/shapes.ts'
import {
  type ArchivedFamily,
  archivedFamily,
  archivedHome,
  archivedSubject,
  lostReferences,
  vanishedRelations,
} from './archived-family.ts'
import { resolveFamily } from './family.ts'
import type { Policy } from './policy.ts'
import type { TableShape } from './table.ts'

const plan = shape('plan', [column('customer_id', 'bigint')])
const instalment = shape('instalment', [column('customer_id', 'bigint'), column('plan_id', 'bigint')])
const RELATIONS = [
  { table: 'plan', columns: ['customer_id'] },
  { name: 'own', table: 'instalment', columns: ['customer_id'] },
  { name: 'of_plan', table: 'instalment', columns: ['plan_id'], parent: 'plan' },
]

function mirror(policy: Policy, tables: readonly TableShape[]): ArchivedFamily | null {
  const catalog = catalogOf(tables)
  const { family } = resolveFamily(policy, catalog)
  assert.ok(family)
  return archivedFamily(family, catalog)
}

const soundMirror = (policy: Policy, tables: readonly TableShape[]): ArchivedFamily => {
  const family = mirror(policy, tables)
  assert.ok(family)
  return family
}

const names = ({ tables }: ArchivedFamily) => tables.map((each) => [each.shape.name.table, each.home.name.table])

test('the archived family has the same tables and links, under the archive tables’ names', () => {
  const subject = customer()
  const all = [subject, plan, instalment]
  const family = soundMirror(policyOf({ relations: RELATIONS }), [...all, ...all.map((each) => archiveOf(each))])
  assert.deepEqual(names(family), [
    ['customer_backup', 'customer'],
    ['plan_backup', 'plan'],
    ['instalment_backup', 'instalment'],
  ])
  assert.deepEqual(
    family.tables[2]?.links.map(({ columns, parent }) => [columns, parent]),
    [
      [['customer_id'], 0],
      [['plan_id'], 1],
    ],
  )
  assert.equal(archivedSubject(family).archive.table, 'customer')
  assert.equal(archivedHome(family, plan.name)?.twin.name.table, 'plan_backup')
  assert.equal(archivedHome(family, { schema: 'public', table: 'agent' }), undefined)
  assert.deepEqual(
    family.tables.map(({ missing, retyped, homeless }) => [missing, retyped, homeless]),
    [
      [[], [], []],
      [[], [], []],
      [[], [], []],
    ],
  )
})

test('a related table without an archive is left out, and so are the links through it', () => {
  const subject = customer()
  const family = soundMirror(policyOf({ relations: RELATIONS }), [
    subject,
    plan,
    instalment,
    archiveOf(subject),
    archiveOf(instalment),
  ])
  assert.deepEqual(names(family), [
    ['customer_backup', 'customer'],
    ['instalment_backup', 'instalment'],
  ])
  assert.deepEqual(
    family.tables[1]?.links.map(({ columns, parent }) => [columns, parent]),
    [[['customer_id'], 0]],
  )
})

test('a table whose only parent has no archive is left out', () => {
  const subject = customer()
  const relations = RELATIONS.filter(({ name }) => name !== 'own')
  const tables = [subject, plan, instalment, archiveOf(subject), archiveOf(instalment)]
  assert.deepEqual(names(soundMirror(policyOf({ relations }), tables)), [['customer_backup', 'customer']])
})

test('without an archive of the subject there is nothing to come home from', () => {
  const subject = customer()
  assert.equal(mirror(policyOf({ relations: RELATIONS }), [subject, plan, instalment, archiveOf(plan)]), null)
})

for (const [action, over, isIn] of [
  ['keep', {}, true],
  ['block', {}, true],
  ['keep', { kind: 'v' }, false],
  ['keep', { key: [] }, false],
  ['keep', { columns: plan.columns }, false],
  ['archive', { columns: plan.columns }, true],
] as const)
  test(`a twin of ${JSON.stringify(Object.keys(over))} counts under ${action}: ${isIn}`, () => {
    const subject = customer()
    const policy = policyOf({ relations: [{ table: 'plan', columns: ['customer_id'], action }] })
    const family = soundMirror(policy, [subject, plan, archiveOf(subject), archiveOf(plan, over)])
    assert.equal(family.tables.length, isIn ? 2 : 1)
  })

test('columns that differ are told: missing, retyped, and without a home', () => {
  const subject = customer(['name', column('score', 'numeric(12,2)'), column('note', 'text'), 'new'])
  const archive = archiveOf(subject)
  const columns = archive.columns
    .filter(({ name }) => name !== 'new')
    .map((each) =>
      each.name === 'score'
        ? { ...each, type: 'numeric(12,4)' }
        : each.name === 'note'
          ? { ...each, collation: 'pg_catalog."C"' }
          : each,
    )
  const family = soundMirror(policyOf(), [subject, archiveOf(subject, { columns: [...columns, column('old')] })])
  const [first] = family.tables
  assert.deepEqual([first?.missing, first?.retyped, first?.homeless], [['new'], ['score', 'note'], ['old']])
  assert.deepEqual(lostReferences(family), [])
})

test('a missing column is fatal where rows are known by it', () => {
  const subject = customer()
  const columns = archiveOf(plan).columns.filter(({ name }) => name !== 'customer_id' && name !== 'id')
  const family = soundMirror(policyOf({ relations: RELATIONS.slice(0, 1) }), [
    subject,
    plan,
    archiveOf(subject),
    archiveOf(plan, { columns }),
  ])
  assert.deepEqual(
    lostReferences(family).map(({ table, column: lost }) => [table.home.name.table, lost]),
    [
      ['plan', 'id'],
      ['plan', 'customer_id'],
    ],
  )
})

test('relations without a table of their own are told with the rows that they hung on', () => {
  const subject = customer()
  const tables = [subject, plan, archiveOf(subject), archiveOf(plan)]
  const policy = policyOf({
    relations: [
      { table: 'plan', columns: ['customer_id'] },
      { table: 'call', columns: ['customer_id'], optional: true },
      { table: 'part', columns: ['plan_id'], parent: 'plan', optional: true },
      { table: 'word', columns: ['part_id'], parent: 'part', optional: true },
      { table: 'note', optional: true },
    ],
  })
  const family = soundMirror(policy, tables)
  assert.deepEqual(
    vanishedRelations(policy, family, catalogOf(tables)).map(({ archive, columns, parent, references }) => [
      archive.table,
      columns,
      parent.home.name.table,
      references,
    ]),
    [
      ['call_backup', ['customer_id'], 'customer', ['id']],
      ['part_backup', ['plan_id'], 'plan', ['id']],
    ],
  )
})

test('a foreign key behind a link stays known', () => {
  const subject = customer()
  const all = [subject, plan]
  const catalog = catalogOf([...all, ...all.map((each) => archiveOf(each))], {
    keys: [foreignKey('plan(customer_id)', 'customer(id)')],
  })
  const { family } = resolveFamily(policyOf({ discover: true }), catalog)
  assert.ok(family)
  assert.equal(archivedFamily(family, catalog)?.tables[1]?.links[0]?.foreignKey?.name, 'plan_customer_id_fkey')
})
