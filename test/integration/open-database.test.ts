// A server that ends a connection in the packet that welcomes it, as one does that is stopped at that moment.
import assert from 'node:assert/strict'
import { connect, Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { MothballError } from '../../src/core/errors/index.ts'
import type { TransactionOptions } from '../../src/db/database.ts'
import { openDatabase } from '../../src/db/open-database.ts'
import { sql } from '../../src/sql/tag.ts'
import { serverBetween } from '../support/between.ts'
import { testDatabase } from '../support/database.ts'

/** A message of the server's: its type, its own length, what it says. */
const message = (type: string, body: Buffer): Buffer => {
  const head = Buffer.from(`${type}....`)
  head.writeUInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

const AUTHENTICATED = message('R', Buffer.alloc(4))
const READY = message('Z', Buffer.from('I'))
const SHUTDOWN = message('E', Buffer.from('SFATAL\0VFATAL\0C57P01\0Mterminating connection\0\0'))

/** Ends the first `times` connections together with their welcome, and hands on the others. */
function endingServer(t: TestContext, target: number, times: number): Promise<number> {
  let welcomed = 0
  return serverBetween(t, (client, keep) => {
    if (welcomed >= times) {
      client.pipe(keep(connect(target, '127.0.0.1'))).pipe(client)
      return
    }
    welcomed += 1
    client.once('data', () => client.end(Buffer.concat([AUTHENTICATED, READY, SHUTDOWN])))
  })
}

test('a connection that is ended together with its welcome ends no program, and the next one works', async (t) => {
  const { url: own } = await testDatabase(t)
  const url = new URL(own)
  url.port = String(await endingServer(t, Number(url.port), 3))
  const database = openDatabase({ url: url.href })
  const ask = () => database.one(sql<{ n: string }>`select 1 as n`)
  for (let n = 0; n < 3; n += 1)
    await assert.rejects(ask(), (error) => error instanceof MothballError && /^connection|^database/.test(error.code))
  assert.deepEqual(await ask(), { n: '1' })
  await database.close()
})

test('what a run reads leaves the other cores to people; a snapshot by itself may take them', async (t) => {
  const db = await testDatabase(t)
  const database = openDatabase({ url: db.url })
  t.after(() => database.close())
  const workers = sql<{ most: string }>`select pg_catalog.current_setting('max_parallel_workers_per_gather') as most`
  const mostIn = (options: TransactionOptions) => database.transaction(options, (session) => session.one(workers))
  const [own] = await db.query(workers.text)
  assert.notEqual(own?.['most'], '0')
  assert.deepEqual(await mostIn({}), { most: '0' })
  assert.deepEqual(await database.one(workers), { most: '0' })
  assert.deepEqual(await mostIn({ mode: 'snapshot', parallel: false }), { most: '0' })
  assert.deepEqual(await mostIn({ mode: 'snapshot' }), own)
  assert.deepEqual(await mostIn({ parallel: true }), own)
})

test('a server that has gone without a word is asked for after half a minute, while its answer is waited for', async (t) => {
  const asked = t.mock.method(Socket.prototype, 'setKeepAlive')
  const database = openDatabase({ url: (await testDatabase(t)).url })
  t.after(() => database.close())
  await database.one(sql<{ n: string }>`select 1 as n`)
  assert.deepEqual(asked.mock.calls.at(-1)?.arguments, [true, 30_000])
})
