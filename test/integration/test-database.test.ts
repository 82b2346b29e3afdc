// The promises of the tests' own databases: fresh, apart from each other, built once, kept when a test fails.
import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Template, testDatabase } from '../support/database.ts'
import { asAdmin } from '../support/server.ts'

const FAILING = fileURLToPath(new URL('../support/failing-test.ts', import.meta.url))
const RACER = fileURLToPath(new URL('../support/template-racer.ts', import.meta.url))

const shelf: Template = {
  name: 'shelf',
  build: async (query) => {
    await query('create table book (title text, price numeric); create table built (pid int)')
    await query('insert into book values ($1, $2)', ['one', '1.50'])
    await query('insert into built select pg_backend_pid()')
  },
}

const exists = (name: string) =>
  asAdmin(async (query) => (await query('select from pg_database where datname = $1', [name])).length > 0)

const nameOf = (url: string) => new URL(url).pathname.slice(1)

test('each database is a clone of its own, and values come as text', async (t) => {
  const [one, two] = await Promise.all([testDatabase(t, { template: shelf }), testDatabase(t, { template: shelf })])
  await one.query('delete from book')
  assert.deepEqual(await one.query('select * from book'), [])
  assert.deepEqual(await two.query('select * from book'), [{ title: 'one', price: '1.50' }])
  assert.deepEqual(await one.query('select pid from built'), await two.query('select pid from built'))
})

test('many at once build their template once', async (t) => {
  let built = 0
  const template: Template = {
    name: 'counted',
    build: async (query) => {
      built += 1
      await query('create table t ()')
    },
  }
  await Promise.all(Array.from({ length: 5 }, () => testDatabase(t, { template })))
  assert.equal(built, 1)
})

test('processes that want the same template at once build it once', async () => {
  const racers = Array.from({ length: 3 }, () => promisify(execFile)(process.execPath, [RACER]))
  const said = (await Promise.all(racers)).map(({ stdout }) => stdout)
  assert.deepEqual(said.sort(), ['', '', 'built'])
})

test('a template that could not be built is not used, and can be built again', async (t) => {
  const broken: Template = { name: 'mended', build: () => Promise.reject(new Error('broken')) }
  await assert.rejects(testDatabase(t, { template: broken }), /broken/)
  const whole: Template = { name: 'mended', build: async (query) => void (await query('create table whole ()')) }
  const { query } = await testDatabase(t, { template: whole })
  assert.deepEqual(await query('select * from whole'), [])
})

test('a database goes when its test has passed', async (t) => {
  let url = ''
  await t.test('inner', async (inner) => {
    const database = await testDatabase(inner)
    url = database.url
    assert.equal((await database.query('select 1 as n'))[0]?.['n'], '1')
  })
  assert.equal(await exists(nameOf(url)), false)
})

test('the database of a failed test stays and is named', async (t) => {
  // A runner refuses to run inside another one's test: it looks at this variable.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const run = spawnSync(process.execPath, ['--test', '--test-reporter=tap', FAILING], { encoding: 'utf8', env })
  assert.equal(run.status, 1, run.stdout + run.stderr)
  const name = /failed test is (mothball_test_\w+)/.exec(run.stdout)?.[1]
  assert.ok(name, run.stdout)
  t.after(() => asAdmin((query) => query(`drop database ${name} with (force)`)))
  assert.equal(await exists(name), true)
})
