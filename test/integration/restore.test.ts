import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hasCode } from '../../src/core/errors/index.ts'
import type { RestoreOptions, RestoreSelection } from '../../src/core/restore.ts'
import { restore } from '../../src/engine/restore/restore.ts'
import { previewRestore } from '../../src/engine/restore/restore-preview.ts'
import { run } from '../../src/engine/run/run.ts'
import { verify } from '../../src/engine/verify/verify.ts'
import {
  activeRows,
  archive,
  archivedCount,
  archivedFamilies,
  FAMILY_TABLES,
  WHOLE,
  wholeFamily,
} from '../support/archived-families.ts'
import { type CallCenter, callCenter, type ForeignKeys } from '../support/call-center.ts'

const bring = (center: CallCenter, selection: RestoreSelection, more: Partial<RestoreOptions> = {}) =>
  restore(center.engine, center.policy, { selection, reason: 'phoned again', ...more })

const byKeys = (...keys: readonly string[]): RestoreSelection => ({ by: 'keys', keys })

const FOREIGN_KEYS: readonly ForeignKeys[] = ['none', 'no action', 'restrict', 'cascade', 'set null', 'deferrable']

for (const foreignKeys of FOREIGN_KEYS)
  test(`a customer comes home with all that is his, unchanged (foreign keys: ${foreignKeys})`, async (t) => {
    const center = await callCenter(t, { foreignKeys })
    const [customer, other] = [await wholeFamily(center), await wholeFamily(center)]
    const before = await activeRows(center)
    await archive(center)
    assert.equal((await activeRows(center)).length, 0)
    const result = await bring(center, byKeys(customer, other))
    assert.deepEqual(await activeRows(center), before)
    assert.equal(await archivedCount(center), 0)
    assert.deepEqual([result.restored, result.conflicts, result.alreadyHome, result.unknown], [2, [], 0, []])
    assert.equal(result.related['nic_cc_installment'], 4)
  })

test('only the customer who was asked for comes home', async (t) => {
  const center = await callCenter(t)
  const { keys } = await archivedFamilies(center, 3)
  const [first = '', second = ''] = keys
  const preview = await previewRestore(center.engine, center.policy, byKeys(second))
  assert.deepEqual(preview, { subjects: 1, related: WHOLE, conflicts: [], alreadyHome: 0, unknown: [] })
  assert.equal(await center.count('nic_cc_customer'), 0)
  const result = await bring(center, byKeys(second))
  assert.deepEqual([result.restored, result.related], [1, WHOLE])
  assert.equal(await center.count('nic_cc_customer', `id = ${second}`), 1)
  assert.equal(await center.count('nic_cc_customer_backup', `id = ${first}`), 1)
  assert.equal(await archivedCount(center), 18)
})

test('a key beyond 2^53 is exact', async (t) => {
  const center = await callCenter(t)
  for (const id of ['9007199254740993', '9007199254740992'])
    await center.db.query(`insert into nic_cc_customer (id, created_at) values (${id}, now() - interval '90 days')`)
  await archive(center)
  const result = await bring(center, byKeys('9007199254740993'))
  assert.equal(result.restored, 1)
  assert.deepEqual(await center.db.query('select id from nic_cc_customer'), [{ id: '9007199254740993' }])
})

test('a restored customer stays through the next night, until the policy’s days are over', async (t) => {
  const center = await callCenter(t)
  const { keys } = await archivedFamilies(center, 2)
  const [customer = ''] = keys
  const { run: number, keepUntil } = await bring(center, byKeys(customer), { actor: 'thandi' })
  const [kept] =
    await center.db.query(`select k.subject, k.subject_key, k.reason, k.actor, k.run_id, k.until::text as until,
    (k.until = r.moment + interval '1440 hours')::text as exact
    from mothball.keep_until k join mothball.run r on r.id = k.run_id`)
  assert.deepEqual(kept, {
    subject: 'public.nic_cc_customer',
    subject_key: customer,
    reason: 'phoned again',
    actor: 'thandi',
    run_id: String(number),
    until: keepUntil,
    exact: 'true',
  })
  const night = await run(center.engine, center.policy, { ignoreWindow: true })
  assert.deepEqual([night.archived, await center.count('nic_cc_customer', `id = ${customer}`)], [0, 1])
  await center.db.query("update mothball.keep_until set until = now() - interval '1 second'")
  assert.equal((await run(center.engine, { ...center.policy, guard: 1 }, { ignoreWindow: true })).archived, 1)
})

test('keep until may be named, and must lie in the future', async (t) => {
  const center = await callCenter(t)
  const { keys } = await archivedFamilies(center, 1)
  for (const keepUntil of ['2001-01-01', 'infinity', 'next week'])
    await assert.rejects(
      bring(center, byKeys(...keys), { keepUntil }),
      (error) => hasCode(error, 'option_invalid') && error.facts['option'] === 'keepUntil',
    )
  assert.equal(await center.count('mothball.run', "operation = 'restore'"), 0)
  const { keepUntil } = await bring(center, byKeys(...keys), { keepUntil: '2999-01-21T08:00+02:00' })
  assert.equal(keepUntil, '2999-01-21 06:00:00+00')
})

test('a reason is asked for, in one line of at most 500 characters', async (t) => {
  const center = await callCenter(t)
  for (const reason of ['', '  ', 'a\nb', 'x'.repeat(501)])
    await assert.rejects(bring(center, byKeys('1'), { reason }), { code: 'option_invalid' })
  assert.equal(await center.count('mothball.run'), 0)
})

test('related rows come along whichever batch brought them, and no row is left behind', async (t) => {
  const center = await callCenter(t)
  const { keys } = await archivedFamilies(center, 1)
  const [customer = ''] = keys
  await bring(center, byKeys(customer))
  await center.db.query('delete from mothball.keep_until')
  await archive(center)
  // A late call, moved by another batch than its customer's.
  await center.db.query(`insert into nic_cc_call_log_backup (id, customer_id, remark, archive_batch)
    values (5000, ${customer}, 'late', (select min(id) from mothball.batch))`)
  const result = await bring(center, byKeys(customer))
  assert.deepEqual([result.restored, result.related['nic_cc_call_log']], [1, 2])
  assert.equal(await archivedCount(center), 0)
})

test('two visits to the archive never collide, and verify is clean after each', async (t) => {
  const center = await callCenter(t, { foreignKeys: 'no action' })
  const { keys } = await archivedFamilies(center, 2)
  const before = await center.count('mothball.departure')
  for (let visit = 1; visit <= 3; visit += 1) {
    const result = await bring(center, byKeys(...keys))
    assert.equal(result.restored, 2)
    assert.equal((await verify(center.engine, center.policy)).status, 'clean')
    await center.db.query('delete from mothball.keep_until')
    await archive(center)
    assert.equal((await verify(center.engine, center.policy)).status, 'clean')
  }
  assert.deepEqual([before, await center.count('mothball.departure')], [0, 3 * 2 * 9])
})

test('under option B only the customer comes home: his rows never left', async (t) => {
  const center = await callCenter(t, { policy: { related: 'keep', criteria: 'basic' } })
  const { keys } = await archivedFamilies(center, 1)
  assert.deepEqual([await center.count('nic_cc_call_log'), await archivedCount(center)], [1, 1])
  const result = await bring(center, byKeys(...keys))
  assert.deepEqual([result.restored, Object.values(result.related).reduce((sum, rows) => sum + rows, 0)], [1, 0])
  assert.deepEqual([await center.count('nic_cc_call_log'), await archivedCount(center)], [1, 0])
})

test('under option C only the customer comes home: he had no rows', async (t) => {
  const center = await callCenter(t, { policy: { related: 'block', criteria: 'basic' } })
  const customer = await center.customer(90)
  await wholeFamily(center)
  await archive(center)
  const result = await bring(center, byKeys(customer))
  assert.deepEqual([result.restored, await center.count('nic_cc_customer')], [1, 2])
})

test('rows that went along under option A come home although the policy now says keep', async (t) => {
  const center = await callCenter(t)
  const { keys } = await archivedFamilies(center, 1)
  const kept = keepingPolicy(center)
  const result = await restore(center.engine, kept, { selection: byKeys(...keys), reason: 'changed our mind' })
  assert.deepEqual([result.restored, result.related, await archivedCount(center)], [1, WHOLE, 0])
})

const keepingPolicy = (center: CallCenter) => ({
  ...center.policy,
  related: 'keep' as const,
  relations: center.policy.relations.map((relation) => ({ ...relation, action: 'keep' as const })),
})

test('an open failure of a restored customer is not touched', async (t) => {
  const center = await callCenter(t)
  const { keys, run: archiveRun } = await archivedFamilies(center, 1)
  await center.db.query(`insert into mothball.failure (subject, subject_key, run_id, code)
    values ('public.nic_cc_customer', '${keys[0]}', ${archiveRun}, 'statement_failed')`)
  await bring(center, byKeys(...keys))
  assert.equal(await center.count('mothball.failure', 'resolved_at is null'), 1)
})

test('after every customer is home the tables are as before, and every departure has its hash', async (t) => {
  const center = await callCenter(t, { foreignKeys: 'no action' })
  const { run: archiveRun } = await archivedFamilies(center, 7, 3)
  await bring(center, { by: 'run', run: archiveRun })
  assert.equal((await activeRows(center)).length, 63)
  assert.equal(await center.count('mothball.departure', 'length(digest) = 32'), 63)
  for (const table of FAMILY_TABLES) assert.equal(await center.count(`${table}_backup`), 0)
})
