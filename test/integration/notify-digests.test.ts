// Summaries: due by the wall clock of the zone, written once for their day, true to the journal.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { restore } from '../../src/engine/restore/restore.ts'
import { run } from '../../src/engine/run/run.ts'
import { digestBoundsSql } from '../../src/sql/journal/digest.sql.ts'
import { type CallCenter, callCenter } from '../support/call-center.ts'
import { listening } from '../support/notifying.ts'

const channel = { kind: 'slack', name: 'ops', url: 'https://hooks.example.com/x', alerts: false }

/** Hour and minute of the zone, `ago` minutes before now. */
async function clock({ db }: CallCenter, ago: number): Promise<string> {
  const [row] = await db.query(
    `select to_char(now() at time zone 'Africa/Johannesburg' - $1 * interval '1 minute', 'HH24:MI') as at`,
    [ago],
  )
  return row?.['at'] ?? ''
}

async function daily(t: TestContext, ago: number) {
  const c = await callCenter(t, { policy: { guard: 1, schedule: null } })
  return { c, ...listening(c, { channels: [{ ...channel, digests: ['daily'] }], daily: { at: await clock(c, ago) } }) }
}

test('a summary looks back to the one before it, not up to now, and is sent once', async (t) => {
  // Due ten minutes from now: the one that is late is yesterday's.
  const { c, notifier, got } = await daily(t, -10)
  await c.customer(90)
  await run(c.engine, c.policy)
  await notifier.tick()
  await notifier.tick()
  assert.equal(got.length, 1)
  assert.match(got[0]?.message.subject ?? '', /^NO RUN nic-call-center: no run, /)
})

test('what ran since the last summary is in the next one: counts, reasons, duration, totals', async (t) => {
  const { c, notifier, got } = await daily(t, 1)
  for (let n = 0; n < 3; n += 1) await c.customer(90)
  await c.related('aod', await c.customer(99), { status: 'active' })
  // Two in one cold set: one past its two years, one who will be in ten days.
  await c.db.query(`with r as (insert into mothball.run (policy, subject, operation, status, actor, moment)
      values ('nic-call-center', 'public.nic_cc_customer', 'export', 'success', 'thandi', now()) returning id),
    f as (insert into mothball.cold_file (policy, subject, run_id, month, store, manifest, manifest_sha256, families, rows, bytes, first_key, last_key)
      select 'nic-call-center', 'public.nic_cc_customer', id, '2020-01', 'directory', 'm', 'x', 2, 2, 2, '1', '2' from r returning id)
    insert into mothball.cold_family (file_id, subject, subject_key, archived_at)
      select id, 'public.nic_cc_customer', n, now() - interval '2 years' + (n - 1) * interval '10 days' from f, generate_series(1, 2) n`)
  await run(c.engine, c.policy)
  await c.db.query(
    `update mothball.run set started_at = started_at - interval '5 minutes', ended_at = ended_at - interval '5 minutes'`,
  )
  await notifier.tick()
  const { subject, sections, tone } = got[0]?.message ?? assert.fail()
  assert.match(subject, /^OK nic-call-center: 3 archived, 0 failed, /)
  assert.equal(tone, 'good')
  const text = JSON.stringify(sections)
  assert.match(text, /Kept active, by reason.*active_aod","value":"1"/)
  assert.match(text, /"name":"active","value":"1"/)
  assert.match(text, /"may be purged","value":"1 \(off: no legal basis\)".*"within 30 days","value":"1"/)
  assert.match(text, /head of the chain","value":"[0-9a-f]{16} \(entry \d+\)"/)
})

test('a day on which only some moved is no good day, and one without a run says so', async (t) => {
  const { c, notifier, got } = await daily(t, 1)
  const key = await c.customer(90)
  await c.customer(91)
  await c.db.query(`insert into nic_cc_customer_backup (id) values (${key})`)
  await run(c.engine, c.policy)
  await run(c.engine, c.policy)
  await c.db.query(
    `update mothball.run set started_at = started_at - interval '5 minutes', ended_at = ended_at - interval '5 minutes'`,
  )
  await notifier.tick()
  assert.match(got[0]?.message.subject ?? '', /^PARTIAL nic-call-center: 1 archived, 1 failed, /)
  assert.match(JSON.stringify(got[0]?.message.sections), /1 in quarantine: mothball failures/)
})

test('weekly and monthly summaries are due on their day, and late ones are left out', async (t) => {
  const c = await callCenter(t, { policy: { guard: 1, schedule: null } })
  const key = await c.customer(90)
  await run(c.engine, c.policy)
  await restore(c.engine, c.policy, { selection: { by: 'keys', keys: [key] }, reason: 'phoned again' })
  await c.db.query(
    `update mothball.run set started_at = started_at - interval '5 minutes', ended_at = ended_at - interval '5 minutes'`,
  )
  const [row] = await c.db.query(
    `select trim(to_char(now() at time zone 'Africa/Johannesburg' - interval '1 minute', 'day')) as day,
      extract(day from now() at time zone 'Africa/Johannesburg' - interval '1 minute') as of_month`,
  )
  const all = { ...channel, digests: ['weekly', 'monthly'] }
  const at = await clock(c, 1)
  const fields = { channels: [all], weekly: { at, day: row?.['day'] }, monthly: { at } }
  const { notifier, got } = listening(c, fields)
  await notifier.tick()
  const [weekly] = got
  assert.match(weekly?.message.subject ?? '', /^WEEK OK nic-call-center: /)
  assert.match(JSON.stringify(weekly?.message.sections), /within 7 days of leaving","value":"1"/)
  const isDue = Number(row?.['of_month']) <= 3
  assert.equal(got.length, isDue ? 2 : 1, 'the month is told in its first days only')
})

test('the bounds of a summary are those of the wall clock, over daylight saving too', async (t) => {
  const c = await callCenter(t)
  const bounds = async (kind: 'daily' | 'weekly' | 'monthly', now: string, at: string, zone: string) => {
    const { text, values } = digestBoundsSql(kind, { zone, at, weekday: 1 })
    const [found] = await c.db.query(text.replaceAll('pg_catalog.now()', `'${now}'::timestamptz`), values)
    return [found?.['day'], found?.['since'], found?.['until'], found?.['late_hours']]
  }
  const berlin = 'Europe/Berlin'
  assert.deepEqual(await bounds('daily', '2026-03-29 05:00+00', '07:00', berlin), [
    '2026-03-29',
    '2026-03-28 06:00:00+00',
    '2026-03-29 05:00:00+00',
    '0',
  ])
  assert.deepEqual((await bounds('daily', '2026-03-29 04:59+00', '07:00', berlin))[0], '2026-03-28')
  // 02:30 does not exist on that day: it is due when the clocks show 03:30.
  assert.deepEqual((await bounds('daily', '2026-03-29 02:00+00', '02:30', berlin))[2], '2026-03-29 01:30:00+00')
  // Wednesday 25 November 2026: the last Monday was the 23rd.
  assert.deepEqual((await bounds('weekly', '2026-11-25 12:00+00', '07:30', 'UTC')).slice(0, 2), [
    '2026-11-23',
    '2026-11-16 07:30:00+00',
  ])
  assert.deepEqual((await bounds('weekly', '2026-11-23 07:29+00', '07:30', 'UTC'))[0], '2026-11-16')
  assert.deepEqual((await bounds('monthly', '2026-03-01 07:59+00', '08:00', 'UTC')).slice(0, 2), [
    '2026-02-01',
    '2026-01-01 08:00:00+00',
  ])
})
