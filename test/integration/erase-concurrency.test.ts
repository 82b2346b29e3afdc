import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SignalPoint } from '../../src/engine/ports.ts'
import { restore } from '../../src/engine/restore/restore.ts'
import { run } from '../../src/engine/run/run.ts'
import { testEngine } from '../support/call-center.ts'
import { eventually } from '../support/eventually.ts'
import { eraseHim, holdHim, type PersonCenter, personCenter, rowsOf } from '../support/person.ts'
import { gateAt } from '../support/reached.ts'
import { assertClean } from '../support/verified.ts'

/** Whoever waits here waits for the other, and not for a limit. */
const PATIENT = { policy: { timeouts: { lockMs: 20_000 } } } as const

const someoneWaits = ({ db }: PersonCenter) =>
  eventually('a session waits for a lock', async () => {
    const rows = await db.query(
      `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    )
    return rows.length > 0
  })

test('a hold that is set before his rows are locked wins: nothing of him is gone', async (t) => {
  const gate = gateAt('batch-begun')
  const center = await personCenter(t, { signals: gate.signals })
  const before = await rowsOf(center, center.person)
  const erasing = eraseHim(center, center.person)
  await gate.arrived
  const hold = await holdHim(testEngine(t, center.db), center.policy, center.person)
  gate.open()
  await assert.rejects(erasing, { code: 'erasure_held' })
  assert.deepEqual([hold.tier, await rowsOf(center, center.person)], ['archive', before])
})

for (const point of ['person-locked', 'person-destroyed', 'erasure-recorded'] as const)
  test(`a hold that is asked for at ${point} waits, and loses: there is nobody left to hold`, async (t) => {
    const { center, erasing, gate } = await standAt(t, point)
    const holding = holdHim(testEngine(t, center.db), center.policy, center.person)
    const refused = assert.rejects(holding, { code: 'already_gone' })
    await someoneWaits(center)
    gate.open()
    await erasing
    await refused
    assert.deepEqual([await rowsOf(center, center.person), await center.count('mothball.hold')], [0, 0])
    await center.db.query('delete from nic_cc_call_log')
    await assertClean(center)
  })

test('a hold that waited for an erasure that was rolled back stands', async (t) => {
  const gate = gateAt('person-destroyed')
  const center = await personCenter(t, { signals: gate.signals })
  await center.db.query(`create function refuse() returns trigger language plpgsql as $$ begin raise 'no'; end $$;
    create trigger refuse after insert on mothball.erasure for each row execute function refuse()`)
  const before = await rowsOf(center, center.person)
  const failed = assert.rejects(eraseHim(center, center.person), { code: 'statement_failed' })
  await gate.arrived
  const holding = holdHim(testEngine(t, center.db), center.policy, center.person)
  await someoneWaits(center)
  gate.open()
  await failed
  assert.equal((await holding).tier, 'archive')
  assert.equal(await rowsOf(center, center.person), before)
})

test('who is brought home while an erasure begins is waited for and judged at home', async (t) => {
  const center = await personCenter(t, PATIENT)
  const gate = gateAt('restore-deleted')
  const selection = { by: 'keys', keys: [center.person] } as const
  const restoring = restore(testEngine(t, center.db, [], gate.signals), center.policy, { selection, reason: 'x' })
  await gate.arrived
  const refused = assert.rejects(eraseHim(center, center.person), { code: 'erasure_active' })
  await someoneWaits(center)
  gate.open()
  assert.equal((await restoring).restored, 1)
  await refused
})

test('while somebody is erased nobody brings him home, no run starts and no other erasure', async (t) => {
  const { center, erasing, gate } = await standAt(t, 'person-destroyed')
  const other = testEngine(t, center.db)
  const selection = { by: 'keys', keys: [center.person] } as const
  const { restored, conflicts } = await restore(other, center.policy, { selection, reason: 'x' })
  assert.deepEqual([restored, conflicts.length], [0, 1])
  await assert.rejects(run(other, center.policy), { code: 'already_running' })
  await assert.rejects(eraseHim({ ...center, engine: other }, center.person), { code: 'already_running' })
  gate.open()
  await erasing
  assert.equal(await rowsOf(center, center.person), 0)
})

async function standAt(t: Parameters<typeof personCenter>[0], point: SignalPoint) {
  const gate = gateAt(point)
  const center = await personCenter(t, { signals: gate.signals })
  const erasing = eraseHim(center, center.person)
  await gate.arrived
  return { center, erasing, gate }
}
