import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once as event } from 'node:events'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { MothballError } from '../../src/core/errors/index.ts'
import type { Database } from '../../src/db/database.ts'
import { restore } from '../../src/engine/restore/restore.ts'
import { activeRows, archivedCount, archivedFamilies } from '../support/archived-families.ts'
import { type CallCenter, callCenter } from '../support/call-center.ts'
import { eventually } from '../support/eventually.ts'
import { once } from '../support/reached.ts'

const undo = ({ engine, policy }: CallCenter, run: number) =>
  restore(engine, policy, { selection: { by: 'run', run }, reason: 'undo' })

/** A database whose answer to the n-th batch's COMMIT gets lost; `isCommitted` says what had become of it. */
function losingCommit(database: Database, isCommitted: boolean): Database {
  let isLost = false
  const transaction: Database['transaction'] = async (options, work) => {
    if (isLost || options.timeouts === undefined) return database.transaction(options, work)
    isLost = true
    const lost = new MothballError('connection_lost', { at: 'commit' })
    if (isCommitted) await database.transaction(options, work)
    else
      await database
        .transaction(options, async (session) => {
          await work(session)
          throw lost
        })
        .catch(() => undefined)
    throw lost
  }
  return { ...database, transaction }
}

test('a COMMIT whose answer was lost counts when the journal has it', async (t) => {
  const center = await callCenter(t, { policy: { batchSize: 2 } })
  const { run } = await archivedFamilies(center, 4)
  const engine = { ...center.engine, database: losingCommit(center.engine.database, true) }
  const result = await undo({ ...center, engine }, run)
  assert.deepEqual([result.restored, result.conflicts, await archivedCount(center)], [4, [], 0])
})

test('a COMMIT that never happened is not taken for one', async (t) => {
  const center = await callCenter(t, { policy: { batchSize: 2 } })
  const { run } = await archivedFamilies(center, 4)
  const engine = { ...center.engine, database: losingCommit(center.engine.database, false) }
  await assert.rejects(undo({ ...center, engine }, run), { code: 'connection_lost' })
  assert.deepEqual([await center.count('nic_cc_customer'), await archivedCount(center)], [0, 36])
  assert.equal(await center.count('mothball.run', "operation = 'restore' and status = 'failed' and restored = 0"), 1)
  assert.equal((await undo(center, run)).restored, 4)
})

for (const point of ['restore-locked', 'restore-copied', 'restore-deleted'] as const)
  test(`a connection cut at ${point} leaves every family whole, and the counts true`, async (t) => {
    let batches = 0
    const center: CallCenter = await callCenter(t, {
      policy: { batchSize: 2 },
      signals: {
        reached: async (reached) => {
          if (reached !== point) return
          batches += 1
          if (batches === 2)
            await center.db.query(`select pg_terminate_backend(pid) from pg_stat_activity
              where datname = current_database() and pid <> pg_backend_pid() and state = 'idle in transaction'`)
        },
      },
    })
    const { run } = await archivedFamilies(center, 6)
    await assert.rejects(undo(center, run), { code: 'connection_lost' })
    assert.deepEqual([(await activeRows(center)).length, await archivedCount(center)], [18, 36])
    const [row] = await center.db.query(`select status, restored from mothball.run where operation = 'restore'`)
    assert.deepEqual(row, { status: 'partial', restored: '2' })
    const result = await undo(center, run)
    assert.deepEqual([result.restored, result.alreadyHome, await archivedCount(center)], [4, 2, 0])
  })

test('a restore that was killed has its true count, and the next one closes it', async (t) => {
  const center = await callCenter(t, { policy: { batchSize: 2 } })
  const { run } = await archivedFamilies(center, 8)
  const script = fileURLToPath(new URL('../support/stuck-restore.ts', import.meta.url))
  const child = spawn(process.execPath, [script, center.db.url, JSON.stringify(center.policy), String(run)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.after(() => child.kill('SIGKILL'))
  await event(child.stdout, 'data')
  child.kill('SIGKILL')
  await eventually('its backends are gone', async () => {
    return (
      (await center.count(
        'pg_stat_activity',
        "datname = current_database() and application_name = 'mothball' and xact_start is not null",
      )) === 0
    )
  })
  assert.deepEqual([(await activeRows(center)).length, await archivedCount(center)], [36, 36])
  const killed = async () =>
    (await center.db.query(`select status, restored, stop_reason from mothball.run where reason = 'to be killed'`))[0]
  assert.deepEqual(await killed(), { status: 'running', restored: '4', stop_reason: null })
  await center.db.query(
    `update mothball.run set details = details || '{"worked_at": "2026-01-01", "backend_pid": 0}' where reason = 'to be killed'`,
  )
  assert.equal((await undo(center, run)).restored, 4)
  assert.deepEqual(await killed(), { status: 'partial', restored: '4', stop_reason: 'interrupted' })
})

test('a restore that is alive is not closed by another one', async (t) => {
  const second: { run?: Promise<unknown> } = {}
  const center: CallCenter = await callCenter(t, {
    policy: { batchSize: 2 },
    signals: once('restore-committed', async () => {
      second.run = restore(center.engine, center.policy, { selection: { by: 'keys', keys: ['1'] }, reason: 'another' })
      await second.run
    }),
  })
  const { run } = await archivedFamilies(center, 4)
  const result = await undo(center, run)
  assert.ok(second.run)
  const [row] = await center.db.query(`select status, restored from mothball.run where id = ${result.run}`)
  assert.deepEqual(row, { status: 'success', restored: String(result.restored) })
})
