import assert from 'node:assert/strict'
import { test } from 'node:test'
import { archiveOf, catalogOf, column, customer, logTable, policyOf, shape } from '../../../test/support/shapes.ts'
import { resolveFamily } from '../family.ts'
import type { RelatedAction } from '../policy.ts'
import type { RoleName } from './grant.ts'
import { planGrants } from './roles.ts'
import type { GrantScope } from './tables.ts'

type Made = Readonly<{
  action?: RelatedAction
  version?: number
  migrated?: boolean
  rowSecurity?: boolean
  serial?: boolean
}>

function scopeOf({
  action = 'archive',
  version = 180_000,
  migrated = true,
  rowSecurity = false,
  serial = false,
}: Made = {}): GrantScope {
  const source = customer([column('number', 'bigint', { sequence: 'public.number_seq' })], { rowSecurity })
  const calls = shape('crm.calls', [column('customer_id', 'bigint')], { key: ['id', 'customer_id'] })
  const log = logTable(
    serial
      ? {
          columns: logTable().columns.map((each) => ({
            ...each,
            sequence: each.name === 'id' ? 'public.log_seq' : null,
            identity: null,
          })),
        }
      : {},
  )
  const made = migrated ? [archiveOf(source), archiveOf(calls), log] : []
  const policy = policyOf({ relations: [{ table: 'crm.calls', columns: ['customer_id'], action }] })
  const catalog = catalogOf([source, calls, ...made], { server: { version } })
  const { family } = resolveFamily(policy, catalog)
  assert.ok(family)
  return { policy, family, catalog }
}

/** `DELETE calls`, `UPDATE (id) customer`, without the journal. */
function given(role: RoleName, made: Made = {}): readonly string[] {
  const found = planGrants([scopeOf(made)], 'x_').roles.find((each) => each.role === role)
  return (found?.grants ?? [])
    .filter(({ name }) => name.schema !== 'mothball' && !name.table.startsWith('mothball.'))
    .map(
      ({ privilege, columns, name }) =>
        `${privilege}${columns === null ? '' : ` (${columns.join()})`} ${name.table || name.schema}`,
    )
}

const writes = (role: RoleName, made?: Made) =>
  given(role, made).filter((each) => !/^(SELECT|USAGE|MAINTAIN)/.test(each))

test('the archiver deletes where rows leave, inserts where they go, and locks by the key alone', () => {
  assert.deepEqual(writes('archiver'), [
    'UPDATE (id) customer',
    'UPDATE (id,customer_id) calls',
    'DELETE customer',
    'DELETE calls',
    'INSERT customer_backup',
    'INSERT calls_backup',
    'INSERT mothball_archive_log',
  ])
})

test('rows that stay are locked, and never deleted', () => {
  assert.ok(!writes('archiver', { action: 'keep' }).includes('DELETE calls'))
  assert.ok(writes('archiver', { action: 'block' }).includes('UPDATE (id,customer_id) calls'))
})

test('the restorer goes the other way, whatever the policy does with a table today', () => {
  for (const action of ['archive', 'keep'] as const)
    assert.deepEqual(writes('restorer', { action }), [
      'UPDATE (id) customer',
      'INSERT customer',
      'UPDATE public.number_seq',
      'INSERT calls',
      'INSERT customer_backup',
      'DELETE customer_backup',
      'UPDATE (id) customer_backup',
      'INSERT calls_backup',
      'DELETE calls_backup',
      'UPDATE (id,customer_id) calls_backup',
      'INSERT mothball_archive_log',
    ])
})

test('the eraser deletes on both sides, whatever the policy does with a table, and writes no row', () => {
  for (const action of ['archive', 'keep', 'block'] as const)
    assert.deepEqual(
      writes('eraser', { action }).filter((each) => !each.startsWith('UPDATE')),
      ['DELETE customer', 'DELETE calls', 'DELETE customer_backup', 'DELETE calls_backup'],
    )
})

test('the purger has nothing to do with what is active', () => {
  assert.deepEqual(
    given('purger').filter((each) => !/_backup$|^USAGE|_log$/.test(each)),
    [],
  )
})

test('the reader has SELECT and nothing else', () => {
  assert.deepEqual([...new Set(given('reader').map((each) => each.split(' ')[0]))], ['USAGE', 'SELECT'])
})

test('from PostgreSQL 17 on both sides may be vacuumed', () => {
  const maintained = (version: number) => given('archiver', { version }).filter((each) => each.startsWith('MAINTAIN'))
  assert.deepEqual(maintained(170_000), [
    'MAINTAIN customer',
    'MAINTAIN customer_backup',
    'MAINTAIN calls',
    'MAINTAIN calls_backup',
  ])
  assert.deepEqual(maintained(160_000), [])
})

test("a log with a serial key needs its sequence, and an identity's is nobody's business", () => {
  assert.ok(given('archiver', { serial: true }).includes('USAGE public.log_seq'))
  assert.ok(!given('archiver').some((each) => each.includes('log_seq')))
})

test('what migrate is yet to make is named, and nothing is granted on it', () => {
  const { absent, roles } = planGrants([scopeOf({ migrated: false })], 'x_')
  assert.deepEqual(absent, ['customer_backup', 'crm.calls_backup', 'mothball_archive_log'])
  assert.ok(roles.every(({ grants }) => grants.every(({ name }) => !name.table.endsWith('_backup'))))
})

test('tables with row security are named: no role hands a way around it on', () => {
  assert.deepEqual(planGrants([scopeOf({ rowSecurity: true })], 'x_').rowSecured, ['customer'])
})

test('two policies over one table: who may use the whole of it needs no column, and each is granted once', () => {
  const plan = planGrants([scopeOf(), scopeOf({ action: 'keep' })], 'x_')
  for (const { grants } of plan.roles) {
    const names = grants.map(({ kind, name, privilege }) => `${kind} ${name.schema}.${name.table} ${privilege}`)
    assert.equal(new Set(names).size, names.length)
  }
})

test('nobody deletes from the journal, and only outcomes are updated', () => {
  for (const { role, grants } of planGrants([scopeOf()], 'x_').roles)
    for (const { name, privilege, columns } of grants.filter(
      (each) => each.name.schema === 'mothball' && each.kind === 'table',
    )) {
      assert.ok(['SELECT', 'INSERT', 'UPDATE'].includes(privilege), privilege)
      if (privilege !== 'UPDATE') continue
      // The latest restore and the latest stage are that of their actor; the eraser takes a person out of them, no actor.
      const isWhole = role !== 'eraser' && ['keep_until', 'stage'].includes(name.table)
      assert.ok(columns !== null && columns.includes('actor') === isWhole)
    }
})

test('names begin with the prefix, and whoever reads as well is a member of the reader', () => {
  assert.deepEqual(
    planGrants([scopeOf()], 'crm_').roles.map(({ name, memberOf }) => [name, ...memberOf]),
    [
      ['crm_reader'],
      ['crm_archiver', 'crm_reader'],
      ['crm_restorer', 'crm_reader'],
      ['crm_purger'],
      ['crm_eraser', 'crm_reader'],
    ],
  )
})
