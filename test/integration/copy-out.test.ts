// Rows on their way off the wire: whole whatever their length, and a connection that can go on whatever comes.
import assert from 'node:assert/strict'
import { Duplex, Writable } from 'node:stream'
import { type TestContext, test } from 'node:test'
import pg from 'pg'
import { hasCode } from '../../src/core/errors/index.ts'
import { CopyOut } from '../../src/db/copy-out.ts'
import type { CopySession } from '../../src/db/database.ts'
import { openDatabase } from '../../src/db/open-database.ts'
import { sql } from '../../src/sql/tag.ts'
import { testDatabase } from '../support/database.ts'

const MEGABYTE = 1_048_576

class Gathering extends Writable {
  readonly pieces: Buffer[] = []

  override _write(piece: Buffer, _encoding: BufferEncoding, done: () => void): void {
    // The buffer is used again afterwards.
    this.pieces.push(Buffer.from(piece))
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

test('rows of any length come off the wire whole and in their order, in pieces of a megabyte', async (t) => {
  const copy = await copying(t)
  const sink = new Gathering()
  assert.equal(await copy((session) => session.copyOut(LENGTHS, sink)), 26)
  const expected = Array.from({ length: 26 }, (_none, n) => `${'x'.repeat(n ** 3 * 200)}\n`).join('')
  assert.ok(Buffer.concat(sink.pieces).equals(Buffer.from(expected)))
  assert.ok(sink.pieces.slice(0, -1).every(({ length }) => length === MEGABYTE))
})

test('a sink that fails is given nothing more, and its connection goes on', async (t) => {
  const copy = await copying(t)
  let given = 0
  const failing = new Writable({
    write: (_piece, _encoding, done) => {
      given += 1
      done(new Error('the disk is full'))
    },
  })
  const first = await copy((session) => Promise.resolve(session.processId))
  await assert.rejects(
    copy((session) => session.copyOut(LENGTHS, failing)),
    /the disk is full/,
  )
  assert.equal(given, 1)
  const sink = new Gathering()
  const again = await copy(async (session) => {
    await session.copyOut(sql`copy (select 7) to stdout`, sink)
    return session.processId
  })
  assert.equal(again, first)
  assert.equal(Buffer.concat(sink.pieces).toString(), '7\n')
})

test('an error between two rows is told, and its connection goes on', async (t) => {
  const copy = await copying(t)
  const first = await copy((session) => Promise.resolve(session.processId))
  const sink = new Gathering()
  const half = sql`copy (select 1 / (200000 - n) from generate_series(1, 400000) n) to stdout`
  await assert.rejects(
    copy((session) => session.copyOut(half, sink)),
    (error) => hasCode(error, 'statement_failed'),
  )
  assert.ok(sink.destroyed)
  assert.equal(await copy((session) => Promise.resolve(session.processId)), first)
})

const message = (kind: string, body: string): Buffer => {
  const head = Buffer.from(`${kind}....`)
  head.writeUInt32BE(body.length + 4, 1)
  return Buffer.concat([head, Buffer.from(body)])
}

test("messages may be cut anywhere, and what is not of the copy is the driver's", async () => {
  const wire = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() })
  const driver: Buffer[] = []
  const listener = (chunk: Buffer) => driver.push(chunk)
  wire.on('data', listener)
  const sink = new Gathering()
  const copy = new CopyOut('copy', sink)
  copy.submit(new pg.Connection({ stream: () => wire }))
  const sent = [
    message('H', '\0\0\0'),
    message('d', 'one\n'),
    message('N', 'SNOTICE\0\0'),
    message('d', ''),
    message('d', 'two\n'),
    message('c', ''),
    message('C', 'COPY 2\0'),
    message('Z', 'I'),
  ]
  for (const byte of Buffer.concat(sent)) wire.emit('data', Buffer.of(byte))
  assert.deepEqual(wire.listeners('data'), [listener])
  assert.ok(Buffer.concat(driver).equals(Buffer.concat(sent.slice(-2))))
  copy.handleCommandComplete({ text: 'COPY 2' })
  copy.handleReadyForQuery()
  assert.equal(await copy.done, 2)
  assert.equal(Buffer.concat(sink.pieces).toString(), 'one\ntwo\n')
})
