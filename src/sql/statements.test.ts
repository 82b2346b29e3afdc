import assert from 'node:assert/strict'
import { snapshot, test } from 'node:test'
import { judged } from '../../test/support/judged.ts'
import { candidateSql, notKeptSql } from './eligibility.sql.ts'
import { archivedTwiceSql, leftoverSql, splitKeysSql } from './isolate.sql.ts'
import { batchOutcomeSql, recordBatchSql } from './journal/batch.sql.ts'
import { recordFailuresSql } from './journal/failure.sql.ts'
import {
  acquireLeaseSql,
  heartbeatSql,
  livingRunSql,
  releaseLeaseSql,
  terminateExpiredSql,
} from './journal/lease.sql.ts'
import {
  busySubjectsSql,
  fenceSql,
  lockRelatedSql,
  lockSubjectsSql,
  lockTablesSql,
  tornSubjectsSql,
} from './lock.sql.ts'
import { copiedSubjectsSql, copyRelatedSql, copySubjectsSql, countMovableSql, deleteSql } from './move.sql.ts'
import { planCountsSql } from './plan.sql.ts'
import { eligibleInWindowSql, lastCandidateSql, windowEndSql } from './scan.sql.ts'
import { beginSql } from './session.sql.ts'
import type { Sql } from './tag.ts'

snapshot.setDefaultSnapshotSerializers([(value: string) => value])

const judgement = judged()
const { policy, family } = judgement
const [subject, plan, installment] = family.tables
assert.ok(subject && plan && installment)
const keys = { count: 2, arrays: { id: '{1,2}' }, first: '1', last: '2' }
const locked = new Map([
  [subject, keys],
  [plan, keys],
])

const STATEMENTS: Readonly<Record<string, Sql<object>>> = {
  'a writing transaction begins READ COMMITTED, its text form pinned': beginSql('write', {}),
  'a snapshot begins REPEATABLE READ, READ ONLY': beginSql('snapshot', {}),
  'a snapshot that is taken beside people takes no parallel workers': beginSql('snapshot', { parallel: false }),
  'search path and timeouts are pinned by SET LOCAL': beginSql('write', {
    pinnedSearchPath: true,
    timeouts: { lockMs: 200, statementMs: 30_000, idleMs: 30_000 },
  }),
  'the fence holds the lease of its epoch': fenceSql('public.customer', '7'),
  'tables are locked ONLY, in one statement': lockTablesSql(family),
  'subjects are locked by key, and skipped where others hold them': lockSubjectsSql(judgement, keys, false),
  'the keys of locked subjects are told where they are not all': lockSubjectsSql(judgement, keys, true),
  'related rows are locked by any link, and counted without a lock': lockRelatedSql(family, installment, locked),
  'busy families are those with a row that is not locked': busySubjectsSql(family, installment, keys, keys),
  'torn families are those that share a row': tornSubjectsSql(family, installment, keys, keys),
  'subjects are judged again where they are copied': copySubjectsSql(judgement, {
    locked: keys,
    excluded: keys,
    batch: '5',
  }),
  'the archive tells which subjects were copied': copiedSubjectsSql(family, keys, '5'),
  'related rows are copied by their own locked keys': copyRelatedSql(judgement, installment, {
    locked: keys,
    copied: locked,
    batch: '5',
  }),
  'movable rows are counted on the source': countMovableSql(family, installment, keys, locked),
  'rows are deleted by the copied keys': deleteSql(policy, subject, keys),
  'without comparison nothing is hashed': deleteSql({ ...policy, compare: false }, subject, keys),
  'the last candidate bounds the scan': lastCandidateSql(judgement),
  'a window ends after so many candidates': windowEndSql(judgement, { after: '10', last: '99', rows: 10_000 }),
  'eligible keys of a window come in batches': eligibleInWindowSql(
    judgement,
    { after: '10', upTo: '20' },
    { batchSize: 1000, limit: 5000 },
  ),
  'a plan counts everything in one statement': planCountsSql(judgement),
  'keys that the archive has already are found for a whole batch': archivedTwiceSql(family, keys),
  'keys are split without reading a table': splitKeysSql(family, keys, 2),
  'what did not move is asked why': leftoverSql(judgement, keys),
  'a batch is recorded with its key range': recordBatchSql({
    batch: '5',
    run: 3,
    subjects: 2,
    first: '1',
    last: '2',
    tables: '{}',
  }),
  'a lost commit is asked for': batchOutcomeSql('5', '900'),
  'failures are recorded once': recordFailuresSql(subject.shape, 'public.customer', 3, keys, {
    code: 'two_owners',
    sqlstate: '',
    object: '',
  }),
  'a lease is taken where nobody lives behind it': acquireLeaseSql({
    name: 'public.customer',
    owner: 'host:1',
    run: 3,
    leaseMs: 30_000,
    processId: 42,
  }),
  'a living owner is found': livingRunSql('public.customer', 30_000),
  'a late owner is terminated': terminateExpiredSql('public.customer', 30_000),
  'a heartbeat touches no key': heartbeatSql('public.customer', '7'),
  'a lease is released by its epoch': releaseLeaseSql('public.customer', '7'),
}

for (const [title, statement] of Object.entries(STATEMENTS))
  test(title, (t) => {
    const values = statement.values.map((value, index) => `-- $${index + 1} = ${JSON.stringify(value)}`)
    t.assert.snapshot([statement.text, ...values].join('\n'))
    assert.equal(new Set(statement.text.match(/\$\d+/g)).size, statement.values.length)
  })

test('no value of the policy stands in a statement as text', () => {
  const hostile = judged({
    keep: [{ name: 'x', where: [{ column: 'status', operator: '=', value: "'; drop table customer; --" }] }],
    reason: "it's",
  })
  for (const statement of [
    candidateSql(hostile),
    notKeptSql(hostile),
    copySubjectsSql(hostile, { locked: keys, excluded: null, batch: '1' }),
  ])
    assert.doesNotMatch(statement.text, /drop table|it's/)
})
