import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  archiveOf,
  catalogOf,
  column,
  customer,
  foreignKey,
  index,
  logTable,
  policyOf,
  primaryKey,
  shape,
} from '../../test/support/shapes.ts'
import { indexName } from './index-name.ts'
import { type Change, planChanges, planIndexChanges } from './migration.ts'
import { qualifiedText } from './names.ts'
import type { TableShape } from './table.ts'

const subject = customer(['mobile', 'email'])
const order = shape('order', [column('customer_id', 'bigint')])
const relations = [{ table: 'order', columns: ['customer_id'] }]
const indexed = (archive: TableShape, ...columns: string[]) => ({
  ...archive,
  indexes: [...archive.indexes, ...columns.map((each) => index(each, [each]))],
})
const done = [indexed(archiveOf(subject), 'archive_batch'), indexed(archiveOf(order), 'archive_batch', 'customer_id')]

/** `kind table detail`, such as `index public.order_backup customer_id`. */
function told(change: Change): string {
  const details = {
    archive: () => (change.kind === 'archive' ? change.indexes.map((each) => each.columns.join()) : []),
    column: () => (change.kind === 'column' ? [...change.columns.map(({ name }) => name), ...change.own] : []),
    log: () => (change.kind === 'log' ? [change.isNew ? 'new' : change.columns.map(({ name }) => name).join()] : []),
    index: () => (change.kind === 'index' ? [`${change.form ?? ''}(${change.columns.join()})`] : []),
  }
  return [change.kind, qualifiedText(change.table), ...details[change.kind]()].join(' ')
}
const plan = (tables: readonly TableShape[], ...policies: Parameters<typeof policyOf>[0][]) =>
  planChanges((policies.length === 0 ? [{ relations }] : policies).map(policyOf), catalogOf(tables)).map(told)

test('a new database gets archive tables with their indexes, then the log', () => {
  assert.deepEqual(plan([subject, order]), [
    'archive public.customer_backup archive_batch',
    'archive public.order_backup archive_batch customer_id',
    'log public.mothball_archive_log new',
  ])
})

test('where all is there nothing is to be done', () => {
  assert.deepEqual(plan([subject, order, ...done, logTable()]), [])
})

test('a table whose rows stay gets no archive table', () => {
  const kept = [{ table: 'order', columns: ['customer_id'], action: 'keep' as const }]
  assert.deepEqual(plan([subject, order, logTable()], { relations: kept }), [
    'archive public.customer_backup archive_batch',
  ])
})

test('a column that the source has gained, or ours that others left out, is added before it is indexed', () => {
  const old = archiveOf(subject).columns.filter(({ name }) => !['mobile', 'archive_batch'].includes(name))
  const archive = archiveOf(subject, { columns: old })
  assert.deepEqual(plan([subject, archive, logTable()], {}), [
    'column public.customer_backup mobile archive_batch',
    'index public.customer_backup (archive_batch)',
  ])
})

test('an archive table without a key is filled up if it could have the key', () => {
  const columns = archiveOf(subject).columns.filter(({ name }) => name !== 'archived_by')
  const keyless = { columns, key: [], indexes: [index('b', ['archive_batch'])] }
  assert.deepEqual(plan([subject, archiveOf(subject, keyless), logTable()], {}), [
    'column public.customer_backup archived_by',
  ])
})

test('a table of the name that is no archive table is left alone', () => {
  const strangers: Partial<TableShape>[] = [
    { columns: [column('box')], key: [], indexes: [] },
    { columns: [column('id', 'uuid')], key: [], indexes: [] },
    { columns: [column('box')], key: ['box'], indexes: [primaryKey(['box'])] },
    { columns: [column('id', 'bigint')], kind: 'v' },
    { columns: [column('id', 'bigint')], persistence: 'u' },
  ]
  for (const over of strangers) assert.deepEqual(plan([subject, archiveOf(subject, over), logTable()], {}), [])
})

test('a table of the family is never taken for an archive table', () => {
  const backup = shape('customer_backup', [column('customer_id', 'bigint')])
  const catalog = catalogOf([subject, backup, logTable()], {
    keys: [foreignKey('customer_backup(customer_id)', 'customer(id)')],
  })
  assert.deepEqual(planChanges([policyOf({ discover: true })], catalog).map(told), [
    'archive public.customer_backup_backup archive_batch customer_id',
  ])
})

test('a source that is refused anyway gets no archive table', () => {
  for (const over of [{ kind: 'p' }, { persistence: 'u' }, { key: [] }])
    assert.deepEqual(plan([customer([], over), logTable()], {}), [])
  assert.deepEqual(plan([logTable()], {}), [])
})

test('a log table with the fields of the specification gets ours; one without them is something else', () => {
  const log = logTable()
  const without = (...names: string[]) => logTable({ columns: log.columns.filter(({ name }) => !names.includes(name)) })
  assert.deepEqual(plan([subject, order, ...done, without('actor', 'details')]), [
    'log public.mothball_archive_log actor,details',
  ])
  assert.deepEqual(plan([subject, order, ...done, without('actor', 'status')]), [])
  assert.deepEqual(plan([subject, order, ...done, { ...without('actor'), kind: 'v' }]), [])
})

test('two policies that share a log or a related table ask for it once', () => {
  const person = shape('person', [column('created_at', 'timestamp with time zone')])
  const shared = shape('note', [column('customer_id', 'bigint'), column('person_id', 'bigint')])
  const about = (name: string, table: string) => ({
    name,
    subject: table,
    relations: [{ table: 'note', columns: [`${table}_id`] }],
  })
  assert.deepEqual(plan([subject, person, shared], about('one', 'customer'), about('two', 'person')), [
    'archive public.customer_backup archive_batch',
    'archive public.note_backup archive_batch customer_id',
    'archive public.person_backup archive_batch',
    'log public.mothball_archive_log new',
  ])
})

test('a reference that begins the key needs no index of its own', () => {
  const line = shape('line', [column('order_id', 'bigint')], { key: ['order_id', 'id'] })
  const changes = plan([subject, line, indexed(archiveOf(subject), 'archive_batch'), logTable()], {
    relations: [{ table: 'line', columns: ['order_id'], references: ['id'] }],
  })
  assert.deepEqual(changes, ['archive public.line_backup archive_batch'])
})

const planIndexes = (tables: readonly TableShape[], search: Parameters<typeof policyOf>[0] = {}) =>
  planIndexChanges([policyOf({ relations, ...search })], catalogOf(tables))

test('an unindexed reference of a source gets an index', () => {
  assert.deepEqual(planIndexes([subject, order]).map(told), ['index public.order (customer_id)'])
  assert.deepEqual(planIndexes([subject, indexed(order, 'customer_id')]), [])
  assert.deepEqual(planIndexes([subject, { ...order, kind: 'p' }]), [])
  assert.deepEqual(planIndexes([order]), [])
})

test('what show searches is indexed on both tiers, as far as the columns are there', () => {
  const search = { phone: ['mobile', 'fax'], email: ['email'] }
  const tables = [subject, indexed(order, 'customer_id'), ...done]
  assert.deepEqual(planIndexes(tables, { search }).map(told), [
    'index public.customer phone(mobile)',
    'index public.customer email(email)',
    'index public.customer_backup phone(mobile)',
    'index public.customer_backup email(email)',
  ])
})

test('an index that a broken build left invalid is dropped and made again', () => {
  const name = indexName(subject.name, ['phone mobile'])
  const withIndex = (valid: boolean) => ({ ...subject, indexes: [index(name, null, { valid })] })
  const search = { phone: ['mobile'] }
  const leftovers = (valid: boolean) =>
    planIndexes([withIndex(valid), indexed(order, 'customer_id')], { search }).map(({ leftover }) => leftover)
  assert.deepEqual(leftovers(false), [true])
  assert.deepEqual(leftovers(true), [])
})
