import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listAudit } from '../../src/engine/audit.ts'
import { listHolds, releaseHold, setHold } from '../../src/engine/hold.ts'
import { restore } from '../../src/engine/restore/restore.ts'
import { run } from '../../src/engine/run/run.ts'
import { type CallCenter, callCenter, testEngine } from '../support/call-center.ts'
import { eventually } from '../support/eventually.ts'
import { gateAt } from '../support/reached.ts'
import { connect } from '../support/server.ts'

const THANDI = { actor: 'thandi' } as const

const hold = (center: CallCenter, key: string, reason = 'case 7') =>
  setHold(center.engine, center.policy, { key, reason, ...THANDI })

const someoneWaits = (center: CallCenter) =>
  eventually('a session waits for a lock', async () => {
    const rows = await center.db.query(
      `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    )
    return rows.length > 0
  })

test('a held customer stays, and goes when the hold is released', async (t) => {
  const center = await callCenter(t)
  const key = await center.customer(90)
  const set = await hold(center, key)
  assert.deepEqual(
    [set.key, set.tier, set.reason, set.setBy, set.releasedAt],
    [key, 'active', 'case 7', 'thandi', null],
  )
  assert.equal((await run(center.engine, center.policy)).archived, 0)
  const [released] = await releaseHold(center.engine, center.policy, { key, ...THANDI, reason: 'case closed' })
  assert.deepEqual([released?.id, released?.releasedBy, released?.releaseReason], [set.id, 'thandi', 'case closed'])
  assert.equal((await run(center.engine, center.policy, { confirm: 1 })).archived, 1)
})

test('holds stack: the customer stays until the last one is released', async (t) => {
  const center = await callCenter(t)
  const key = await center.customer(90)
  const [first, second] = [await hold(center, key, 'case 7'), await hold(center, key, 'case 8')]
  await releaseHold(center.engine, center.policy, { id: first.id, ...THANDI, reason: null })
  assert.equal((await run(center.engine, center.policy)).archived, 0)
  assert.deepEqual(
    (await listHolds(center.engine, center.policy)).map(({ id }) => id),
    [second.id],
  )
  await releaseHold(center.engine, center.policy, { key, ...THANDI, reason: null })
  assert.deepEqual(await listHolds(center.engine, center.policy), [])
  const all = await listHolds(center.engine, center.policy, { all: true })
  assert.deepEqual(
    all.map(({ id, reason }) => [id, reason]),
    [
      [second.id, 'case 8'],
      [first.id, 'case 7'],
    ],
  )
})

test('releasing by key releases every open hold of that customer and of nobody else', async (t) => {
  const center = await callCenter(t)
  const [one, other] = [await center.customer(90), await center.customer(91)]
  for (const key of [one, one, other]) await hold(center, key)
  assert.equal((await releaseHold(center.engine, center.policy, { key: one, ...THANDI, reason: null })).length, 2)
  assert.deepEqual(
    (await listHolds(center.engine, center.policy)).map(({ key }) => key),
    [other],
  )
})

test('an archived customer can be held where he is', async (t) => {
  const center = await callCenter(t)
  const key = await center.customer(90)
  await run(center.engine, center.policy, { confirm: 1 })
  assert.equal((await hold(center, key)).tier, 'archive')
})

test('nobody can be held who is neither active nor archived', async (t) => {
  const center = await callCenter(t)
  await center.db.query('insert into nic_cc_customer (id, created_at) values (825550142, now())')
  for (const key of ['4711', 'nobody', '', '99999999999999999999', '0825550142', '1; drop table x'])
    await assert.rejects(hold(center, key), { code: 'already_gone' }, key)
  assert.deepEqual(await listHolds(center.engine, center.policy, { all: true }), [])
})

test('releasing what is not held is said', async (t) => {
  const center = await callCenter(t)
  const key = await center.customer(90)
  const release = { ...THANDI, reason: null }
  await assert.rejects(releaseHold(center.engine, center.policy, { key, ...release }), { code: 'not_found' })
  await assert.rejects(releaseHold(center.engine, center.policy, { id: 4711, ...release }), { code: 'not_found' })
  const { id } = await hold(center, key)
  await releaseHold(center.engine, center.policy, { id, ...release })
  await assert.rejects(releaseHold(center.engine, center.policy, { id, ...release }), { code: 'not_found' })
})

test('a reason is one line of 1 to 500 characters', async (t) => {
  const center = await callCenter(t)
  const key = await center.customer(90)
  for (const reason of ['', '  ', 'a\nb', 'a\0', 'x'.repeat(501)])
    await assert.rejects(hold(center, key, reason), { code: 'option_invalid' })
  assert.equal((await hold(center, key, `'; drop table mothball.hold; -- ${'é'.repeat(400)}`)).tier, 'active')
})

test('a hold set before the batch locks its rows wins', async (t) => {
  const gate = gateAt('batch-begun')
  const center = await callCenter(t, { signals: gate.signals })
  const key = await center.customer(90)
  const running = run(center.engine, center.policy, { confirm: 1 })
  await gate.arrived
  assert.equal((await hold(center, key)).tier, 'active')
  gate.open()
  assert.equal((await running).archived, 0)
  assert.equal(await center.count('nic_cc_customer'), 1)
})

for (const point of ['subjects-locked', 'subjects-copied', 'subjects-deleted', 'batch-recorded'] as const)
  test(`a hold asked for while a batch has the customer waits for it, and holds him in the archive (${point})`, async (t) => {
    const gate = gateAt(point)
    const center = await callCenter(t, { signals: gate.signals })
    const key = await center.customer(90)
    const running = run(center.engine, center.policy, { confirm: 1 })
    await gate.arrived
    const holding = hold(center, key)
    await someoneWaits(center)
    gate.open()
    assert.equal((await running).archived, 1)
    assert.equal((await holding).tier, 'archive')
  })

test('a hold that waited for a batch that was rolled back holds the customer where he still is', async (t) => {
  const gate = gateAt('subjects-deleted')
  const center = await callCenter(t, { signals: gate.signals })
  const key = await center.customer(90)
  await center.db.query(`create function refuse() returns trigger language plpgsql as $$ begin raise 'no'; end $$;
    create trigger refuse after insert on mothball.batch for each row execute function refuse()`)
  const running = run(center.engine, center.policy, { confirm: 1 })
  await gate.arrived
  const holding = hold(center, key)
  await someoneWaits(center)
  gate.open()
  assert.equal((await holding).tier, 'active')
  assert.equal((await running).archived, 0)
})

test('a hold that is not committed yet makes the batch pass the customer by', async (t) => {
  const center = await callCenter(t)
  const key = await center.customer(90)
  const other = await connect(center.db.url)
  await other.query(`begin; select from nic_cc_customer where id = ${key} for key share`)
  await other.query(
    `insert into mothball.hold (subject, subject_key, reason, set_by) values ('public.nic_cc_customer', '${key}', 'x', 'y')`,
  )
  const result = await run(center.engine, center.policy, { confirm: 1 })
  assert.deepEqual([result.archived, result.skippedBecause['locked']], [0, 1])
  await other.query('commit')
  await other.end()
  assert.equal((await run(center.engine, center.policy)).archived, 0)
})

test('a hold asked for while a restore has the customer holds him at home', async (t) => {
  const center = await callCenter(t)
  const key = await center.customer(90)
  await run(center.engine, center.policy, { confirm: 1 })
  const gate = gateAt('restore-deleted')
  const engine = testEngine(t, center.db, [], gate.signals)
  const restoring = restore(engine, center.policy, { selection: { by: 'keys', keys: [key] }, reason: 'phoned again' })
  await gate.arrived
  const holding = hold(center, key)
  await someoneWaits(center)
  gate.open()
  assert.equal((await restoring).restored, 1)
  assert.equal((await holding).tier, 'active')
})

test('a hold never waits for an agent who only updates the customer', async (t) => {
  const center = await callCenter(t)
  const key = await center.customer(90)
  const agent = await connect(center.db.url)
  await agent.query(`begin; update nic_cc_customer set name = 'on the phone' where id = ${key}`)
  assert.equal((await hold(center, key)).tier, 'active')
  await agent.query('rollback')
  await agent.end()
})

test('before the first migrate no hold can be set, and that is said', async (t) => {
  const center = await callCenter(t, { migrate: false })
  await assert.rejects(hold(center, await center.customer(90)), { code: 'journal_missing' })
  await assert.rejects(listHolds(center.engine, center.policy), { code: 'journal_missing' })
})

test('a case is closed as a whole: its holds end, on whomever they are, and no others', async (t) => {
  const center = await callCenter(t)
  const [one, other] = [await center.customer(90), await center.customer(91)]
  const set = (key: string, caseNumber?: string) =>
    setHold(center.engine, center.policy, { key, reason: 'a court asks', caseNumber, ...THANDI })
  const [first, second] = [await set(one, '2026/114'), await set(other, '2026/114')]
  const staying = [await set(one, '2026/1140'), await set(one)]
  assert.deepEqual([first.caseNumber, staying[1]?.caseNumber], ['2026/114', null])
  const list = (caseNumber: string, all = false) => listHolds(center.engine, center.policy, { caseNumber, all })
  assert.deepEqual(
    (await list('2026/114')).map(({ id }) => id),
    [second.id, first.id],
  )
  const release = { caseNumber: '2026/114', ...THANDI, reason: 'closed' }
  assert.equal((await releaseHold(center.engine, center.policy, release)).length, 2)
  assert.deepEqual([(await list('2026/114')).length, (await list('2026/114', true)).length], [0, 2])
  assert.deepEqual(
    (await listHolds(center.engine, center.policy)).map(({ id }) => id),
    staying.map(({ id }) => id).toReversed(),
  )
  assert.equal((await run(center.engine, center.policy, { confirm: 1 })).archived, 1)
  await assert.rejects(releaseHold(center.engine, center.policy, release), { code: 'not_found' })
})

test('a case is one line without space around it, and stands in the audit log', async (t) => {
  const center = await callCenter(t)
  const key = await center.customer(90)
  const set = (caseNumber: string) => setHold(center.engine, center.policy, { key, reason: 'x', caseNumber, ...THANDI })
  for (const bad of ['', ' ', ' 7', '7 ', 'a\nb', 'x'.repeat(101)])
    await assert.rejects(set(bad), { code: 'option_invalid' }, JSON.stringify(bad))
  const { id } = await set(`7'; drop table mothball.hold; --`)
  const [entry] = await listAudit(center.engine)
  assert.deepEqual([entry?.object, entry?.after], [`hold ${id}`, `active, case 7'; drop table mothball.hold; --`])
})
