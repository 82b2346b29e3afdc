import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MothballError } from '../../src/core/errors/index.ts'
import type { Database } from '../../src/db/database.ts'
import { commitKnowingly, type OutcomeQuestion, type OutcomeRow } from '../../src/engine/commit.ts'
import type { Engine, SignalPoint } from '../../src/engine/ports.ts'
import { run } from '../../src/engine/run/run.ts'
import { verify } from '../../src/engine/verify/verify.ts'
import { batchOutcomeSql } from '../../src/sql/journal/batch.sql.ts'
import { sql } from '../../src/sql/tag.ts'
import { type CallCenter, callCenter } from '../support/call-center.ts'
import { eventually } from '../support/eventually.ts'
import { gateAt } from '../support/reached.ts'
import { connect, type Row } from '../support/server.ts'

const KEY_MODES = ['none', 'no action', 'cascade'] as const

/** What an agent's statement comes to: its rows, or SQLSTATE. It waits for the open batch, which then commits. */
async function writeDuringBatch(center: CallCenter, gate: ReturnType<typeof gateAt>, statement: string) {
  const moving = run(center.engine, center.policy, { confirm: 1 })
  await gate.arrived
  const agent = await connect(center.db.url)
  const written = outcomeOf(agent.query(statement))
  const isWaiting = `select count(*) as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
  let isOver = false
  void written.then(() => {
    isOver = true
  })
  await eventually('the agent waits, or is through', async () => {
    const [row] = await center.db.query(isWaiting)
    return isOver || row?.['n'] === '1'
  })
  const waited = !isOver
  gate.open()
  await moving
  const outcome = await written
  await agent.end()
  return { waited, outcome }
}

const outcomeOf = (rows: Promise<Row[]>): Promise<string> =>
  rows.then(
    (found) => `${found.length} rows`,
    (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : String(error)),
  )

const orphansOf = async ({ engine, policy }: CallCenter): Promise<boolean> =>
  (await verify(engine, policy)).checks.some(({ name, ok }) => name === 'orphans' && !ok)

for (const foreignKeys of KEY_MODES) {
  test(`an agent who updates a customer of the open batch waits, and hits no row (foreign keys: ${foreignKeys})`, async (t) => {
    const gate = gateAt('subjects-copied')
    const center = await callCenter(t, { foreignKeys, signals: gate.signals })
    const customer = await center.customer(90)
    await center.related('call_log', customer, { created_at: -50 })
    const statement = `update nic_cc_customer set name = 'new' where id = ${customer} returning id`
    assert.deepEqual(await writeDuringBatch(center, gate, statement), { waited: true, outcome: '0 rows' })
  })

  test(`a related row for a customer of the open batch is refused by its foreign key, or brings him home (${foreignKeys})`, async (t) => {
    const gate = gateAt('subjects-copied')
    const center = await callCenter(t, { foreignKeys, signals: gate.signals })
    const customer = await center.customer(90)
    const statement = `insert into nic_cc_aod (customer_id, status) values (${customer}, 'active') returning id`
    const isGuarded = foreignKeys !== 'none'
    assert.deepEqual(await writeDuringBatch(center, gate, statement), {
      waited: isGuarded,
      outcome: isGuarded ? '23503' : '1 rows',
    })
    assert.equal(await center.count('nic_cc_aod'), isGuarded ? 0 : 1)
    assert.equal(await center.count('nic_cc_customer'), isGuarded ? 0 : 1)
    assert.equal(await orphansOf(center), false)
  })

  test(`a related row for a customer who has left is refused by its foreign key, or is an orphan (${foreignKeys})`, async (t) => {
    const center = await callCenter(t, { foreignKeys })
    const customer = await center.customer(90)
    await run(center.engine, center.policy, { confirm: 1 })
    const written = outcomeOf(
      center.db.query(`insert into nic_cc_call_log (customer_id) values (${customer}) returning id`),
    )
    const isGuarded = foreignKeys !== 'none'
    assert.equal(await written, isGuarded ? '23503' : '1 rows')
    assert.equal(await orphansOf(center), !isGuarded)
  })
}

test('a row that an agent changed before the batch locked it is moved as changed', async (t) => {
  const gate = gateAt('batch-begun')
  const center = await callCenter(t, { signals: gate.signals })
  const customer = await center.customer(90, { name: 'old' })
  const statement = `update nic_cc_customer set name = 'new' where id = ${customer} returning id`
  assert.deepEqual(await writeDuringBatch(center, gate, statement), { waited: false, outcome: '1 rows' })
  assert.equal(await center.count('nic_cc_customer_backup', "name = 'new'"), 1)
})

/** An engine whose answer to the first batch's COMMIT gets lost; `isCommitted` says what had become of it. */
function losingCommit({ engine, policy }: CallCenter, isCommitted: boolean): Engine {
  const lost = new MothballError('connection_lost', { at: 'commit' })
  let [isRecorded, isLost] = [false, false]
  const reached = (point: SignalPoint) => {
    isRecorded ||= point === 'batch-recorded'
    return Promise.resolve()
  }
  const transaction: Database['transaction'] = async (options, work) => {
    const { result, isAnswered } = await engine.database.transaction(options, async (session) => {
      const result = await work(session)
      // A batch has the policy's own timeouts, whatever writes the lease has others.
      const isAnswered = isLost || !isRecorded || options.timeouts !== policy.timeouts
      isLost ||= !isAnswered
      if (!isAnswered && !isCommitted) throw lost
      return { result, isAnswered }
    })
    if (!isAnswered) throw lost
    return result
  }
  return { ...engine, signals: { reached }, database: { ...engine.database, transaction } }
}

test('a COMMIT of a batch whose answer was lost counts when the journal has it', async (t) => {
  const center = await callCenter(t)
  for (let made = 0; made < 4; made += 1) await center.customer(90)
  const engine = losingCommit(center, true)
  const result = await run(engine, center.policy, { confirm: 4, batchSize: 2 })
  assert.deepEqual([result.status, result.archived], ['success', 4])
  assert.equal(await center.count('nic_cc_customer_backup'), 4)
})

test('a COMMIT of a batch that never happened is not taken for one', async (t) => {
  const center = await callCenter(t)
  for (let made = 0; made < 4; made += 1) await center.customer(90)
  const engine = losingCommit(center, false)
  const result = await run(engine, center.policy, { confirm: 4, batchSize: 2 })
  assert.deepEqual([result.status, result.archived, result.error?.code], ['failed', 0, 'connection_lost'])
  assert.deepEqual([await center.count('nic_cc_customer'), await center.count('nic_cc_customer_backup')], [4, 0])
})

/** A transaction that does its work; then COMMIT is answered by `broken`, and by `question` somebody finds out. */
function committingBroken({ engine, policy }: CallCenter, broken: MothballError, question: OutcomeQuestion) {
  const transaction: Database['transaction'] = async (options, work) => {
    await engine.database.transaction(options, work)
    throw broken
  }
  const breaking = { ...engine, database: { ...engine.database, transaction } }
  return commitKnowingly(breaking, policy, () => Promise.resolve({ question, result: 'done' }))
}

test('a transaction that a crashed server has forgotten did not commit, and what broke it is told', async (t) => {
  const broken = new MothballError('statement_failed', { sqlstate: '53100', at: 'commit' })
  const committing = committingBroken(await callCenter(t), broken, batchOutcomeSql('1', '4000000000'))
  await assert.rejects(committing, (error) => error === broken)
})

test('one that commits while it is looked for is found by the next look; whose number another has now did not', async (t) => {
  const center = await callCenter(t)
  await center.db.query('create sequence look; grant usage on sequence look to public')
  const lost = new MothballError('connection_lost', { at: 'commit' })
  const late = sql<OutcomeRow>`select (nextval('public.look') > 1)::text as recorded, 'committed' as status`
  assert.equal(await committingBroken(center, lost, late), 'done')
  const another = sql<OutcomeRow>`select 'false' as recorded, 'committed' as status`
  await assert.rejects(committingBroken(center, lost, another), (error) => error === lost)
})
