import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RestoreOptions, RestoreSelection } from '../../src/core/restore.ts'
import { restore } from '../../src/engine/restore/restore.ts'
import { previewRestore } from '../../src/engine/restore/restore-preview.ts'
import { archive, archivedFamilies, WHOLE } from '../support/archived-families.ts'
import { type CallCenter, callCenter } from '../support/call-center.ts'

const bring = (center: CallCenter, selection: RestoreSelection, more: Partial<RestoreOptions> = {}) =>
  restore(center.engine, center.policy, { selection, reason: 'phoned again', ...more })

const byKeys = (...keys: readonly string[]): RestoreSelection => ({ by: 'keys', keys })

test('who is home already, and who is unknown, is said', async (t) => {
  const center = await callCenter(t)
  const { keys } = await archivedFamilies(center, 1)
  const [archived = ''] = keys
  const active = await center.customer(1)
  const asked = byKeys(archived, active, '99999999', 'no number', '9223372036854775808', `0${archived}`, archived)
  const unknown = ['99999999', 'no number', '9223372036854775808', `0${archived}`]
  const preview = await previewRestore(center.engine, center.policy, asked)
  assert.deepEqual([preview.subjects, preview.alreadyHome, preview.unknown], [1, 1, unknown])
  const result = await bring(center, asked)
  assert.deepEqual([result.restored, result.alreadyHome, result.unknown], [1, 1, unknown])
  const again = await bring(center, byKeys(archived))
  assert.deepEqual([again.restored, again.alreadyHome, again.conflicts], [0, 1, []])
})

test('a run is undone as a whole, batch by batch', async (t) => {
  const center = await callCenter(t, { policy: { batchSize: 2 } })
  const first = await archivedFamilies(center, 5, 2)
  const later = await archivedFamilies(center, 1)
  const result = await bring(center, { by: 'run', run: first.run })
  assert.deepEqual([result.restored, result.alreadyHome, result.conflicts], [5, 0, []])
  assert.deepEqual(result.related, Object.fromEntries(Object.entries(WHOLE).map(([name, rows]) => [name, rows * 5])))
  assert.deepEqual(
    (await center.db.query('select id from nic_cc_customer order by id')).map(({ id }) => id),
    first.keys,
  )
  assert.equal(await center.count('nic_cc_customer_backup', `id = ${later.keys[0]}`), 1)
  const [row] = await center.db.query(`select operation, status, restored, archived, failed, stop_reason,
    (ended_at is not null)::text as ended from mothball.run where id = ${result.run}`)
  assert.deepEqual(row, {
    operation: 'restore',
    status: 'success',
    restored: '5',
    archived: '0',
    failed: '0',
    stop_reason: 'all_home',
    ended: 'true',
  })
})

test('undoing a run counts those who are home already, and is no conflict', async (t) => {
  const center = await callCenter(t)
  const { keys, run: archiveRun } = await archivedFamilies(center, 4)
  const [first = '', second = ''] = keys
  await bring(center, byKeys(first, second))
  await center.db.query('delete from mothball.keep_until')
  // The second one is archived again, by another run: he is not this run's any more.
  await center.db.query(`update nic_cc_customer set created_at = now() where id = ${first}`)
  await archive(center)
  const preview = await previewRestore(center.engine, center.policy, { by: 'run', run: archiveRun })
  assert.deepEqual([preview.subjects, preview.alreadyHome], [2, 1])
  const result = await bring(center, { by: 'run', run: archiveRun })
  assert.deepEqual([result.restored, result.alreadyHome, result.conflicts], [2, 1, []])
  assert.equal(await center.count('nic_cc_customer_backup', `id = ${second}`), 1)
  const again = await bring(center, { by: 'run', run: archiveRun })
  assert.deepEqual([again.restored, again.alreadyHome], [0, 3])
})

test('a run that is unknown, or itself a restore, is refused', async (t) => {
  const center = await callCenter(t)
  const { keys } = await archivedFamilies(center, 1)
  const { run: restoreRun } = await bring(center, byKeys(...keys))
  await assert.rejects(bring(center, { by: 'run', run: 4711 }), { code: 'not_found' })
  await assert.rejects(bring(center, { by: 'run', run: restoreRun }), { code: 'option_invalid' })
})

test('by time: from since on, before until, and only what a run put there', async (t) => {
  const center = await callCenter(t)
  const { keys } = await archivedFamilies(center, 3)
  const [early = '', middle = '', late = ''] = keys
  const at = (key: string, time: string) =>
    center.db.query(`update nic_cc_customer_backup set archived_at = '${time}' where id = ${key}`)
  await at(early, '2026-09-01T00:00:00Z')
  await at(middle, '2026-09-02T00:00:00Z')
  await at(late, '2026-09-03T00:00:00Z')
  await center.db.query(`insert into nic_cc_customer_backup (id, archived_at) values (900001, '2026-09-02T12:00:00Z')`)
  const window = { by: 'time', since: '2026-09-02T00:00:00Z', until: '2026-09-03' } as const
  assert.equal((await previewRestore(center.engine, center.policy, window)).subjects, 1)
  const result = await bring(center, window)
  assert.deepEqual([result.restored, await center.count('nic_cc_customer', `id = ${middle}`)], [1, 1])
  const open = await bring(center, { by: 'time', since: '2026-09-02', until: null })
  assert.deepEqual([open.restored, await center.count('nic_cc_customer', `id = ${late}`)], [1, 1])
  await assert.rejects(bring(center, { by: 'time', since: 'last week', until: null }), { code: 'option_invalid' })
})

test('by a structured filter over the archive’s columns', async (t) => {
  const center = await callCenter(t)
  for (const [name, email] of [
    ['Anna', 'anna@example.com'],
    ['Ben', null],
    ["Cy'; drop table nic_cc_customer; --", 'cy@example.com'],
  ] as const)
    await center.customer(90, { name, email })
  await archive(center)
  const names = async (...conditions: readonly (readonly [string, string, string])[]) => {
    const where = conditions.map(([column, operator, value]) => ({ column, operator, value }))
    const preview = await previewRestore(center.engine, center.policy, { by: 'where', conditions: where })
    return preview.subjects
  }
  assert.equal(await names(['name', '=', "Cy'; drop table nic_cc_customer; --"]), 1)
  assert.equal(await names(['email', 'is null', '']), 1)
  assert.equal(await names(['email', '<>', 'anna@example.com']), 1)
  assert.equal(await names(['name', 'like', '%n%']), 3)
  assert.equal(await names(['name', 'like', '%n'], ['email', 'is not null', '']), 0)
  assert.equal(await names(['id', '>=', '2']), 2)
  assert.equal(await names(['archived_by', '=', 'system']), 3)
  for (const [column, operator, value] of [
    ['nickname', '=', 'x'],
    ['name', '~', 'x'],
    ['name', '= any', 'x'],
    ['id', '=', 'x'],
    ['archived_at', '<', 'soon'],
  ] as const)
    await assert.rejects(names([column, operator, value]), { code: 'option_invalid' })
  await assert.rejects(names(), { code: 'option_invalid' })
  const result = await bring(center, { by: 'where', conditions: [{ column: 'email', operator: 'is null', value: '' }] })
  assert.equal(result.restored, 1)
  assert.deepEqual(await center.db.query('select name from nic_cc_customer'), [{ name: 'Ben' }])
})

test('rows that others put into the archive come home too, and leave no departure', async (t) => {
  const center = await callCenter(t)
  await center.db.query(`insert into nic_cc_customer_backup (id, name, created_at) values (70, 'Imported', now())`)
  await center.db.query(`insert into nic_cc_aod_backup (id, customer_id, status) values (80, 70, 'settled')`)
  const result = await bring(center, {
    by: 'where',
    conditions: [{ column: 'archive_batch', operator: 'is null', value: '' }],
  })
  assert.deepEqual([result.restored, result.related['nic_cc_aod']], [1, 1])
  assert.equal(await center.count('mothball.departure'), 0)
})

test('a restore of nothing but unknown keys changes nothing, and says so', async (t) => {
  const center = await callCenter(t)
  const result = await bring(center, byKeys('1', '2'))
  assert.deepEqual([result.restored, result.unknown, result.conflicts], [0, ['1', '2'], []])
})
