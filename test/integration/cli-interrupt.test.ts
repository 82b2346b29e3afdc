// Ctrl-C once and twice, a second run beside the first, a reader that goes away, and the question on a terminal.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { TestDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { assertError, digestOf, listOf, program, type Started, sampleDatabase } from '../support/program.ts'
import { connect } from '../support/server.ts'

const active = async ({ query }: TestDatabase) =>
  Number((await query('select count(*) as n from nic_cc_customer'))[0]?.['n'])

/** Resolves at the first line of stdout that holds `text`. */
async function line({ child }: Started, text: string): Promise<void> {
  for await (const each of createInterface(child.stdout)) if (each.includes(text)) return
}

test('Ctrl-C stops at the end of a batch: what was moved is whole, counted and sealed', async (t) => {
  const db = await sampleDatabase(t, { migrated: true })
  const { start, json } = program(t, db)
  const running = start('run', '--confirm=212', '--batch-size', '1')
  await line(running, 'batch-moved')
  running.child.kill('SIGINT')
  const { code, last } = await running.ended
  assert.equal(code, 130)
  assert.deepEqual([last['type'], last['stopReason']], ['run', 'stopped'])
  const archived = Number(last['archived'])
  assert.ok(archived > 0 && archived < 212, String(archived))
  assert.equal(await active(db), 300 - archived)
  assert.equal((await json('verify')).code, 0)
  const rest = await json('run', `--confirm=${212 - archived}`)
  assert.deepEqual([rest.code, rest.last['archived']], [0, 212 - archived], 'a rerun goes on where it stopped')
})

test('a second run is refused while one goes on; Ctrl-C twice leaves at once, and the batch is rolled back', async (t) => {
  const db = await sampleDatabase(t, { migrated: true })
  const patient = { preset: 'nic-call-center', timeouts: { lockMs: 600_000, statementMs: 600_000, idleMs: 600_000 } }
  const { start, json } = program(t, db, { policies: [patient] })
  const reader = await connect(db.url)
  t.after(() => reader.end())
  await reader.query('begin; lock table nic_cc_call_log_backup in exclusive mode')
  const running = start('run', '--confirm=212')
  await eventually('the batch waits for the lock', async () => {
    const rows = await db.query(`select from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock' and application_name = 'mothball'`)
    return rows.length > 0
  })
  const before = await digestOf(db, 'lease')
  assertError(await json('run', '--yes', '--max-rows', '1'), 'already_running', 11)
  await eventually(
    'the program is gone',
    () => running.child.kill('SIGINT') === false || running.child.exitCode !== null,
  )
  assert.equal((await running.ended).code, 130)
  await reader.query('rollback')
  assert.equal(await active(db), 300)
  assert.equal(await digestOf(db, 'lease'), before)
  const next = await json('run', '--max-rows', '5', '--yes')
  assert.equal(next.last['archived'], 5)
  const runs = listOf((await json('history')).last['runs'])
  assert.deepEqual(runs.map(({ status, stopReason }) => [status, stopReason]).at(-1), ['failed', 'interrupted'])
})

test('a reader that goes away ends nothing: the run goes on, and quietly', async (t) => {
  const db = await sampleDatabase(t, { migrated: true })
  const { child } = program(t, db).start('run', '--max-rows', '20', '--batch-size', '1', '--yes')
  child.stdout.once('data', () => child.stdout.destroy())
  const [code] = await once(child, 'close')
  assert.equal(code, 0)
  assert.equal(await active(db), 280)
})

const hasScript = spawnSync('script', ['--version']).status === 0

test('on a terminal the question is asked, and a no touches nothing', {
  skip: !hasScript && 'there is no script(1)',
}, async (t) => {
  const db = await sampleDatabase(t, { migrated: true })
  const before = await digestOf(db)
  const { folder } = program(t, db)
  const bin = fileURLToPath(new URL('../../bin/mothball.js', import.meta.url))
  // A terminal of script(1) has no width of its own.
  const command = `stty cols 100; exec '${process.execPath}' '${bin}' run --max-rows 20 --config '${folder}/given.json'`
  const env = { ...process.env, MOTHBALL_DATABASE_URL: db.url, NO_COLOR: '1', TERM: 'xterm' }
  const child = spawn('script', ['-qec', command, '/dev/null'], { env, stdio: ['pipe', 'pipe', 'inherit'] })
  t.after(() => child.kill('SIGKILL'))
  let seen = ''
  child.stdout.on('data', (chunk: Buffer) => {
    const asked = seen.includes('Archive 20 rows')
    seen += chunk.toString()
    if (!asked && seen.includes('Archive 20 rows')) child.stdin.write('n')
  })
  const [code] = await once(child, 'close')
  assert.equal(code, 130, seen)
  assert.match(seen, /Archive 20 rows of nic_cc_customer with all that is theirs\?/)
  assert.match(seen, /not confirmed: nothing was touched/)
  assert.equal(await digestOf(db), before)
})
