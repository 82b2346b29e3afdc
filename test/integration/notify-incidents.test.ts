// Who is told when: one message for one incident, one when it is over, from whichever process; nothing twice.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { listNotices } from '../../src/engine/notices.ts'
import { run } from '../../src/engine/run/run.ts'
import { DeliveryProblem } from '../../src/notify/channel.ts'
import { type CallCenter, callCenter } from '../support/call-center.ts'
import { listening } from '../support/notifying.ts'

const center = (t: TestContext) => callCenter(t, { policy: { guard: 1 } })

/** A customer who cannot be archived, because his key is there already. */
async function poison({ db, customer }: CallCenter): Promise<string> {
  const key = await customer(90)
  await db.query(`insert into nic_cc_customer_backup (id) values (${key})`)
  return key
}

test('a partial run is told once, however often it happens again, and once that it is over', async (t) => {
  const c = await center(t)
  const { notifier, got, verdicts } = listening(c)
  await poison(c)
  await c.customer(91)
  await run(c.engine, c.policy)
  await notifier.tick()
  await notifier.tick()
  assert.deepEqual(verdicts(), ['PARTIAL'])
  assert.equal(got[0]?.message.subject, 'PARTIAL nic-call-center: 1 archived, 1 failed, 0 skipped in run 1')
  assert.match(got[0]?.message.means ?? '', /^Nothing is lost\./)
  assert.deepEqual(got[0]?.message.next, ['mothball history 1', 'mothball failures'])
  await poison(c)
  await c.customer(91)
  await run(c.engine, c.policy)
  await notifier.tick()
  assert.deepEqual(verdicts(), ['PARTIAL'])
  await c.customer(92)
  await run(c.engine, c.policy)
  await notifier.tick()
  assert.deepEqual(verdicts(), ['PARTIAL', 'RECOVERED'])
  assert.match(JSON.stringify(got[1]?.message.sections), /"2 times"/)
  const [recovered, partial] = await listNotices(c.engine, [c.policy])
  assert.deepEqual([recovered?.kind, partial?.repeats, partial?.closedAt === null], ['recovered', 1, false])
})

test('what gets worse is told again, what gets better and is not over is not', async (t) => {
  const c = await center(t)
  const { notifier, verdicts } = listening(c)
  await poison(c)
  await c.customer(91)
  await run(c.engine, c.policy)
  await poison(c)
  await run(c.engine, c.policy)
  await poison(c)
  await c.customer(91)
  await run(c.engine, c.policy)
  await notifier.tick()
  assert.deepEqual(verdicts(), ['PARTIAL', 'FAILED'])
})

test('a run whose process was killed is told by whoever closes it', async (t) => {
  const c = await center(t)
  const { notifier, got, verdicts } = listening(c)
  await c.customer(91)
  await run(c.engine, c.policy)
  await c.db.query("update mothball.run set ended_at = null, status = 'running', stop_reason = null, archived = 0")
  await run(c.engine, c.policy)
  await notifier.tick()
  assert.deepEqual(verdicts(), ['FAILED', 'RECOVERED'])
  assert.match(got[0]?.message.means ?? '', /its process ended without a word.* 1 whole families are in the archive/)
})

test('a run that is refused is told with the fix, and a run that goes well ends it', async (t) => {
  const c = await callCenter(t, { policy: { guard: 0.1 } })
  const { notifier, got, verdicts } = listening(c)
  for (let n = 0; n < 3; n += 1) await c.customer(91)
  const engine = { ...c.engine, emit: notifier.hear }
  for (let n = 0; n < 2; n += 1) await assert.rejects(run(engine, c.policy), { code: 'guard_exceeded' })
  await notifier.settle()
  assert.deepEqual(verdicts(), ['GUARD'])
  assert.match(JSON.stringify(got[0]?.message), /--confirm=3/)
  await c.db.query('alter table nic_cc_customer add column since_then text')
  await assert.rejects(run(engine, c.policy, { confirm: 3 }), { code: 'plan_refused' })
  await notifier.settle()
  assert.deepEqual(verdicts(), ['GUARD', 'DRIFT'])
  await c.db.query('alter table nic_cc_customer drop column since_then')
  await run(engine, c.policy, { confirm: 3 })
  await notifier.settle()
  assert.deepEqual(verdicts(), ['GUARD', 'DRIFT', 'RECOVERED'])
})

test('a run that is refused because another one goes on is no incident', async (t) => {
  const c = await center(t)
  const { notifier, verdicts } = listening(c)
  const error = { code: 'already_running', message: 'run 3 is going on', hint: 'Wait.' } as const
  notifier.hear({ kind: 'run-refused', policy: c.policy.name, error })
  await notifier.settle()
  assert.deepEqual(verdicts(), [])
})

test('each missed slot is told once, of several in a row the first', async (t) => {
  const c = await center(t)
  const { notifier, got, verdicts } = listening(c)
  await c.db.query(`insert into mothball.slot (policy, planned_at, state, missed_at)
    values ('nic-call-center', '2026-11-24 00:00+00', 'missed', now()), ('nic-call-center', '2026-11-25 00:00+00', 'due', now())`)
  await notifier.tick()
  await notifier.tick()
  assert.deepEqual(verdicts(), ['MISSED'])
  assert.match(got[0]?.message.subject ?? '', /the run planned for 2026-11-24 02:00 Africa\/Johannesburg did not start/)
  const [notice] = await listNotices(c.engine, [c.policy])
  assert.equal(notice?.repeats, 1)
})

test('another version of the policy is told with what changed', async (t) => {
  const c = await center(t)
  const { notifier, got, verdicts } = listening(c)
  await run(c.engine, c.policy)
  await run(c.engine, { ...c.policy, age: { ...c.policy.age, days: 6 } })
  await notifier.tick()
  assert.deepEqual(verdicts(), ['POLICY CHANGED'])
  assert.match(JSON.stringify(got[0]?.message.sections), /age\.days: 60 -> 6/)
})

test('a stage that somebody changed is told without his reason', async (t) => {
  const c = await center(t)
  const { notifier, got } = listening(c)
  const change = { policy: c.policy.name, from: 'shadow', to: 'live', actor: 'thandi', reason: 'Nomsa asked' } as const
  notifier.hear({ kind: 'stage-changed', ...change })
  await notifier.settle()
  assert.equal(got[0]?.message.what, 'nic-call-center: it went from shadow to live.')
  assert.doesNotMatch(JSON.stringify(got), /Nomsa/)
})

test('what happened a day before anybody looked is no alert any more', async (t) => {
  const c = await center(t)
  const { notifier, verdicts } = listening(c)
  await poison(c)
  await run(c.engine, c.policy)
  await c.db.query("update mothball.run set ended_at = ended_at - interval '25 hours'")
  await notifier.tick()
  assert.deepEqual(verdicts(), [])
})

test('many processes that look at once tell it once, and send it once', async (t) => {
  const c = await center(t)
  await poison(c)
  await run(c.engine, c.policy)
  const all = Array.from({ length: 4 }, () => listening(c))
  await Promise.all(all.map(({ notifier }) => notifier.tick()))
  await Promise.all(all.map(({ notifier }) => notifier.tick()))
  assert.deepEqual(
    all.flatMap(({ verdicts }) => verdicts()),
    ['FAILED'],
  )
})

test('a channel that fails is tried again later, shown with its reason, and harms no run', async (t) => {
  const c = await center(t)
  const { notifier, verdicts, failWith, got } = listening(c)
  await poison(c)
  failWith(new DeliveryProblem('http_503', { retryAfterMs: 7_200_000 }))
  const engine = { ...c.engine, emit: notifier.hear }
  await run(engine, c.policy)
  await notifier.settle()
  const delivery = async () => (await listNotices(c.engine, [c.policy]))[0]?.deliveries[0]
  const waiting = await delivery()
  assert.deepEqual([waiting?.state, waiting?.attempts, waiting?.problem], ['waiting', 1, 'http_503'])
  const [row] = await c.db.query("select next_at > now() + interval '110 minutes' as late from mothball.delivery")
  assert.equal(row?.['late'], 't', 'the receiver asked for two hours')
  failWith(null)
  await notifier.tick()
  assert.deepEqual(verdicts(), [], 'not before its time')
  await c.db.query('update mothball.delivery set next_at = now()')
  await notifier.tick()
  assert.deepEqual(verdicts(), ['FAILED'])
  assert.deepEqual([(await delivery())?.state, (await delivery())?.attempts], ['sent', 2])
  assert.match(got[0]?.id ?? '', /^mothball-\d+-\d+$/)
})

test('in the end a channel is given up, and one that broke off in the middle is not forgotten', async (t) => {
  const c = await center(t)
  const { notifier, verdicts, failWith } = listening(c)
  await poison(c)
  await run(c.engine, c.policy)
  failWith(new DeliveryProblem('http_404'))
  await notifier.tick()
  await c.db.query('update mothball.delivery set attempts = 11, next_at = now()')
  await notifier.tick()
  const [notice] = await listNotices(c.engine, [c.policy])
  assert.deepEqual([notice?.deliveries[0]?.state, notice?.deliveries[0]?.problem], ['given_up', 'http_404'])
  failWith(null)
  await c.db.query(
    "update mothball.delivery set state = 'waiting', attempts = 1, claimed_until = now() + interval '1 hour'",
  )
  await notifier.tick()
  assert.deepEqual(verdicts(), [], 'somebody else is sending it')
  await c.db.query("update mothball.delivery set claimed_until = now() - interval '1 second'")
  await notifier.tick()
  assert.deepEqual(verdicts(), ['FAILED'])
})

test('a notifier without a database tells nobody, and nothing comes of it', async (t) => {
  const c = await center(t)
  const { notifier, problems } = listening(c)
  await c.db.query('alter schema mothball rename to away')
  notifier.hear({ kind: 'run-refused', policy: c.policy.name, error: { code: 'fsync_off', message: 'x', hint: 'y' } })
  await notifier.settle()
  assert.ok(problems.length > 0)
})
