// The promises of the embedded server: it works for everyone, on loopback only, and leaves nothing behind
// however its owner ends.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { startEmbeddedPostgres } from '../../src/demo/embedded-postgres.ts'
import { eventually } from '../support/eventually.ts'

const OWNER = fileURLToPath(new URL('../support/server-owner.ts', import.meta.url))
const NOBODY = { uid: 65534, gid: 65534 }

async function ask(url: string, question: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  try {
    const { rows } = await client.query({ text: question, rowMode: 'array' })
    return rows[0]?.[0]
  } finally {
    await client.end()
  }
}

const isUp = (url: string) =>
  ask(url, 'select 1').then(
    () => true,
    () => false,
  )

/** A folder that stands in for /tmp, so that what is left behind can be counted. */
function emptyFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'mothball-test-'))
  chmodSync(folder, 0o777)
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

function spawnOwner(folder: string, then: 'wait' | 'forget', account: object = {}): ChildProcess {
  const env = { PATH: process.env['PATH'], TMPDIR: folder }
  return spawn(process.execPath, [OWNER, then], { env, stdio: ['ignore', 'pipe', 'inherit'], ...account })
}

async function firstLine(owner: ChildProcess): Promise<{ url: string; dataDir: string }> {
  assert.ok(owner.stdout)
  const [line] = await once(createInterface(owner.stdout), 'line')
  return JSON.parse(line)
}

const nothingIsLeftIn = (folder: string) => eventually(`${folder} is empty`, () => readdirSync(folder).length === 0)

test('a server takes connections with its random password and with no other, and has the settings asked for', async () => {
  await using server = await startEmbeddedPostgres({ settings: { max_connections: '33' } })
  assert.equal(await ask(server.url(), 'show server_encoding'), 'UTF8')
  assert.equal(await ask(server.url(), 'show max_connections'), '33')
  assert.equal(await ask(server.url(), `select lower('ÉÖ')`), 'éö')
  const guess = new URL(server.url())
  guess.password = 'postgres'
  await assert.rejects(ask(guess.href, 'select 1'), { code: '28P01' })
})

test('a server listens on loopback only', async (t) => {
  const elsewhere = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .find(({ internal, family }) => !internal && family === 'IPv4')
  if (elsewhere === undefined) return t.skip('this machine has no other address')
  await using server = await startEmbeddedPostgres()
  const outside = new URL(server.url())
  outside.hostname = elsewhere.address
  await assert.rejects(ask(outside.href, 'select 1'), { code: 'ECONNREFUSED' })
})

test('stop ends open connections and leaves no server and no folder', async () => {
  const server = await startEmbeddedPostgres()
  const client = new pg.Client({ connectionString: server.url() })
  await client.connect()
  client.on('error', () => undefined)
  const ended = new Promise((resolve) => client.once('end', resolve))
  await server.stop()
  await ended
  assert.equal(await isUp(server.url()), false)
  assert.equal(existsSync(server.dataDir), false)
  await server.stop()
})

for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
  test(`an owner ended by ${signal} leaves no server and no folder`, async (t) => {
    const folder = emptyFolder(t)
    const owner = spawnOwner(folder, 'wait')
    const { url, dataDir } = await firstLine(owner)
    assert.equal(await isUp(url), true)
    assert.ok(dataDir.startsWith(folder))
    owner.kill(signal)
    await nothingIsLeftIn(folder)
    assert.equal(await isUp(url), false)
  })
}

test('an owner killed while the cluster is being made leaves nothing', async (t) => {
  const folder = emptyFolder(t)
  const owner = spawnOwner(folder, 'wait')
  const cluster = () => readdirSync(folder).find((name) => name.startsWith('mothball-postgres-'))
  await eventually('initdb is at work', () => existsSync(join(folder, cluster() ?? 'none', 'PG_VERSION')))
  assert.equal(owner.exitCode, null)
  owner.kill('SIGKILL')
  await once(owner, 'exit')
  await nothingIsLeftIn(folder)
})

test('an owner that forgets to stop its server can still end, and leaves nothing', async (t) => {
  const folder = emptyFolder(t)
  const owner = spawnOwner(folder, 'forget')
  const { url } = await firstLine(owner)
  if (owner.exitCode === null) await once(owner, 'exit')
  assert.equal(owner.exitCode, 0)
  await nothingIsLeftIn(folder)
  assert.equal(await isUp(url), false)
})

test('a kept folder starts again with its rows', async (t) => {
  const dataDir = join(emptyFolder(t), 'kept')
  const first = await startEmbeddedPostgres({ dataDir })
  await ask(first.url(), 'create table keepsake as select 42 as n')
  await first.stop()
  const second = await startEmbeddedPostgres({ dataDir, keep: false })
  assert.equal(await ask(second.url(), 'select n from keepsake'), 42)
  await second.stop()
  assert.equal(existsSync(dataDir), false)
})

test('a port that is taken is told, and nothing is left', async (t) => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  t.after(() => other.close())
  const address = other.address()
  assert.ok(address !== null && typeof address === 'object')
  const dataDir = join(emptyFolder(t), 'data')
  await assert.rejects(startEmbeddedPostgres({ port: address.port, dataDir, keep: false }), /Address already in use/)
  assert.equal(existsSync(dataDir), false)
})

test('a folder without the programs is told', async () => {
  await assert.rejects(startEmbeddedPostgres({ binDir: tmpdir() }), /initdb is missing/)
})

test('an ordinary user can start a server too', async (t) => {
  if (process.getuid?.() !== 0) return t.skip('the other tests run as an ordinary user already')
  const readable = spawnSync(process.execPath, ['--check', OWNER], { ...NOBODY, cwd: '/' }).status === 0
  if (!readable) return t.skip('this clone is closed to other users')
  const folder = emptyFolder(t)
  chownSync(folder, NOBODY.uid, NOBODY.gid)
  const owner = spawnOwner(folder, 'wait', NOBODY)
  const { url } = await firstLine(owner)
  assert.equal(await isUp(url), true)
  owner.kill('SIGKILL')
  await nothingIsLeftIn(folder)
})

test('a folder of other programs can be named', async (t) => {
  const binDir = process.env['MOTHBALL_TEST_OTHER_PG_BIN'] ?? '/usr/lib/postgresql/15/bin'
  if (!existsSync(join(binDir, 'initdb'))) return t.skip(`no programs in ${binDir}`)
  await using server = await startEmbeddedPostgres({ binDir })
  assert.match(String(await ask(server.url(), 'show server_version')), /^1[4-8]\b/)
})
