import assert from 'node:assert/strict'
import { once as onceEmitted } from 'node:events'
import { test } from 'node:test'
import { readOpenLanes, takeLane } from '../../src/db/journal/lane.ts'
import { readOpenRun } from '../../src/db/journal/open-run.ts'
import { openDatabase } from '../../src/db/open-database.ts'
import type { Engine, SignalPoint } from '../../src/engine/ports.ts'
import { INERT_SIGNALS } from '../../src/engine/ports.ts'
import { adoptRun, helpRun, runsToHelp } from '../../src/engine/run/adopt-run.ts'
import { leaseName } from '../../src/engine/run/lease.ts'
import { judgeTables } from '../../src/engine/run/prepare-run.ts'
import { run } from '../../src/engine/run/run.ts'
import { judgementOf } from '../../src/engine/run/work.ts'
import { verify } from '../../src/engine/verify/verify.ts'
import { archiveToy, toyIn } from '../support/archived-table.ts'
import { type CallCenter, callCenter } from '../support/call-center.ts'
import { testDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { gateAt, once } from '../support/reached.ts'

/** 50 old customers, every tenth kept by an AOD: in batches of two they are worth two lanes. */
async function fiftyOld(
  t: Parameters<typeof callCenter>[0],
  signals = INERT_SIGNALS,
  parallel = 1,
): Promise<CallCenter> {
  const center = await callCenter(t, { policy: { guard: 1, batchSize: 2, lanes: 4, parallel }, signals })
  await center.db.query(`insert into nic_cc_customer (name, created_at) select 'c' || g, now() - interval '90 days' from generate_series(1, 50) g;
    insert into nic_cc_call_log (customer_id, created_at) select id, now() - interval '80 days' from nic_cc_customer;
    insert into nic_cc_aod (customer_id, status) select id, 'active' from nic_cc_customer where id % 10 = 0`)
  return center
}

const HELPER = 'mothball helper'

/** Another process, as far as the database can tell: its own connections. */
function secondEngine(t: Parameters<typeof callCenter>[0], center: CallCenter, signals = INERT_SIGNALS): Engine {
  const database = openDatabase({ url: center.db.url, applicationName: HELPER })
  t.after(() => database.close())
  return { ...center.engine, database, signals }
}

async function assertAllMoved(center: CallCenter): Promise<void> {
  assert.deepEqual([await center.count('nic_cc_customer'), await center.count('nic_cc_customer_backup')], [5, 45])
  const { checks } = await verify(center.engine, center.policy)
  assert.deepEqual(
    checks.filter(({ ok }) => !ok),
    [],
  )
}

test('a run that is cut into lanes is one run: one cutoff, one account, nobody twice', async (t) => {
  const center = await fiftyOld(t)
  const result = await run(center.engine, center.policy)
  assert.deepEqual([result.status, result.archived, result.stopReason], ['success', 45, 'nothing_eligible'])
  assert.equal(await center.count('mothball.run'), 1)
  assert.equal(await center.count('mothball.lane', 'ended_at is not null and reserved > 0'), 2)
  assert.equal(await center.count('nic_cc_archive_log', 'records_archived = 45'), 1)
  await assertAllMoved(center)
})

test('one process goes through two lanes beside each other, each under its own lease', async (t) => {
  let begun = 0
  const both = Promise.withResolvers<void>()
  const reached = async (point: SignalPoint) => {
    if (point !== 'lane-taken') return
    begun += 1
    if (begun === 2) both.resolve()
    await both.promise
  }
  const center = await fiftyOld(t, { reached }, 2)
  assert.equal((await run(center.engine, center.policy)).archived, 45)
  assert.equal(await center.count('mothball.lane', 'ended_at is not null and reserved > 0'), 2)
  assert.equal(await center.count('mothball.lease', 'owner is not null'), 0)
  await assertAllMoved(center)
})

test('tables that are called like each other share no lease: `orders`, cut into lanes, and `orders#1` run at once', async (t) => {
  const gate = gateAt('lane-taken')
  const db = await testDatabase(t)
  const filled = (table: string) => `create table "${table}" (id bigint primary key, created_at timestamptz);
    insert into "${table}" select g, now() - interval '90 days' from generate_series(1, 50) g`
  const inLanes = { subject: 'orders', batchSize: 2, lanes: 4 }
  const orders = await toyIn(t, db, filled('orders'), inLanes, { signals: gate.signals })
  const other = await toyIn(t, db, filled('orders#1'), { subject: 'orders#1' })
  const leading = archiveToy(orders)
  await gate.arrived
  assert.equal((await archiveToy(other)).archived, 50)
  gate.open()
  assert.equal((await leading).archived, 50)
  const leases = await db.query('select name from mothball.lease order by name collate "C"')
  assert.deepEqual(
    leases.map(({ name }) => name),
    ['public.orders', 'public.orders#1', 'public.orders;1', 'public.orders;2'],
  )
})

test('where one of two lanes of a process fails, the other is brought to rest before the run closes', async (t) => {
  const center = await fiftyOld(t, INERT_SIGNALS, 2)
  await center.db.query(`create function refuse() returns trigger language plpgsql as
    'begin if old.id > 40 then raise exception using errcode = ''53100''; end if; return old; end'`)
  await center.db.query('create trigger refuse before delete on nic_cc_customer for each row execute function refuse()')
  const accepting = { ...center.policy, acceptedTriggers: ['nic_cc_customer.refuse'] }
  const result = await run(center.engine, accepting)
  const archived = await center.count('nic_cc_customer_backup')
  assert.deepEqual([result.stopReason, result.archived], ['failed', archived])
  assert.equal(await center.count('nic_cc_customer'), 50 - archived)
  assert.equal(await center.count('mothball.lane', 'ended_at is null'), 0)
})

test('a second worker takes lanes that nobody has, and the first closes the run when both are done', async (t) => {
  const gate = gateAt('lane-taken')
  const center = await fiftyOld(t, gate.signals)
  const leading = run(center.engine, center.policy)
  await gate.arrived
  const helper = secondEngine(t, center)
  assert.deepEqual(await runsToHelp(helper, center.policy), [1])
  assert.equal(await helpRun(helper, center.policy, 1), 1)
  assert.equal(await center.count('nic_cc_customer_backup'), 22)
  gate.open()
  assert.equal((await leading).archived, 45)
  await assertAllMoved(center)
})

test('a lane whose worker dies is taken by another, which moves the rest of it', async (t) => {
  const gate = gateAt('lane-taken')
  const center = await fiftyOld(t, gate.signals)
  const leading = run(center.engine, center.policy)
  await gate.arrived
  // The helper dies in its third batch: its connections are cut, and it does nothing more.
  const buried = Promise.withResolvers<void>()
  let begun = 0
  let stands = false
  const reached = async (point: SignalPoint) => {
    if (point === 'batch-begun') begun += 1
    if (point !== 'subjects-copied' || begun !== 3) return
    stands = true
    await buried.promise
  }
  const helper = secondEngine(t, center, { reached })
  const helping = helpRun(helper, center.policy, 1).catch(() => 0)
  await eventually('the helper stands in its third batch', () => stands)
  await center.db.query('select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1', [HELPER])
  gate.open()
  assert.equal((await leading).archived, 45)
  // Its connection has to be given back before its pool can close.
  buried.resolve()
  await helping
  await assertAllMoved(center)
})

test('all lanes together stay under the ceiling that was confirmed', async (t) => {
  let settle = async (): Promise<unknown> => undefined
  const center = await fiftyOld(
    t,
    once('lanes-cut', () => settle()),
  )
  settle = () => center.db.query("update nic_cc_aod set status = 'settled'")
  const result = await run(center.engine, { ...center.policy, guard: 0.25 }, { confirm: 45 })
  assert.ok(result.archived <= 45 && result.archived > 40, String(result.archived))
  assert.equal(result.stopReason, 'ceiling')
})

test('a run that takes the lease over fences every lane of the one before', async (t) => {
  const gate = gateAt('lane-taken')
  const center = await fiftyOld(t, gate.signals)
  // The leader hears of it by its heartbeat, three to a lease's time.
  const policy = { ...center.policy, timeouts: { ...center.policy.timeouts, leaseMs: 900 } }
  const leading = run(center.engine, policy)
  await gate.arrived
  await center.db.query('update mothball.lease set backend_pid = 0')
  // Whole, so that it takes no lane itself.
  const other = await run(secondEngine(t, center), { ...policy, lanes: 1 })
  assert.equal(other.archived, 45)
  gate.open()
  const first = await leading
  assert.deepEqual([first.status, first.archived, first.error?.code], ['failed', 0, 'lease_lost'])
  await assertAllMoved(center)
})

test('a run whose process died is gone on with: same run, same cutoff, and what was moved before is counted', async (t) => {
  const gate = gateAt('lane-taken')
  const center = await fiftyOld(t, gate.signals)
  const leading = run(center.engine, center.policy)
  await gate.arrived
  const helper = secondEngine(t, center)
  await helpRun(helper, center.policy, 1)
  await center.db.query("update mothball.lease set heartbeat_at = now() - interval '1 hour', backend_pid = null")
  const adopted = await adoptRun(helper, center.policy, 1)
  assert.ok(typeof adopted === 'object')
  assert.deepEqual([adopted.run, adopted.archived, adopted.status, adopted.eligible], [1, 45, 'success', 45])
  gate.open()
  await leading
  assert.equal(await center.count('nic_cc_archive_log'), 1)
  assert.equal(await adoptRun(helper, center.policy, 1), 'ended')
  await assertAllMoved(center)
})

test('an error in one lane ends the others, and the run tells it', async (t) => {
  let alter = async (): Promise<unknown> => undefined
  const center = await fiftyOld(
    t,
    once('lane-taken', () => alter()),
  )
  alter = () => center.db.query('alter table nic_cc_call_log add column extra text')
  const result = await run(center.engine, center.policy)
  assert.deepEqual([result.status, result.archived, result.error?.code], ['failed', 0, 'shapes_changed'])
})

test('where the leading process is told to end, whoever helps ends at his batch too', async (t) => {
  const ending = new AbortController()
  const center = await fiftyOld(t)
  const leader = secondEngine(t, center)
  let helping: Promise<number> = Promise.resolve(0)
  const reached = async (point: SignalPoint) => {
    if (point === 'subjects-copied') ending.abort()
    if (point === 'batch-committed')
      await eventually(
        'the helper is asked to stop',
        async () => (await center.count('mothball.run', "asked = 'stop'")) > 0,
      )
  }
  const help = once('lanes-cut', async () => {
    const told = onceEmitted(ending.signal, 'abort')
    helping = helpRun(secondEngine(t, center, { reached }), center.policy, 1)
    await told
  })
  const result = await run({ ...leader, signals: help }, center.policy, { signal: ending.signal })
  await helping
  assert.deepEqual([result.stopReason, result.archived], ['stopped', 2])
  assert.equal(await center.count('nic_cc_customer_backup'), result.archived)
})

test('what the sweeps of lanes did is the run’s, whichever process went through them', async (t) => {
  const gate = gateAt('lane-taken')
  const center = await fiftyOld(t, gate.signals)
  const leading = run(center.engine, center.policy)
  await gate.arrived
  const helper = secondEngine(t, center, lateOnce(center))
  assert.equal(await helpRun(helper, center.policy, 1), 1)
  gate.open()
  const { late } = await leading
  assert.deepEqual([late.rows, late.restored], [{ nic_cc_call_log: 1 }, 1])
  const [row] = await center.db.query(
    "select details -> 'late' ->> 'restored' as n from nic_cc_archive_log where records_archived > 0",
  )
  assert.deepEqual(row, { n: '1' })
  assert.equal(await center.count('mothball.lane', "(swept ->> 'restored')::int = 1"), 1)
})

/** Somebody writes a row for a customer of the helper's first batch, just after it has committed. */
function lateOnce(center: CallCenter): Engine['signals'] {
  return once('batch-committed', () =>
    center.db.query(
      'insert into nic_cc_call_log (customer_id) select min(id) from nic_cc_customer_backup where archive_batch = (select max(id) from mothball.batch)',
    ),
  )
}

test('a lane that ended meanwhile is not taken, and no lease is left behind for it', async (t) => {
  const gate = gateAt('lane-taken')
  const center = await fiftyOld(t, gate.signals)
  const leading = run(center.engine, center.policy)
  await gate.arrived
  const { policy } = center
  const helper = secondEngine(t, center)
  const [, second] = await readOpenLanes(helper.database, 1)
  assert.ok(second)
  await helpRun(helper, policy, 1)
  const open = await readOpenRun(helper.database, 1)
  assert.ok(open)
  const judgement = judgementOf({ policy, tables: await judgeTables(helper, policy), started: open })
  const own = { lease: leaseName(policy), run: 1, lane: second, owner: 'somebody:1' }
  const taken = await helper.database.transaction({}, (session) =>
    takeLane(session, judgement, own, () => assert.fail('its lease was asked for')),
  )
  assert.equal(taken, null)
  gate.open()
  assert.equal((await leading).archived, 45)
  assert.equal(await center.count('mothball.lease', 'owner is not null'), 0)
})
