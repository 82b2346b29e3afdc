import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hasCode } from '../../src/core/errors/index.ts'
import type { RestoreOptions, RestoreSelection } from '../../src/core/restore.ts'
import { restore } from '../../src/engine/restore.ts'
import { previewRestore } from '../../src/engine/restore-preview.ts'
import { run } from '../../src/engine/run.ts'
import { verify } from '../../src/engine/verify.ts'
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
import { once } from '../support/reached.ts'
import { connect } from '../support/server.ts'

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

for (const reason of ['', '  ', 'a\nb', 'x'.repeat(501)])
  test(`a reason like ${JSON.stringify(reason.slice(0, 5))} (${reason.length} long) is refused before anything is touched`, async (t) => {
    const center = await callCenter(t)
    await assert.rejects(bring(center, byKeys('1'), { reason }), { code: 'option_invalid' })
    assert.equal(await center.count('mothball.run'), 0)
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
    stop_reason: 'nothing_eligible',
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

test('a restore of nothing but unknown keys changes nothing, and says so', async (t) => {
  const center = await callCenter(t)
  const result = await bring(center, byKeys('1', '2'))
  assert.deepEqual([result.restored, result.unknown, result.conflicts], [0, ['1', '2'], []])
})

test('customers whom somebody else holds wait for a later pass, and come home in it', async (t) => {
  const center = await callCenter(t)
  const { keys } = await archivedFamilies(center, 3)
  const agent = await connect(center.db.url)
  t.after(() => agent.end())
  await agent.query('begin')
  await agent.query(`select from nic_cc_customer_backup where id = ${keys[1]} for key share`)
  const engine = { ...center.engine, pause: { sleep: async () => void (await agent.query('commit')) } }
  const result = await restore(engine, center.policy, { selection: byKeys(...keys), reason: 'phoned again' })
  assert.deepEqual([result.restored, result.conflicts], [3, []])
})

test('customers whom somebody holds to the end stay, and are reported', async (t) => {
  const center = await callCenter(t)
  const { keys } = await archivedFamilies(center, 3)
  const agent = await connect(center.db.url)
  t.after(() => agent.end())
  await agent.query('begin')
  await agent.query(`select from nic_cc_customer_backup where id = ${keys[1]} for key share`)
  const result = await bring(center, byKeys(...keys))
  assert.equal(result.restored, 2)
  assert.deepEqual(
    result.conflicts.map(({ key, kind, hint }) => [key, kind, /^Try again/.test(hint)]),
    [[keys[1], 'refused_by_database', true]],
  )
  assert.equal(await archivedCount(center), 9)
})

test('two restores at once bring a customer home once', async (t) => {
  const center = await callCenter(t)
  const { keys } = await archivedFamilies(center, 20)
  const results = await Promise.all([bring(center, byKeys(...keys)), bring(center, byKeys(...keys))])
  assert.equal(
    results.reduce((sum, { restored }) => sum + restored, 0),
    20,
  )
  assert.deepEqual(
    results.flatMap(({ conflicts }) => conflicts),
    [],
  )
  assert.deepEqual([await center.count('nic_cc_customer'), await archivedCount(center)], [20, 0])
})

test('a restore that is stopped ends at the end of a batch, and the rest stays archived', async (t) => {
  const stop = new AbortController()
  const center = await callCenter(t, {
    policy: { batchSize: 2 },
    signals: once('restore-committed', async () => stop.abort()),
  })
  const { run: archiveRun } = await archivedFamilies(center, 6)
  const result = await bring(center, { by: 'run', run: archiveRun }, { signal: stop.signal })
  assert.equal(result.restored, 2)
  assert.deepEqual([await center.count('nic_cc_customer'), await archivedCount(center)], [2, 36])
  assert.deepEqual(await center.db.query(`select restored, stop_reason from mothball.run where id = ${result.run}`), [
    { restored: '2', stop_reason: 'stopped' },
  ])
})

test('after every customer is home the tables are as before, and every departure has its hash', async (t) => {
  const center = await callCenter(t, { foreignKeys: 'no action' })
  const { run: archiveRun } = await archivedFamilies(center, 7, 3)
  await bring(center, { by: 'run', run: archiveRun })
  assert.equal((await activeRows(center)).length, 63)
  assert.equal(await center.count('mothball.departure', 'length(digest) = 32'), 63)
  for (const table of FAMILY_TABLES) assert.equal(await center.count(`${table}_backup`), 0)
})
