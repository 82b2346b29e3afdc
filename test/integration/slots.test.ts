import assert from 'node:assert/strict'
import { test } from 'node:test'
import { run } from '../../src/engine/run/run.ts'
import { runSlot } from '../../src/engine/run-slot.ts'
import { listSlots, lookAtSchedule } from '../../src/engine/slots.ts'
import { setStage } from '../../src/engine/stage.ts'
import { type CallCenter, type CallCenterOptions, callCenter } from '../support/call-center.ts'

const DAILY = { cron: '0 2 * * *', zone: 'Africa/Johannesburg', stage: 'live' } as const

const scheduled = (t: Parameters<typeof callCenter>[0], policy: CallCenterOptions['policy'] = {}) =>
  callCenter(t, { policy: { schedule: DAILY, guard: 1, ...policy } })

/** As if nobody had looked for so many days. */
async function lookedLast({ db, engine, policy }: CallCenter, daysAgo: number): Promise<void> {
  await lookAtSchedule(engine, policy)
  await db.query(`update mothball.schedule set seen_until = now() - interval '${daysAgo} days'`)
}

const stagesOfSlots = ({ db }: CallCenter) =>
  db.query(
    'select state, reason, missed_at is not null as missed, run_id is not null as ran from mothball.slot order by planned_at',
  )

test('whoever looks first sees nothing due: a schedule begins when it is first looked at', async (t) => {
  const center = await scheduled(t)
  assert.deepEqual(await lookAtSchedule(center.engine, center.policy), [])
  assert.equal(await center.count('mothball.slot'), 0)
  assert.match((await listSlots(center.engine, center.policy)).next ?? '', /^\d{4}-\d\d-\d\d 00:00:00\+00$/)
})

test('slots that passed while nobody was there are missed, told once, and caught up by one run', async (t) => {
  const center = await scheduled(t)
  await center.customer(90)
  await lookedLast(center, 3)
  const [due, ...more] = await lookAtSchedule(center.engine, center.policy)
  assert.ok(due?.late && more.length === 0)
  const told = center.events.filter(({ kind }) => kind === 'slots-missed')
  assert.deepEqual(
    told.map((event) => 'slots' in event && [event.slots.length, event.caughtUp]),
    [[3, true]],
  )

  assert.equal((await runSlot(center.engine, center.policy, due.slot)).kind, 'ran')
  assert.equal((await runSlot(center.engine, center.policy, due.slot)).kind, 'nothing')
  assert.deepEqual(await lookAtSchedule(center.engine, center.policy), [])
  assert.deepEqual(await stagesOfSlots(center), [
    { state: 'missed', reason: null, missed: 't', ran: 'f' },
    { state: 'missed', reason: null, missed: 't', ran: 'f' },
    { state: 'taken', reason: null, missed: 't', ran: 't' },
  ])
  assert.equal(await center.count('nic_cc_customer_backup'), 1)
  assert.equal(await center.count('nic_cc_archive_log'), 1)
  assert.equal(center.events.filter(({ kind }) => kind === 'slots-missed').length, 1)
})

test('by a policy that never catches up, missed slots stay missed', async (t) => {
  const center = await scheduled(t, { schedule: { ...DAILY, catchUp: 'never' } })
  await lookedLast(center, 2)
  assert.deepEqual(await lookAtSchedule(center.engine, center.policy), [])
  assert.deepEqual(
    (await stagesOfSlots(center)).map(({ state }) => state),
    ['missed', 'missed'],
  )
})

test('a slot that was missed waits for the window of the policy before it is caught up', async (t) => {
  const [at] = await (await callCenter(t)).db.query(
    "select to_char(now() at time zone 'UTC' + interval '2 hours', 'HH24:MI') as soon, to_char(now() at time zone 'UTC' + interval '3 hours', 'HH24:MI') as later",
  )
  const window = { from: at?.['soon'] ?? '', to: at?.['later'] ?? '', zone: 'UTC' }
  const center = await scheduled(t, { window })
  await lookedLast(center, 1)
  assert.deepEqual(await lookAtSchedule(center.engine, center.policy), [])
  const open = { ...center.policy, window: null }
  assert.equal((await lookAtSchedule(center.engine, open)).length, 1)
})

test('of several that look at the same moment, one writes a slot down, and it runs once', async (t) => {
  const center = await scheduled(t, { schedule: { ...DAILY, cron: '* * * * *' } })
  await center.customer(90)
  await lookAtSchedule(center.engine, center.policy)
  await center.db.query("update mothball.schedule set seen_until = now() - interval '61 seconds'")
  const looks = await Promise.all([1, 2, 3].map(() => lookAtSchedule(center.engine, center.policy)))
  const due = [...new Set(looks.flat().map(({ slot }) => slot))]
  // A minute has one slot; two where the look falls on its end.
  assert.ok(due.length >= 1 && due.length <= 2, String(due))
  const slot = due.at(-1) ?? ''
  const outcomes = await Promise.all([1, 2, 3].map(() => runSlot(center.engine, center.policy, slot)))
  assert.equal(outcomes.filter(({ kind }) => kind === 'ran').length, 1)
  assert.equal(await center.count('mothball.run'), 1)
})

test('a rule that is changed begins anew: nothing before the change is missed', async (t) => {
  const center = await scheduled(t)
  await lookedLast(center, 5)
  const other = { ...center.policy, schedule: { ...DAILY, cron: '30 3 * * *', catchUp: 'once' as const } }
  assert.deepEqual(await lookAtSchedule(center.engine, other), [])
  assert.equal(await center.count('mothball.slot'), 0)
})

test('in stage shadow a slot is a dry run, and an explicit run still moves', async (t) => {
  const center = await scheduled(t, { schedule: { ...DAILY, stage: 'shadow' } })
  await center.customer(90)
  await lookedLast(center, 1)
  const [due] = await lookAtSchedule(center.engine, center.policy)
  const outcome = await runSlot(center.engine, center.policy, due?.slot ?? '')
  assert.ok(outcome.kind === 'ran' && outcome.result.dryRun && outcome.result.eligible === 1)
  assert.equal(await center.count('nic_cc_customer'), 1)
  assert.equal((await runSlot(center.engine, center.policy, due?.slot ?? '')).kind, 'nothing')
  assert.equal((await run(center.engine, center.policy)).archived, 1)
})

test('in stage paused nothing starts by itself or by hand; the slot says why', async (t) => {
  const center = await scheduled(t)
  await center.customer(90)
  await setStage(center.engine, center.policy, { stage: 'paused', reason: 'audit week', actor: 'thandi' })
  await lookedLast(center, 1)
  assert.deepEqual(await lookAtSchedule(center.engine, center.policy), [])
  assert.deepEqual(await stagesOfSlots(center), [{ state: 'skipped', reason: 'policy_paused', missed: 'f', ran: 'f' }])
  await assert.rejects(run(center.engine, center.policy), /is paused: audit week/)
  assert.equal((await run(center.engine, center.policy, { dryRun: true })).eligible, 1)
})

test('a stage is kept in the journal with its reason, and in the audit log with what it was', async (t) => {
  const center = await scheduled(t, { schedule: { ...DAILY, stage: 'shadow' } })
  await setStage(center.engine, center.policy, { stage: 'live', reason: 'three nights looked at', actor: 'thandi' })
  assert.deepEqual(await center.db.query('select actor, action, object, reason, before, after from mothball.audit'), [
    {
      actor: 'thandi',
      action: 'policy.stage',
      object: 'policy nic-call-center',
      reason: 'three nights looked at',
      before: 'shadow',
      after: 'live',
    },
  ])
  assert.deepEqual(
    center.events.map((event) => event.kind),
    ['stage-changed'],
  )
})

test('a slot whose run the guard refuses moves nothing, and says so', async (t) => {
  const center = await scheduled(t, { guard: 0.1 })
  await center.customer(90)
  await lookedLast(center, 1)
  const [due] = await lookAtSchedule(center.engine, center.policy)
  assert.deepEqual(await runSlot(center.engine, center.policy, due?.slot ?? ''), {
    kind: 'refused',
    reason: 'guard_exceeded',
  })
  assert.deepEqual(await lookAtSchedule(center.engine, center.policy), [])
  assert.equal(await center.count('nic_cc_customer'), 1)
  assert.ok(center.events.some((event) => event.kind === 'slot-refused' && event.code === 'guard_exceeded'))
})

test('a due slot that no worker takes is missed in the end', async (t) => {
  const center = await scheduled(t, { schedule: { ...DAILY, cron: '* * * * *', catchUp: 'never' } })
  await lookAtSchedule(center.engine, center.policy)
  await center.db.query(
    "insert into mothball.slot (policy, planned_at, state) values ($1, now() - interval '11 minutes', 'due')",
    [center.policy.name],
  )
  const due = await lookAtSchedule(center.engine, center.policy)
  assert.ok(due.every(({ late }) => !late))
  assert.equal(await center.count('mothball.slot', "state = 'missed'"), 1)
})

test('after a look under a clock that was far ahead, the schedule goes on once the clock is right again', async (t) => {
  const center = await scheduled(t, { schedule: { ...DAILY, cron: '* * * * *', catchUp: 'never' } })
  await lookedLast(center, 0)
  await center.db.query("update mothball.schedule set seen_until = now() - interval '5 minutes'")
  await lookAtSchedule(center.engine, center.policy)
  // What such a look leaves behind: slots of the future, missed all but the last, which waits for a worker.
  await center.db.query("update mothball.slot set planned_at = planned_at + interval '6 minutes'")
  await center.db.query("update mothball.schedule set seen_until = seen_until + interval '400 days'")
  assert.deepEqual(await lookAtSchedule(center.engine, center.policy), [], 'what is to come is not due')
  // Five minutes later.
  await center.db.query("update mothball.slot set planned_at = planned_at - interval '5 minutes'")
  await center.db.query("update mothball.schedule set seen_until = seen_until - interval '5 minutes'")
  const [due, ...more] = await lookAtSchedule(center.engine, center.policy)
  assert.ok(due?.late === false && more.length === 0)
  assert.equal((await runSlot(center.engine, center.policy, due.slot)).kind, 'ran')
})
