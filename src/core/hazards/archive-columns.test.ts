import assert from 'node:assert/strict'
import { test } from 'node:test'
import { archiveOf, catalogOf, column, customer, judge, logTable, policyOf } from '../../../test/support/shapes.ts'
import type { Column } from '../table.ts'

const source = customer([column('amount', 'numeric(12,2)'), column('name', 'text', { notNull: true })])
const judgeColumns = (change: (columns: readonly Column[]) => readonly Column[], subject = source) => {
  const archive = archiveOf(subject)
  const changed = archiveOf(subject, { columns: change(archive.columns) })
  return judge(policyOf(), catalogOf([subject, changed, logTable()]))
}
const replaced = (name: string, over: Partial<Column>) =>
  judgeColumns((columns) => columns.map((each) => (each.name === name ? { ...each, ...over } : each)))

test('a missing column, of the source or of ours, is added by migrate', () => {
  const missing = ['amount', 'archive_reason']
  const { refusals, all } = judgeColumns((columns) => columns.filter(({ name }) => !missing.includes(name)))
  assert.deepEqual(refusals, [
    'archive_lacks_column customer_backup.amount',
    'archive_lacks_column customer_backup.archive_reason',
  ])
  assert.match(all[0]?.hint ?? '', /mothball migrate/)
})

test('another modifier, type or collation is refused', () => {
  const modifier = replaced('amount', { type: 'numeric(12,4)' })
  assert.deepEqual(modifier.refusals, ['archive_type_differs customer_backup.amount'])
  assert.equal(
    modifier.all[0]?.message,
    'customer_backup.amount is numeric(12,4), and customer.amount is numeric(12,2)',
  )
  const sameName = replaced('amount', { typeId: '99999' })
  assert.deepEqual(sameName.refusals, ['archive_type_differs customer_backup.amount'])
  const collation = replaced('name', { collation: 'pg_catalog."C"' })
  assert.match(collation.all[0]?.message ?? '', /is text collate pg_catalog\."C"/)
})

test('our own columns have their types', () => {
  const { refusals, all } = replaced('archived_at', { type: 'timestamp without time zone' })
  assert.deepEqual(refusals, ['archive_type_differs customer_backup.archived_at'])
  assert.match(
    all[0]?.hint ?? '',
    /alter column archived_at type timestamp with time zone using archived_at::text::timestamp with time zone;/,
  )
})

test('a column that takes no null where the source has them is refused, the other way round is not', () => {
  assert.deepEqual(replaced('amount', { notNull: true }).refusals, ['archive_not_null customer_backup.amount'])
  assert.deepEqual(replaced('name', { notNull: false }).refusals, [])
})

test('a column that computes itself is refused', () => {
  const stored = replaced('amount', { generated: 'stored' })
  assert.deepEqual(stored.refusals, ['archive_column_computed customer_backup.amount'])
  assert.match(stored.all[0]?.hint ?? '', /drop expression;/)
  assert.match(replaced('amount', { generated: 'virtual' }).all[0]?.hint ?? '', /Drop the column/)
  assert.match(replaced('id', { identity: 'always' }).all[0]?.hint ?? '', /drop identity;/)
  assert.deepEqual(replaced('id', { identity: 'by default', hasDefault: true }).refusals, [])
})

test('a column of the archive table alone is told, and refused where it must have a value', () => {
  const withExtra = (over: Partial<Column>) => judgeColumns((columns) => [...columns, column('box', 'text', over)])
  assert.deepEqual(withExtra({}).warnings, ['archive_extra_column customer_backup.box'])
  assert.deepEqual(withExtra({ notNull: true, hasDefault: true }).refusals, [])
  assert.deepEqual(withExtra({ notNull: true, hasDefault: false }).refusals, [
    'archive_extra_required customer_backup.box',
  ])
})

test('a source with a column of our name is refused', () => {
  const subject = customer(['archived_by'])
  const { refusals } = judgeColumns((columns) => columns, subject)
  assert.deepEqual(refusals, ['archive_column_taken customer.archived_by'])
})
