import assert from 'node:assert/strict'
import { snapshot, test } from 'node:test'
import { archiveOf, catalogOf, column, foreignKey, index, policyOf, shape } from '../../test/support/shapes.ts'
import { type ArchivedFamily, archivedFamily } from '../core/archived-family.ts'
import { resolveFamily } from '../core/family.ts'
import type { Policy } from '../core/policy.ts'
import { manifestColumnsSql } from './journal/departure.sql.ts'
import { keepSql, restoreOutcomeSql, untilSql } from './journal/keep-until.sql.ts'
import { closeAbandonedRestoresSql, countRestoredSql } from './journal/restore-run.sql.ts'
import { changedSql, conflictsSql, vanishedSql } from './restore-conflicts.sql.ts'
import { comeHomeSql, leaveArchiveSql, lockArchivedSql, relatedArchivedSql } from './restore-move.sql.ts'
import { homeOfRunSql, pageSql, selectedSql, sourcesSql, whereaboutsSql } from './restore-select.sql.ts'
import { jumpSql } from './sequence.sql.ts'
import { raw, type Sql } from './tag.ts'
import { lockTornSql } from './torn.sql.ts'
import { lockTwinsSql } from './twins.sql.ts'

snapshot.setDefaultSnapshotSerializers([(value: string) => value])

function archived(): Readonly<{ policy: Policy; family: ArchivedFamily }> {
  const tables = [
    shape(
      'customer',
      [
        column('created_at', 'timestamp with time zone'),
        column('email', 'character varying(40)'),
        column('place', 'point', { hashable: false }),
        column('label', 'text', { generated: 'stored' }),
      ],
      {
        indexes: [
          index('customer_pkey', ['id'], { unique: true, primary: true }),
          index('one_email', ['email'], { unique: true }),
        ],
      },
    ),
    shape('plan', [column('customer_id', 'bigint'), column('agent_id', 'bigint')]),
    shape('installment', [column('customer_id', 'bigint'), column('plan_id', 'bigint')]),
  ].map((each) => ({
    ...each,
    columns: each.columns.map((own) =>
      own.name === 'id' ? { ...own, sequence: `public.${each.name.table}_seq` } : own,
    ),
  }))
  const catalog = catalogOf([...tables, ...tables.map((each) => archiveOf(each))], {
    keys: [foreignKey('plan(agent_id)', 'agent(id)')],
  })
  const policy = policyOf({
    relations: [
      { table: 'plan', columns: ['customer_id'] },
      { table: 'installment', columns: ['customer_id'] },
      { name: 'of_plan', table: 'installment', columns: ['plan_id'], parent: 'plan' },
    ],
  })
  const { family } = resolveFamily(policy, catalog)
  const mirror = family === null ? null : archivedFamily(family, catalog)
  assert.ok(mirror)
  return { policy, family: mirror }
}

const { policy, family } = archived()
const [subject, plan, installment] = family.tables
assert.ok(subject && plan && installment)
const keys = { count: 2, arrays: { id: '{1,2}' } }
const rows = new Map([
  [subject, keys],
  [plan, keys],
  [installment, keys],
])
const found = { family, rows }
const keep = { subject: 'public.customer', until: '2027-01-01', reason: 'phoned', actor: 'thandi', run: 9 }
const call = {
  archive: { schema: 'public', table: 'call_backup' },
  columns: ['customer_id'],
  parent: subject,
  references: ['id'],
}
const thorough = conflictsSql(found, subject, { isThorough: true, hasStrangers: false })
const ofPlan = conflictsSql(found, plan, { isThorough: true, hasStrangers: false })
const strangers = conflictsSql(found, installment, { isThorough: false, hasStrangers: true })
assert.ok(thorough && ofPlan && strangers)

const STATEMENTS: Readonly<Record<string, Sql<object>>> = {
  'subjects are locked in the archive, in the order of their key': lockArchivedSql(family, subject, keys),
  'related rows are locked by any link, and those with a parent elsewhere are counted': relatedArchivedSql(
    family,
    installment,
    rows,
    true,
  ),
  'rows come home with their own keys, generated columns left out': comeHomeSql(policy, subject, keys),
  'rows leave the archive by their keys, and leave their hashes behind': leaveArchiveSql(policy, plan, {
    rows: keys,
    sealed: [
      { batches: ['4'], columns: ['id', 'customer_id'], asText: null },
      { batches: ['5', '6'], columns: ['id', 'customer_id', 'agent_id'], asText: ['agent_id'] },
    ],
    run: 9,
  }),
  'without a manifest there is nothing to leave behind': leaveArchiveSql(policy, plan, {
    rows: keys,
    sealed: [],
    run: 9,
  }),
  'conflicts of the subject: key and unique values': thorough,
  'conflicts of a related row: its key, and a target outside the family': ofPlan,
  'a parent that stays in the archive is a conflict, foreign key or not': strangers,
  'what arrived is compared with what is archived, row by row': changedSql(policy, found, installment),
  'rows of a table that is gone are found by their parents': vanishedSql(found, call),
  'a run is selected by its batches': sourcesSql(subject, selectedSql(subject, { by: 'run', run: 3 })),
  'a time is selected from its beginning up to its end': selectedSql(subject, {
    by: 'time',
    since: '2026-09-01',
    until: '2026-10-01',
  }),
  'a filter binds its values with the column’s type, without its length': selectedSql(subject, {
    by: 'where',
    conditions: [
      { column: 'email', operator: '=', value: "x'; --" },
      { column: 'email', operator: 'is null', value: '' },
      { column: 'created_at', operator: 'like', value: '2026%' },
    ],
  }),
  'a page goes on after a key': pageSql(subject, raw('true'), {
    stretch: { batches: ['4', '5'], rows: 10 },
    after: '7',
    limit: 20,
    setSize: 10,
  }),
  'keys are looked up on both sides': whereaboutsSql(subject, keys),
  'who is home already is counted by departures': homeOfRunSql(subject, 'public.customer', 3),
  'keep until is set for each subject': keepSql(subject.shape, keys, keep),
  'keep until is counted from the moment': untilSql(null, '2026-11-23', 60),
  'a lost commit is asked for': restoreOutcomeSql('public.customer', '1', 9, '900'),
  'a batch adds to its run': countRestoredSql(9, 2),
  'restores that died are closed': closeAbandonedRestoresSql('public.customer'),
  'manifests are read by their columns': manifestColumnsSql(['4', '5']),
  'equal twins are locked on both sides; an active copy goes only where its family is archived and nobody needs it':
    lockTwinsSql(family, plan, 'active', 100),
  'torn rows are locked where every parent is active, after a key': lockTornSql(family, installment, '7', 100),
  'a sequence only ever jumps onwards': jumpSql('public.customer_seq', '40'),
}

for (const [title, statement] of Object.entries(STATEMENTS))
  test(title, (t) => {
    const values = statement.values.map((value, place) => `-- $${place + 1} = ${JSON.stringify(value)}`)
    t.assert.snapshot([statement.text, ...values].join('\n'))
    assert.equal(new Set(statement.text.match(/\$\d+/g)).size, statement.values.length)
  })

test('where nothing can go unnoticed, nothing is asked', () => {
  assert.equal(conflictsSql(found, plan, { isThorough: false, hasStrangers: false }), null)
})

test('a filter that was not checked is a mistake of ours', () => {
  for (const [name, operator] of [
    ['nobody', '='],
    ['email', '~'],
  ] as const)
    assert.throws(
      () => selectedSql(subject, { by: 'where', conditions: [{ column: name, operator, value: '' }] }),
      RangeError,
    )
})
