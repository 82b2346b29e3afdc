// Where a transaction begins and ends, whatever is refused there: nothing is written outside of it, or into another one.
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { type TestContext, test } from 'node:test'
import { MothballError } from '../../src/core/errors/index.ts'
import type { Database } from '../../src/db/database.ts'
import { openDatabase } from '../../src/db/open-database.ts'
import { sql } from '../../src/sql/tag.ts'
import { serverBetween } from '../support/between.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'

/** A query that binds nothing: its type, its length in four bytes, its text. */
const SIMPLE_QUERY = /Q\0\0..([a-z ]+)/s
const HEAD_BYTES = 5

/** The server is told the first statement that begins so wrongly, and refuses it, as one that is cancelled just then. */
const mishearing = (t: TestContext, target: number, word: string): Promise<number> => {
  let heard = 0
  return serverBetween(t, (client, keep) => {
    const upstream = keep(connect(target, '127.0.0.1'))
    upstream.pipe(client)
    client.on('data', (data) => {
      const at = SIMPLE_QUERY.exec(data.toString('latin1'))
      if (at?.[1]?.startsWith(word) && heard++ === 0) data.write('x', at.index + HEAD_BYTES)
      upstream.write(data)
    })
    client.on('end', () => upstream.end())
  })
}

async function noted(t: TestContext): Promise<TestDatabase> {
  const db = await testDatabase(t)
  await db.query('create table note (n integer)')
  return db
}

async function opened(t: TestContext, db: TestDatabase, mishears?: string): Promise<Database> {
  const url = new URL(db.url)
  if (mishears !== undefined) url.port = String(await mishearing(t, Number(url.port), mishears))
  const database = openDatabase({ url: url.href, maxConnections: 1 })
  t.after(() => database.close())
  return database
}

const note = (n: number) => sql`insert into note values (${n}::integer)`
const one = sql<{ n: string }>`select '1' as n`
const notes = async (db: TestDatabase) => (await db.query('select n from note order by n')).map((row) => row['n'])
const isRefused = (sqlstate: string) => (error: unknown) =>
  error instanceof MothballError && error.facts['sqlstate'] === sqlstate

test('where BEGIN is refused nothing of the work is written', async (t) => {
  const db = await noted(t)
  const database = await opened(t, db, 'begin isolation')
  const work = database.transaction({}, async (session) => {
    await session.execute(note(1))
    await session.execute(note(2))
  })
  await assert.rejects(work, isRefused('42601'))
  assert.deepEqual(await notes(db), [])
})

test('where a BEGIN is refused that is not waited for, nothing is sent after what went with it', async (t) => {
  const db = await noted(t)
  const database = await opened(t, db, 'begin isolation')
  const work = database.transaction({ repeated: true }, async (session) => {
    await session.one(one)
    await session.execute(note(1))
  })
  await assert.rejects(work, isRefused('42601'))
  assert.deepEqual(await notes(db), [])
})

test('what still wants to write when its transaction has failed is not sent', async (t) => {
  const db = await noted(t)
  const database = await opened(t, db)
  const left: Promise<string>[] = []
  const work = database.transaction({}, async (session) => {
    const stray = session.one(one).then(() => session.execute(note(1)))
    left.push(
      stray.then(
        () => 'sent',
        () => 'not sent',
      ),
    )
    throw new MothballError('lease_lost', { policy: 'of another' })
  })
  await assert.rejects(work, (error) => error instanceof MothballError && error.code === 'lease_lost')
  assert.deepEqual(await Promise.all(left), ['not sent'])
  await database.execute(note(2))
  assert.deepEqual(await notes(db), ['2'])
})

for (const word of ['rollback', 'commit'])
  test(`a connection whose ${word} is refused is not used again`, async (t) => {
    const db = await noted(t)
    const database = await opened(t, db, word)
    const work = database.transaction({}, async (session) => {
      await session.execute(note(1))
      if (word === 'rollback') throw new MothballError('lease_lost', { policy: 'of another' })
    })
    await assert.rejects(work)
    await database.execute(note(2))
    assert.deepEqual(await notes(db), ['2'])
  })
