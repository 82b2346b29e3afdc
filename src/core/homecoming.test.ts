import assert from 'node:assert/strict'
import { test } from 'node:test'
import { archiveOf, catalogOf, column, customer, policyOf, shape, trigger } from '../../test/support/shapes.ts'
import { archivedFamily } from './archived-family.ts'
import { resolveFamily } from './family.ts'
import {
  bringName,
  type GuardState,
  guardedTables,
  guardName,
  insertTriggers,
  isHomecoming,
  laterTriggers,
  stateOf,
  triggerPrefix,
  watchedColumns,
} from './homecoming.ts'
import type { Catalog } from './table.ts'

const OURS = trigger('zzz_mothball_homecoming_1234abcd_insert', ['insert'], {
  function: 'mothball.homecoming_1234abcd_write_x',
})

function guarded(catalog: Catalog, relations: Parameters<typeof policyOf>[0], withSubject = false) {
  const { family } = resolveFamily(policyOf(relations), catalog)
  const archived = family === null ? null : archivedFamily(family, catalog)
  assert.ok(family && archived)
  return guardedTables(family, archived, withSubject)
}

const plan = shape('plan', [column('customer_id', 'bigint')])
const installment = shape('installment', [column('plan_id', 'bigint')])
const subject = customer()
const catalog = catalogOf([subject, plan, installment, archiveOf(subject), archiveOf(plan), archiveOf(installment)])
const relations = (action: 'archive' | 'keep' | 'block') => ({
  relations: [
    { table: 'plan', columns: ['customer_id'], action },
    { table: 'installment', columns: ['plan_id'], parent: 'plan', action },
  ],
})
const names = (tables: ReturnType<typeof guarded>) =>
  tables.map((each) => `${each.shape.name.table} ${watchedColumns(each)}`)

test('every related table that is archived is guarded, at each level, by key and references', () => {
  assert.deepEqual(names(guarded(catalog, relations('archive'))), ['plan id,customer_id', 'installment id,plan_id'])
})

test('rows that keep their customer are guarded, rows that are to stay are not', () => {
  const bare = catalogOf([subject, plan, installment, archiveOf(subject)])
  assert.deepEqual(names(guarded(bare, relations('block'))), ['plan customer_id'])
  assert.deepEqual(names(guarded(bare, relations('keep'))), [])
})

test('the subject is guarded on request, by its key alone', () => {
  assert.deepEqual(names(guarded(catalog, relations('keep'), true)), ['customer id'])
})

test('a reference that the table computes is not guarded: a trigger before the write does not see it', () => {
  const computed = shape('plan', [column('customer_id', 'bigint', { generated: 'stored' })])
  const other = catalogOf([subject, computed, archiveOf(subject), archiveOf(computed)])
  assert.deepEqual(names(guarded(other, { relations: [{ table: 'plan', columns: ['customer_id'] }] })), [])
})

test('every name fits, and tables of one name in two schemas have their own', () => {
  const table = (schema: string) => ({ schema, table: 'ü'.repeat(31) })
  for (const part of ['seek', 'write'] as const) {
    const [a, b] = [guardName(subject.name, table('a'), part), guardName(subject.name, table('b'), part)]
    assert.notEqual(a, b)
    assert.ok(Buffer.byteLength(a) <= 63, a)
  }
  assert.ok(Buffer.byteLength(`${triggerPrefix(table('a'))}insert`) <= 63)
  assert.notEqual(bringName(table('a')), bringName(table('b')))
})

test('a trigger is ours by its name and its function together', () => {
  assert.ok(isHomecoming(OURS))
  assert.ok(!isHomecoming({ ...OURS, function: 'public.homecoming_x' }))
  assert.ok(!isHomecoming({ ...OURS, name: 'zzz' }))
})

test("a user's trigger that fires before the write and after ours is told", () => {
  const triggers = [
    OURS,
    trigger('aaa', ['insert']),
    trigger('zzzz', ['update']),
    trigger('zzzy', ['insert'], { enabled: false }),
    trigger('zzzx', ['insert'], { timing: 'after' }),
    trigger('zzzw', ['delete']),
  ]
  const { family } = resolveFamily(
    policyOf(relations('archive')),
    catalogOf([subject, { ...plan, triggers }, installment]),
  )
  assert.ok(family)
  assert.deepEqual(laterTriggers(family), [{ table: 'plan', trigger: 'zzzz' }])
  assert.deepEqual(insertTriggers({ ...plan, triggers }), ['aaa', 'zzzx'])
})

test('the state of the whole is the worst that counts', () => {
  const of = (...states: readonly GuardState[]) =>
    stateOf(states.map((state) => ({ table: 't', state, references: [], reason: '' })))
  assert.equal(of('installed', 'not offered'), 'installed')
  assert.equal(of('installed', 'missing'), 'incomplete')
  assert.equal(of('missing', 'not offered'), 'missing')
  assert.equal(of('stale', 'missing'), 'stale')
  assert.equal(of(), 'missing')
})
