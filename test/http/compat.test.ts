// The specification's own calls, against `mothball serve` on the sample data of the demo: answers to the letter, the
// log's rows, and every record compared field by field with what it was before.
import assert from 'node:assert/strict'
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { type TestContext, test } from 'node:test'
import { createKey } from '../../src/engine/keys.ts'
import { setStage } from '../../src/engine/stage.ts'
import { callCenter, testEngine } from '../support/call-center.ts'
import type { TestDatabase } from '../support/database.ts'
import { program, sampleDatabase } from '../support/program.ts'
import { gateAt } from '../support/reached.ts'
import { assertProblem, testService } from '../support/service.ts'

const PREFIX = '/api:archive'
const ELIGIBLE = 212

type Curl = (body: object) => Promise<Readonly<{ status: number; json: Readonly<Record<string, unknown>> }>>

/** `mothball serve` in a process of its own; `curl` is the program of that name, as in the specification. */
async function served(t: TestContext, db: TestDatabase): Promise<Readonly<{ curl: Curl; end: () => Promise<number> }>> {
  const { key } = await createKey(testEngine(t, db), { name: 'xano', as: 'operator', actor: 'test' })
  const config = { http: { compatPrefix: PREFIX, port: 0 }, policies: [{ preset: 'nic-call-center' }] }
  const { child, ended } = program(t, db, config).start('serve', '--no-schedule')
  const [line] = await once(createInterface(child.stdout), 'line')
  const { url }: { url: string } = JSON.parse(String(line))
  const curl: Curl = async (body) => {
    const words = ['-sS', '-X', 'POST', `${url}${PREFIX}/archive_old_customers`, '-H', 'Content-Type: application/json']
    const text = await outputOf([
      ...words,
      '-H',
      `Authorization: Bearer ${key}`,
      '-w',
      '\n%{http_code}',
      '-d',
      JSON.stringify(body),
    ])
    const [answer = '', status] = text.split('\n')
    return { status: Number(status), json: JSON.parse(answer) }
  }
  const end = async () => {
    child.kill('SIGTERM')
    return (await ended).code ?? -1
  }
  return { curl, end }
}

async function outputOf(words: readonly string[]): Promise<string> {
  const child: ChildProcessByStdio<null, Readable, Readable> = spawn('curl', words, {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  const [code] = await once(child, 'close')
  assert.equal(code, 0)
  return Buffer.concat(chunks).toString()
}

const numberIn = async ({ query }: TestDatabase, sql: string) => Number((await query(sql))[0]?.['n'])

test('dry run, ten, a hundred, and live: answers, log and records as the specification has them', async (t) => {
  const db = await sampleDatabase(t, { migrated: true })
  await db.query('create table before as select * from nic_cc_customer')
  const { curl, end } = await served(t, db)
  const moved = () => numberIn(db, 'select count(*) as n from nic_cc_customer_backup')

  const dry = await curl({ dry_run: true })
  assert.equal(dry.status, 200)
  assert.deepEqual([dry.json['message'], dry.json['count']], ['Dry run - no records moved', ELIGIBLE])
  const dryTen = await curl({ dry_run: true, batch_size: 10 })
  assert.equal(dryTen.json['count'], 10, 'what the same call would archive if it were live')
  assert.equal(await moved(), 0)

  const ten = await curl({ dry_run: false, batch_size: 10 })
  assert.equal(ten.status, 200)
  const { success, archived, failed, total, status } = ten.json
  assert.deepEqual(
    { success, archived, failed, total, status },
    { success: true, archived: 10, failed: 0, total: 10, status: 'success' },
  )
  assert.equal(await moved(), 10)
  const hundred = await curl({ dry_run: false, batch_size: 100 })
  assert.deepEqual([hundred.json['archived'], await moved()], [100, 110])
  const live = await curl({})
  assert.deepEqual(
    [live.json['archived'], live.json['total'], await moved()],
    [ELIGIBLE - 110, ELIGIBLE - 110, ELIGIBLE],
  )
  const nobody = await curl({})
  assert.deepEqual([nobody.status, nobody.json['success'], nobody.json['archived']], [200, true, 0])

  const differing = `select count(*) as n from before b join nic_cc_customer_backup a using (id)
    where to_jsonb(b) is distinct from to_jsonb(a) - '{archived_at,archived_by,archive_reason,archive_batch}'::text[]`
  assert.equal(await numberIn(db, differing), 0, 'every field of every record as it was')
  const stamped = `select count(*) as n from nic_cc_customer_backup
    where archived_at is not null and archived_by = 'system' and archive_reason = '60_day_rule'`
  assert.equal(await numberIn(db, stamped), ELIGIBLE)
  assert.equal(
    await numberIn(db, 'select count(*) as n from nic_cc_customer join nic_cc_customer_backup using (id)'),
    0,
  )
  assert.equal(await numberIn(db, 'select count(*) as n from nic_cc_customer'), 300 - ELIGIBLE)

  const log =
    await db.query(`select records_archived, records_failed, status, error_message, dry_run, details->>'eligible' as eligible,
    actor, execution_time_ms >= 0 as timed from nic_cc_archive_log order by id`)
  assert.deepEqual(
    log.map((row) => [
      row['records_archived'],
      row['records_failed'],
      row['status'],
      row['error_message'],
      row['dry_run'],
      row['eligible'],
      row['actor'],
      row['timed'],
    ]),
    [
      ['0', '0', 'success', null, 't', '212', 'xano', 't'],
      ['0', '0', 'success', null, 't', '212', 'xano', 't'],
      ['10', '0', 'success', null, 'f', '212', 'xano', 't'],
      ['100', '0', 'success', null, 'f', '202', 'xano', 't'],
      ['102', '0', 'success', null, 'f', '102', 'xano', 't'],
      ['0', '0', 'success', null, 'f', '0', 'xano', 't'],
    ],
  )
  assert.equal(await end(), 0)
})

test('one that cannot move is counted as failed, the rest of the call moves, and the status says so', async (t) => {
  const center = await callCenter(t)
  await center.customer(90)
  const poison = await center.customer(91)
  await center.db.query(`insert into nic_cc_customer_backup (id) values (${poison})`)
  const { call } = await testService(t, center)
  const { status, json } = await call('POST /archive_old_customers', { body: {} })
  assert.equal(status, 200)
  assert.deepEqual(
    [json?.['success'], json?.['archived'], json?.['failed'], json?.['total'], json?.['status']],
    [true, 1, 1, 2, 'partial'],
  )
  const dry = await call('POST /archive_old_customers', { body: { dry_run: true } })
  assert.equal(dry.json?.['count'], 0, 'who is in quarantine is not counted')
})

test('one call archives batch_size at the most, over several batches of the policy’s size', async (t) => {
  const center = await callCenter(t, { policy: { batchSize: 2 } })
  for (let n = 0; n < 7; n += 1) await center.customer(90 + n)
  const { call } = await testService(t, center)
  const { json } = await call('POST /archive_old_customers', { body: { batch_size: 5 } })
  assert.deepEqual([json?.['archived'], await center.count('nic_cc_customer')], [5, 2])
  assert.equal(await center.count('mothball.batch'), 3)
})

test('without a body the defaults of the specification hold', async (t) => {
  const center = await callCenter(t)
  await center.customer(90)
  const { call } = await testService(t, center)
  assert.equal((await call('POST /archive_old_customers')).json?.['archived'], 1)
})

test('while another run is going on the answer is 409, and a plan that is refused is one too', async (t) => {
  const { signals, arrived, open } = gateAt('subjects-locked')
  const center = await callCenter(t, { signals })
  await center.customer(90)
  const { call } = await testService(t, center)
  const first = call('POST /archive_old_customers', { body: {} })
  await arrived
  assertProblem(await call('POST /archive_old_customers', { body: {} }), 'already_running', 409)
  assertProblem(await call('POST /api/v1/runs', { body: { confirm: 1 } }), 'already_running', 409)
  open()
  assert.equal((await first).json?.['archived'], 1)
  await center.db.query('create rule nothing as on delete to nic_cc_customer do instead nothing')
  assertProblem(await call('POST /archive_old_customers', { body: {} }), 'plan_refused', 409)
})

test('in shadow the endpoint still moves; while the policy is paused the answer is 409', async (t) => {
  const center = await callCenter(t)
  await center.customer(90)
  const { call } = await testService(t, center)
  const stage = (word: 'shadow' | 'paused') =>
    setStage(center.engine, center.policy, { stage: word, reason: 'a test', actor: 'thandi' })
  await stage('paused')
  assertProblem(await call('POST /archive_old_customers', { body: {} }), 'policy_paused', 409)
  assert.equal((await call('POST /archive_old_customers', { body: { dry_run: true } })).json?.['count'], 1)
  await stage('shadow')
  assert.equal((await call('POST /archive_old_customers', { body: {} })).json?.['archived'], 1)
})

test('a run that breaks off is a problem, and says what it had archived', async (t) => {
  const center = await callCenter(t, { policy: { batchSize: 1 } })
  for (let n = 0; n < 3; n += 1) await center.customer(90 + n)
  let moved = 0
  const emit = async () => {
    moved += 1
    if (moved === 2) await center.db.query('alter table nic_cc_customer add column surprise text')
  }
  const engine = {
    ...center.engine,
    signals: { reached: (point: string) => (point === 'batch-committed' ? emit() : Promise.resolve()) },
  }
  const { call } = await testService(t, { ...center, engine })
  const answer = await call('POST /archive_old_customers', { body: {} })
  assertProblem(answer, 'run_broke_off', 500)
  assert.match(String(answer.json?.['detail']), /broke off \(shapes_changed\) after it had archived 2/)
})
