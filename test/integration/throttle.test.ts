// A run beside others, on a real server: who waits for it, or keeps old rows alive, makes it slower, and it says why.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { ArchiveEvent } from '../../src/core/event.ts'
import type { SignalPoint } from '../../src/engine/ports.ts'
import { run } from '../../src/engine/run/run.ts'
import { type CallCenter, callCenter } from '../support/call-center.ts'
import { eventually } from '../support/eventually.ts'
import { connect } from '../support/server.ts'

type Throttled = Extract<ArchiveEvent, { kind: 'run-throttled' }>

/** Longer than the run leaves between two looks at the server. */
const BETWEEN_LOOKS_MS = 550

/** Batches of two: enough of them to slow down, and to be quick again. */
const CUSTOMERS = 10

/**
 * `load` begins while the rows of the first batch are locked, and what it returns ends it when the run has paused twice.
 * Each batch lasts until a look at the server is due. Returns what the run said, and how long it meant to sleep.
 */
async function runBeside(
  t: TestContext,
  load: (center: CallCenter) => Promise<() => Promise<void>>,
  throttle: Readonly<Record<string, number>> = {},
) {
  let unload: (() => Promise<void>) | null = null
  let begin = async (): Promise<void> => undefined
  const reached = async (point: SignalPoint) => {
    if (point === 'subjects-locked' && unload === null) await begin()
    if (point === 'batch-committed') await lookIsDue()
  }
  const center = await callCenter(t, { policy: { guard: 1, batchSize: 2, throttle }, signals: { reached } })
  for (let made = 0; made < CUSTOMERS; made += 1) await center.customer(90)
  begin = async () => {
    unload = await load(center)
  }
  const slept: number[] = []
  const sleep = async (ms: number) => {
    slept.push(ms)
    if (slept.length === 2) await unload?.()
  }
  const result = await run({ ...center.engine, pause: { sleep } }, center.policy)
  const told = center.events.filter((event): event is Throttled => event.kind === 'run-throttled')
  return { result, told, slept }
}

/** The throttle reads a monotonic clock: that so much of it has passed is the fact that is waited for. */
async function lookIsDue(): Promise<void> {
  const from = performance.now()
  await eventually('a look at the server is due', () => performance.now() - from > BETWEEN_LOOKS_MS)
}

test('beside nobody a run does not slow down', async (t) => {
  const { result, told, slept } = await runBeside(t, async () => async () => undefined)
  assert.deepEqual([result.archived, told, slept], [CUSTOMERS, [], []])
})

test('a transaction that stays open makes the run pause, with the reason, and its end makes it quick again', async (t) => {
  const { result, told, slept } = await runBeside(
    t,
    async ({ db }) => {
      const reader = await connect(db.url)
      await reader.query('begin isolation level repeatable read')
      await reader.query('select count(*) from nic_cc_customer')
      return reader.end
    },
    { longTransactionMs: 100 },
  )
  assert.deepEqual(
    told.map(({ reason }) => reason),
    ['long_transaction', 'none'],
  )
  assert.deepEqual([result.archived, slept], [CUSTOMERS, [100, 200, 100]])
})

test('who waits for a lock of ours makes the run pause, with the reason', async (t) => {
  const { result, told, slept } = await runBeside(t, async ({ db, customer, count }) => {
    const young = await customer(1)
    const [ours, agent] = await Promise.all([connect(db.url), connect(db.url)])
    await ours.query("set application_name = 'mothball restore'")
    await ours.query('begin')
    await ours.query(`update nic_cc_customer set name = name where id = ${young}`)
    const waiting = agent.query(`update nic_cc_customer set name = name where id = ${young}`)
    await eventually('an agent waits', async () => (await count('pg_stat_activity', WAITS)) === 1)
    return async () => {
      await ours.query('rollback')
      await waiting
      await Promise.all([ours.end(), agent.end()])
    }
  })
  assert.deepEqual(
    told.map(({ reason }) => reason),
    ['waiters', 'none'],
  )
  assert.deepEqual([result.archived, slept], [CUSTOMERS, [100, 200, 100]])
})

const WAITS = "datname = current_database() and wait_event_type = 'Lock'"
