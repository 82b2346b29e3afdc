// Rows on their way off the wire: whole whatever their length, and a copy that failed spoils none that comes after it.
import assert from 'node:assert/strict'
import { Writable } from 'node:stream'
import { type TestContext, test } from 'node:test'
import { hasCode } from '../../src/core/errors/index.ts'
import type { CopySession } from '../../src/db/database.ts'
import { openDatabase } from '../../src/db/open-database.ts'
import { sql } from '../../src/sql/tag.ts'
import { testDatabase } from '../support/database.ts'

class Gathering extends Writable {
  readonly pieces: Buffer[] = []

  override _write(piece: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.pieces.push(piece)
    setImmediate(done)
  }
}

async function copying(t: TestContext) {
  const { url } = await testDatabase(t)
  const database = openDatabase({ url })
  t.after(() => database.close())
  return <T>(work: (session: CopySession) => Promise<T>) => database.copying({ mode: 'snapshot' }, work)
}

/** 0 to 3.3 MB a row. */
const LENGTHS = sql`copy (select pg_catalog.repeat('x', (n * n * n * 200)::integer) from generate_series(0, 25) n) to stdout`

test('rows of any length come off the wire whole and in their order', async (t) => {
  const copy = await copying(t)
  const sink = new Gathering()
  assert.equal(await copy((session) => session.copyOut(LENGTHS, sink)), 26)
  const expected = Array.from({ length: 26 }, (_none, n) => `${'x'.repeat(n ** 3 * 200)}\n`).join('')
  assert.ok(Buffer.concat(sink.pieces).equals(Buffer.from(expected)))
})

/** The backend of the copy that comes, which must be whole. */
async function nextOne(copy: Awaited<ReturnType<typeof copying>>): Promise<number | null> {
  const sink = new Gathering()
  const backend = await copy(async (session) => {
    await session.copyOut(sql`copy (select 7) to stdout`, sink)
    return session.processId
  })
  assert.equal(Buffer.concat(sink.pieces).toString(), '7\n')
  return backend
}

test('copies one after the other share a connection', async (t) => {
  const copy = await copying(t)
  const first = await nextOne(copy)
  assert.ok(first)
  assert.equal(await nextOne(copy), first)
})

test('a sink that fails is told, and its half of a copy is on no connection that is used again', async (t) => {
  const copy = await copying(t)
  const first = await nextOne(copy)
  const failing = new Writable({ write: (_piece, _encoding, done) => done(new Error('the disk is full')) })
  await assert.rejects(
    copy((session) => session.copyOut(LENGTHS, failing)),
    /the disk is full/,
  )
  assert.notEqual(await nextOne(copy), first)
})

test('an error between two rows is told, and the next copy is whole', async (t) => {
  const copy = await copying(t)
  const sink = new Gathering()
  const half = sql`copy (select 1 / (200000 - n) from generate_series(1, 400000) n) to stdout`
  await assert.rejects(
    copy((session) => session.copyOut(half, sink)),
    (error) => hasCode(error, 'statement_failed'),
  )
  assert.ok(sink.destroyed)
  assert.ok(await nextOne(copy))
})
