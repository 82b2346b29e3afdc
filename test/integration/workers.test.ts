// Real worker processes on a schedule that is due each minute. `npm run test:schedule` lets the first test go on for
// twenty slots; here it sees two, of which the first is due at once.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { verify } from '../../src/engine/verify/verify.ts'
import { type CallCenter, callCenter } from '../support/call-center.ts'
import { eventually } from '../support/eventually.ts'
import { dueAtOnce, dueThisHour, endWorkers, startWorkers } from '../support/workers.ts'

const SLOTS = Number(process.env['MOTHBALL_TEST_SLOTS'] ?? 2)
const MINUTE_MS = 60_000

const customers = ({ db }: CallCenter, many: number) =>
  db.query(`insert into nic_cc_customer (name, created_at) select 'c' || g, now() - interval '90 days' from generate_series(1, ${many}) g;
    insert into nic_cc_call_log (customer_id, created_at) select id, now() - interval '80 days' from nic_cc_customer`)

/** On a machine that is busy a run may last into the next minute: that one's slot is passed by, and says so. */
const WHILE_ANOTHER_RAN = `s.state = 'skipped' and s.reason = 'already_running' and exists (select from mothball.run r
  where r.started_at < s.planned_at + interval '1 minute' and r.ended_at > s.planned_at)`

async function assertSound(center: CallCenter): Promise<void> {
  const { checks } = await verify(center.engine, center.policy)
  assert.deepEqual(
    checks.filter(({ ok }) => !ok),
    [],
  )
}

/** Longer than other tests may take: the minutes are real. */
const timeout = (SLOTS + 3) * MINUTE_MS

suite('workers', { concurrency: true, timeout }, () => {
  test('three workers and a slot each minute: every slot is run once, by one of them', { timeout }, async (t) => {
    const center = await callCenter(t, { policy: { guard: 1 } })
    await customers(center, 3)
    const workers = await startWorkers(t, center, 3)
    await dueAtOnce(center)
    const taken = () => center.count('mothball.slot', "state = 'taken'")
    await eventually('so many slots are taken', async () => (await taken()) >= SLOTS, (SLOTS + 2) * MINUTE_MS)
    await eventually('no run goes on', async () => (await center.count('mothball.run', 'ended_at is null')) === 0)
    assert.deepEqual(await endWorkers(workers), [0, 0, 0])
    const slots = String(await taken())
    // One a minute without a gap, each with a run of its own: none was left out, and none came twice.
    assert.deepEqual(
      await center.db.query(`select count(*) as runs, count(distinct s.planned_at) as slots,
          count(*) filter (where r.status = 'success') as good
        from mothball.run r left join mothball.slot s on s.run_id = r.id`),
      [{ runs: slots, slots, good: slots }],
    )
    assert.deepEqual(
      await center.db.query(`select max(planned_at) - min(planned_at) = (count(*) - 1) * interval '1 minute' as dense,
          count(*) filter (where state not in ('taken', 'due') and not (${WHILE_ANOTHER_RAN})) as unexplained
        from mothball.slot s`),
      [{ dense: 't', unexplained: '0' }],
    )
    assert.equal(await center.count('nic_cc_archive_log'), Number(slots))
    assert.equal(await center.count('nic_cc_customer_backup'), 3)
    await assertSound(center)
  })

  test('a worker that is killed in the middle of a run: another goes on with it within 30 s, and nothing is lost', {
    timeout,
  }, async (t) => {
    const center = await callCenter(t, { policy: { guard: 1 } })
    await customers(center, 300)
    const schedule = dueThisHour()
    const workers = await startWorkers(t, center, 3, { batchSize: 2, schedule })
    await dueAtOnce(center, schedule)
    await eventually('the run is under way', async () => (await center.count('mothball.batch')) >= 2, 30_000)
    const [lease] = await center.db.query('select owner from mothball.lease where run_id is not null')
    const pid = Number(lease?.['owner']?.split(':').at(-1))
    const victim = workers.find((each) => each.pid === pid)
    victim?.kill('SIGKILL')
    const killedAt = performance.now()
    assert.equal(await center.count('mothball.run', 'ended_at is null'), 1)
    const isElsewhere = async () =>
      (await center.count('mothball.lease', `owner is not null and owner not like '%:${pid}'`)) === 1
    await eventually('another has it', isElsewhere, 30_000)
    t.diagnostic(`taken over after ${Math.round(performance.now() - killedAt)} ms`)
    const isOver = async () => (await center.count('mothball.run', 'ended_at is not null')) >= 1
    await eventually('the run has ended', isOver, 120_000)
    await endWorkers(workers)
    assert.deepEqual(
      await center.db.query(
        'select status, stop_reason, archived, failed, batches from mothball.run join lateral (select count(*) as batches from mothball.batch where run_id = run.id) b on true order by id limit 1',
      ),
      [{ status: 'success', stop_reason: 'nothing_eligible', archived: '300', failed: '0', batches: '150' }],
    )
    assert.deepEqual(
      await center.db.query('select records_archived, status, dry_run from nic_cc_archive_log order by run_id limit 1'),
      [{ records_archived: '300', status: 'success', dry_run: 'f' }],
    )
    assert.deepEqual(
      [
        await center.count('nic_cc_customer'),
        await center.count('nic_cc_customer_backup'),
        await center.count('nic_cc_call_log_backup'),
      ],
      [0, 300, 300],
    )
    await assertSound(center)
  })
})
