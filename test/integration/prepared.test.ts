// Which statements the server keeps by name, and that none is kept where a pooler stands between.
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { type TestContext, test } from 'node:test'
import type { Database } from '../../src/db/database.ts'
import { openDatabase } from '../../src/db/open-database.ts'
import { run } from '../../src/engine/run/run.ts'
import { plannedAnew, raw, sql } from '../../src/sql/tag.ts'
import { serverBetween } from '../support/between.ts'
import { callCenter } from '../support/call-center.ts'
import { testDatabase } from '../support/database.ts'

const KEY_DATA = Buffer.from([0x4b, 0, 0, 0, 12])

/** Hands everything on, but tells the client of another backend than it has, as a pooler does. */
const disguisingServer = (t: TestContext, target: number): Promise<number> =>
  serverBetween(t, (client, keep) => {
    const upstream = keep(connect(target, '127.0.0.1'))
    client.pipe(upstream)
    upstream.on('data', (data) => {
      const at = data.indexOf(KEY_DATA)
      if (at >= 0) data.writeInt32BE(1, at + KEY_DATA.length)
      client.write(data)
    })
    upstream.on('end', () => client.end())
  })

function opened(t: TestContext, url: string): Database {
  const database = openDatabase({ url, maxConnections: 1 })
  t.after(() => database.close())
  return database
}

const double = (n: number) => sql<{ twice: string }>`select (2 * ${n}::integer)::text as twice`

/** Asks in three transactions of one connection, and counts what it has kept by name. */
async function askAndCount(database: Database, repeated: boolean) {
  const answers: (string | undefined)[] = []
  for (const n of [1, 2, 3])
    answers.push(await database.transaction({ repeated }, async (session) => (await session.one(double(n))).twice))
  const { kept } = await database.one(sql<{ kept: string }>`select count(*)::text as kept from pg_prepared_statements`)
  return { answers, kept: Number(kept) }
}

test('what is repeated is planned once on a connection of our own, from its second transaction on', async (t) => {
  const database = opened(t, (await testDatabase(t)).url)
  assert.deepEqual(await askAndCount(database, false), { answers: ['2', '4', '6'], kept: 0 })
  assert.deepEqual(await askAndCount(database, true), { answers: ['2', '4', '6'], kept: 1 })
})

test('where another backend answers than the connection was given, nothing is prepared by name', async (t) => {
  const url = new URL((await testDatabase(t)).url)
  url.port = String(await disguisingServer(t, Number(url.port)))
  assert.deepEqual(await askAndCount(opened(t, url.href), true), { answers: ['2', '4', '6'], kept: 0 })
})

test('a statement that failed under its name does not spoil it', async (t) => {
  const database = opened(t, (await testDatabase(t)).url)
  const inverse = (n: number) =>
    database.transaction({ repeated: true }, (session) =>
      session.one(sql<{ of: string }>`select (100 / ${n}::integer)::text as of`),
    )
  assert.deepEqual(await inverse(4), { of: '25' })
  for (const n of [5, 2]) {
    await assert.rejects(inverse(0))
    assert.deepEqual(await inverse(n), { of: String(100 / n) })
  }
})

test('a table that changes between two transactions is planned again', async (t) => {
  const db = await testDatabase(t)
  await db.query('create table plain (id integer primary key, name text)')
  await db.query("insert into plain values (1, 'one')")
  const database = opened(t, db.url)
  const count = () =>
    database.transaction({ repeated: true }, (session) =>
      session.one(sql<{ found: string }>`select count(name)::text as found from plain where id = ${1}::integer`),
    )
  for (let n = 0; n < 7; n += 1) assert.deepEqual(await count(), { found: '1' })
  await db.query('alter table plain alter column name type varchar(10), alter column id type bigint')
  await db.query('alter table plain drop constraint plain_pkey')
  assert.deepEqual(await count(), { found: '1' })
})

test('what rows are looked up in is never planned unseen, in a batch of which somebody holds a row', async (t) => {
  const database = opened(t, (await testDatabase(t)).url)
  for (const n of [1, 2, 3])
    await database.transaction({ repeated: true }, (session) => session.one(plannedAnew(double(n))))
  assert.equal((await askAndCount(database, false)).kept, 0)

  const { engine, policy, db, ...center } = await callCenter(t, { policy: { batchSize: 2, guard: 1 } })
  const calls: string[] = []
  for (let n = 0; n < 8; n += 1) calls.push(await center.related('call_log', await center.customer(100)))
  await db.query(
    `begin; select from nic_cc_call_log where id = any('{${calls.filter((_call, n) => n % 2 === 0)}}') for update`,
  )
  assert.equal((await run(engine, policy)).archived, 4)
  await db.query('rollback')
  const kept = await engine.database.rows(sql<{ text: string }>`select statement as text from pg_prepared_statements`)
  const looksUp = /not \w+\."id" = any\(\$|c\."customer_id" = any\(\$/
  assert.deepEqual(
    kept.filter(({ text }) => looksUp.test(text)),
    [],
  )
})

test('names that the backend has forgotten cost one transaction, and the connection goes on without any', async (t) => {
  const database = opened(t, (await testDatabase(t)).url)
  assert.equal((await askAndCount(database, true)).kept, 1)
  await database.outsideTransaction(raw('deallocate all'))
  await assert.rejects(askAndCount(database, true))
  assert.deepEqual(await askAndCount(database, true), { answers: ['2', '4', '6'], kept: 0 })
})

test('a type that is dropped and made again costs one transaction', async (t) => {
  const db = await testDatabase(t)
  await db.query('create domain age as integer')
  const database = opened(t, db.url)
  const older = (n: number) =>
    database.transaction({ repeated: true }, (session) =>
      session.one(sql<{ age: string }>`select (${n}::age + 1)::text as age`),
    )
  for (const n of [1, 2]) assert.deepEqual(await older(n), { age: String(n + 1) })
  await db.query('drop domain age; create domain age as bigint')
  await assert.rejects(older(3))
  assert.deepEqual(await older(4), { age: '5' })
})

test('a run whose names are forgotten in its midst moves all the same', async (t) => {
  let batches = 0
  const reached = async (point: string) => {
    if (point !== 'batch-committed') return
    batches += 1
    if (batches === 3) await engine.database.outsideTransaction(raw('deallocate all'))
  }
  const { engine, policy, ...center } = await callCenter(t, {
    policy: { batchSize: 1, guard: 1 },
    signals: { reached },
  })
  for (let n = 0; n < 6; n += 1) await center.customer(100)
  const { status, archived } = await run(engine, policy)
  assert.deepEqual({ status, archived }, { status: 'success', archived: 6 })
})
