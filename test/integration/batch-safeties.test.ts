// Safeties of a batch that no ordinary mishap shows by itself: each is met by a mistake that only it can catch.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { hasCode } from '../../src/core/errors/index.ts'
import { openDatabase } from '../../src/db/open-database.ts'
import { restore } from '../../src/engine/restore/restore.ts'
import { run } from '../../src/engine/run/run.ts'
import { sql } from '../../src/sql/tag.ts'
import { type Alter, alteredDatabase } from '../support/altered-database.ts'
import { type CallCenter, callCenter, testEngine } from '../support/call-center.ts'
import { eventually } from '../support/eventually.ts'
import { gateAt, once } from '../support/reached.ts'
import { asAdmin } from '../support/server.ts'

const runAltered = ({ engine, policy }: CallCenter, alter: Alter) =>
  run({ ...engine, database: alteredDatabase(engine.database, alter) }, policy, { confirm: 1 })

const CALLS = /from only "public"\."nic_cc_call_log" "?c"? where /

test('a value that changes on the way rolls the batch back', async (t) => {
  const center = await callCenter(t)
  await center.customer(90, { name: 'as it was' })
  const result = await runAltered(center, (text) =>
    text.includes('insert into "public"."nic_cc_customer_backup"') ? text.replace('s."name"', 'upper(s."name")') : text,
  )
  assert.deepEqual([result.archived, result.failed], [0, 1])
  assert.equal(await center.count('nic_cc_customer', "name = 'as it was'"), 1)
  assert.equal(await center.count('mothball.failure', "code = 'sides_differ'"), 1)
})

test('a row that was locked and then neither copied nor deleted rolls the batch back', async (t) => {
  const center = await callCenter(t)
  const customer = await center.customer(90)
  for (const remark of ['one', 'two']) await center.related('call_log', customer, { created_at: -50, remark })
  let missed = 0
  const result = await runAltered(center, (text) => {
    const isMove = /^with (moved|gone) as/.test(text) && CALLS.test(text)
    if (isMove) missed += 1
    return isMove ? text.replace(CALLS, (found) => `${found}c.remark <> 'two' and `) : text
  })
  assert.deepEqual([result.archived, result.failed], [0, 1])
  assert.equal(await center.count('mothball.failure', "code = 'sides_differ'"), 1)
  assert.ok(missed >= 2, 'the copy and the delete both miss the row')
  assert.deepEqual([await center.count('nic_cc_call_log'), await center.count('nic_cc_call_log_backup')], [2, 0])
})

test('a row that stays on both sides is found by its count alone where values are not compared', async (t) => {
  const center = await callCenter(t, { policy: { compare: false, acceptedTriggers: ['nic_cc_customer.keep_all'] } })
  await center.customer(90)
  await center.db.query(`create function keep_all() returns trigger language plpgsql as 'begin return null; end';
    create trigger keep_all before delete on nic_cc_customer for each row execute function keep_all()`)
  const result = await run(center.engine, center.policy, { confirm: 1 })
  assert.deepEqual([result.archived, result.failed], [0, 1])
  assert.deepEqual([await center.count('nic_cc_customer'), await center.count('nic_cc_customer_backup')], [1, 0])
})

test('nobody can alter a table, or its archive table, between the look at its shape and the first statement', async (t) => {
  const gate = gateAt('batch-begun')
  const center = await callCenter(t, { signals: gate.signals })
  await center.customer(90)
  await center.db.query(`create function nothing() returns trigger language plpgsql as 'begin return null; end'`)
  const running = run(center.engine, center.policy, { confirm: 1 })
  await gate.arrived
  const changes = ['customer', 'customer_backup', 'call_log', 'call_log_backup'].flatMap((name) => [
    `alter table nic_cc_${name} add column later text`,
    `create trigger late before delete on nic_cc_${name} for each row execute function nothing()`,
  ])
  // One after the other: who stands behind somebody that waits would wait without us as well.
  await center.db.query("set lock_timeout = '50ms'")
  const passed: string[] = []
  for (const change of changes)
    await center.db.query(change).then(
      () => passed.push(change),
      () => undefined,
    )
  gate.open()
  assert.equal((await running).archived, 1)
  assert.deepEqual(passed, [])
})

test('a deferred constraint speaks at its statement, and not when the batch has been written', async (t) => {
  const points: string[] = []
  const center = await callCenter(t, {
    policy: { acceptedTriggers: ['nic_cc_customer.refuse'] },
    signals: { reached: async (point) => void points.push(point) },
  })
  await center.customer(90)
  await center.db.query(`create function refuse() returns trigger language plpgsql as $$ begin
      raise exception 'no' using errcode = 'check_violation'; end $$;
    create constraint trigger refuse after delete on nic_cc_customer deferrable initially deferred
      for each row execute function refuse()`)
  const result = await run(center.engine, center.policy, { confirm: 1 })
  assert.deepEqual([result.archived, result.failed], [0, 1])
  assert.ok(points.includes('related-deleted'))
  assert.ok(!points.includes('subjects-deleted'))
})

test('a policy that hides rows is an error, and not a smaller count', async (t) => {
  const center = await callCenter(t)
  await center.customer(90)
  const role = `hidden_${randomBytes(6).toString('hex')}`
  t.after(() => asAdmin((query) => query(`drop role if exists ${role}`)).catch(() => undefined))
  await center.db.query(`create role ${role} login password 'trial'; grant select on nic_cc_customer to ${role};
    alter table nic_cc_customer enable row level security;
    create policy nobody on nic_cc_customer to ${role} using (false)`)
  const url = new URL(center.db.url)
  url.username = role
  url.password = 'trial'
  const { database } = testEngine(t, { ...center.db, url: url.href })
  await assert.rejects(database.one(sql`select count(*) from nic_cc_customer`), (error) =>
    hasCode(error, 'statement_failed', 'privilege_missing'),
  )
})

test('a batch is on disk when its COMMIT is answered, whatever the database or the role prefers', async (t) => {
  const center = await callCenter(t)
  const [row] = await center.db.query('select current_database() as name')
  await center.db.query(`alter database ${row?.['name']} set synchronous_commit = off`)
  const database = openDatabase({ url: center.db.url })
  const found = await database.one(sql<{ setting: string }>`select current_setting('synchronous_commit') as setting`)
  await database.close()
  assert.equal(found.setting, 'on')
})

test('a COMMIT that the server answers with ROLLBACK is not taken for one', async (t) => {
  const center = await callCenter(t)
  const committing = center.engine.database.transaction({}, async (session) => {
    await session.execute(sql`insert into nic_cc_customer (name) values ('never')`)
    await session.execute(sql`select 1 / 0`).catch(() => undefined)
  })
  await assert.rejects(committing, (error) => hasCode(error, 'commit_refused'))
  assert.equal(await center.count('nic_cc_customer'), 0)
})

test('who comes of age while a run is at work stays until the next one', async (t) => {
  const center = await callCenter(t, { signals: once('run-opened', () => comeOfAge()) })
  // By the server's clock he is over the line before the run looks for anybody; by the run's moment he is not.
  const comeOfAge = () =>
    center.db.query(
      `insert into nic_cc_customer (name, created_at) select 'young', cutoff + interval '1 microsecond' from mothball.run`,
    )
  await center.customer(90)
  const result = await run(center.engine, center.policy, { confirm: 1 })
  assert.equal(result.archived, 1)
  assert.equal(await center.count('nic_cc_customer', "name = 'young'"), 1)
})

test('the heart beats while a batch stands still', async (t) => {
  const gate = gateAt('subjects-copied')
  const center = await callCenter(t, { signals: gate.signals, policy: { timeouts: { leaseMs: 300 } } })
  await center.customer(90)
  const running = run(center.engine, center.policy, { confirm: 1 })
  await gate.arrived
  const beaten = async () => (await center.db.query('select heartbeat_at from mothball.lease'))[0]?.['heartbeat_at']
  const before = await beaten()
  try {
    await eventually('the heart has beaten', async () => (await beaten()) !== before, 5_000)
  } finally {
    gate.open()
    await running
  }
})

test('an owner whose lease ran out between two batches moves nothing after somebody else was there', async (t) => {
  const gate = gateAt('batch-committed')
  const center = await callCenter(t, { signals: gate.signals })
  for (let made = 0; made < 3; made += 1) await center.customer(90)
  const first = run(center.engine, center.policy, { confirm: 3, batchSize: 1 })
  await gate.arrived
  await center.db.query("update mothball.lease set heartbeat_at = now() - interval '1 hour'")
  const second = await run(testEngine(t, center.db), center.policy, { maxRows: 1, confirm: 1 })
  gate.open()
  const { archived, error } = await first
  assert.deepEqual([archived, error?.code, second.archived], [1, 'lease_lost', 1])
  assert.equal(await center.count('nic_cc_customer'), 1)
})

test('a restore has locked its rows in the archive before it looks at them', async (t) => {
  const center = await callCenter(t)
  const customer = await center.customer(90)
  await center.related('call_log', customer, { created_at: -50 })
  await run(center.engine, center.policy, { confirm: 1 })
  const isLocked = async (table: string) =>
    (await center.db.query(`select 1 as there from ${table} for update skip locked`)).length === 0
  const locked: boolean[] = []
  const look = async () => {
    for (const table of ['nic_cc_customer_backup', 'nic_cc_call_log_backup']) locked.push(await isLocked(table))
  }
  const engine = testEngine(t, center.db, [], once('restore-locked', look))
  await restore(engine, center.policy, { selection: { by: 'keys', keys: [customer] }, reason: 'he called' })
  assert.deepEqual(locked, [true, true])
})
