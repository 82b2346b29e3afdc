import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  archiveOf,
  catalogOf,
  column,
  customer,
  foreignKey,
  index,
  judge,
  logTable,
  policyOf,
  primaryKey,
  shape,
  trigger,
} from '../../../test/support/shapes.ts'
import type { ForeignKey, TableShape } from '../table.ts'

const subject = customer(['email'])
const judgeArchive = (over: Partial<TableShape>, keys: readonly ForeignKey[] = []) =>
  judge(policyOf(), catalogOf([subject, archiveOf(subject, over), logTable()], { keys }))

test('a missing archive table is made by migrate', () => {
  const { refusals, all } = judge(policyOf(), catalogOf([subject, logTable()]))
  assert.deepEqual(refusals, ['archive_missing customer_backup'])
  assert.equal(all[0]?.hint, 'Run `mothball migrate`.')
})

test('an archive table that is itself a table of the family is refused', () => {
  const backup = shape('customer_backup', [column('customer_id', 'bigint')], { indexes: [index('c', ['customer_id'])] })
  const keys = [foreignKey('customer_backup(customer_id)', 'customer(id)')]
  const catalog = catalogOf([subject, backup, archiveOf(backup), logTable()], { keys })
  const { refusals } = judge(policyOf({ discover: true }), catalog)
  assert.deepEqual(refusals, ['archive_is_source customer_backup'])
})

test('a view, an unlogged table and an inheritor are no archive tables', () => {
  assert.deepEqual(judgeArchive({ kind: 'v', key: [] }).refusals, ['archive_not_plain customer_backup'])
  const unlogged = judgeArchive({ persistence: 'u' })
  assert.deepEqual(unlogged.refusals, ['archive_not_plain customer_backup'])
  assert.match(unlogged.all[0]?.hint ?? '', /alter table customer_backup set logged;/)
  const heir = judgeArchive({ parents: ['public.customer'] })
  assert.match(heir.all[0]?.message ?? '', /part of an inheritance with public\.customer/)
})

test('a source that is refused for its kind is not asked for an archive table', () => {
  const view = customer([], { kind: 'v' })
  assert.deepEqual(judge(policyOf(), catalogOf([view, logTable()])).refusals, ['not_plain_table customer'])
})

test('an archive table without a key, or with another, is refused', () => {
  const none = judgeArchive({ key: [], indexes: [] })
  assert.deepEqual(none.refusals, ['archive_no_key customer_backup'])
  assert.match(none.all[0]?.hint ?? '', /alter table customer_backup add primary key \(id\);/)
  const other = judgeArchive({ key: ['id', 'email'], indexes: [{ ...primaryKey(['id', 'email']), name: 'old' }] })
  assert.deepEqual(other.refusals, ['archive_key_differs customer_backup'])
  assert.match(other.all[0]?.hint ?? '', /drop constraint old, add primary key \(id\);/)
  assert.match(judgeArchive({ key: ['email'], indexes: [] }).all[0]?.hint ?? '', /drop constraint "<constraint>"/)
})

test('a trigger or rule on the archive table is refused, a disabled trigger is not', () => {
  const { refusals } = judgeArchive({
    triggers: [trigger('stamp', ['insert']), trigger('off', ['insert'], { enabled: false })],
    rules: ['redirect'],
  })
  assert.deepEqual(refusals, ['archive_trigger customer_backup.stamp', 'archive_rule customer_backup.redirect'])
})

test('an archive table takes no part in foreign keys, in either direction', () => {
  const keys = [
    foreignKey('customer_backup(email)', 'customer(id)', { onDelete: 'cascade' }),
    foreignKey('note(customer_id)', 'customer_backup(id)'),
    foreignKey('customer_backup(id)', 'customer_backup(id)'),
    foreignKey('remark(customer_id)', 'customer_backup(id)', { enforced: false }),
  ]
  assert.deepEqual(judgeArchive({}, keys).refusals, [
    'archive_foreign_key customer_backup.customer_backup_email_fkey',
    'archive_foreign_key customer_backup.customer_backup_id_fkey',
    'archive_foreign_key note.note_customer_id_fkey',
  ])
})

test('a further unique index is told, unless it holds the whole key', () => {
  const indexes = [
    primaryKey(['id']),
    index('by_email', ['email'], { unique: true }),
    index('by_both', ['email', 'id'], { unique: true }),
    index('by_form', null, { unique: true }),
  ]
  const { refusals, warnings, all } = judgeArchive({ indexes })
  assert.deepEqual(refusals, [])
  assert.deepEqual(warnings, [
    'archive_extra_unique customer_backup.by_email',
    'archive_extra_unique customer_backup.by_form',
  ])
  assert.match(all[0]?.hint ?? '', /drop index concurrently by_email;/)
})

test('a check that the source does not have is told', () => {
  const { warnings } = judgeArchive({ checks: ['CHECK ((id > 0))'] })
  assert.deepEqual(warnings, ['archive_extra_check customer_backup'])
})
