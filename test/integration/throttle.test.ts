// A run beside others, on a real server: who waits for it, or keeps old rows alive, makes it slower, and it says why.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { ArchiveEvent } from '../../src/core/event.ts'
import type { SignalPoint } from '../../src/engine/ports.ts'
import { run } from '../../src/engine/run/run.ts'
import { type CallCenter, callCenter } from '../support/call-center.ts'
import type { Beside } from '../support/engine-url.ts'
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
  beside: Beside = [],
) {
  let unload: (() => Promise<void>) | null = null
  let begin = async (): Promise<void> => undefined
  const reached = async (point: SignalPoint) => {
    if (point === 'subjects-locked' && unload === null) await begin()
    if (point === 'batch-committed') await lookIsDue()
  }
  const center = await callCenter(t, { beside, policy: { guard: 1, batchSize: 2, throttle }, signals: { reached } })
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
    // A role sees other people's transactions as a member of pg_read_all_stats only.
    'owner',
  )
  assert.deepEqual(
    told.map(({ reason }) => reason),
    ['long_transaction', 'none'],
  )
  assert.deepEqual([result.archived, slept], [CUSTOMERS, [100, 200, 100]])
})

test('whoever waits for the rows of a batch makes the next ones smaller, with the reason, and meets no pause', async (t) => {
  let agent: Promise<unknown> = Promise.resolve()
  const reached = async (point: SignalPoint) => {
    if (point === 'subjects-locked') await askForFirst()
  }
  const center = await callCenter(t, {
    policy: { guard: 1, batchSize: 200, throttle: { heldMs: 1 } },
    signals: { reached },
  })
  const due: string[] = []
  for (let made = 0; made < CUSTOMERS; made += 1) due.push(await center.customer(90))
  await center.db.query(
    `insert into nic_cc_customer (name, created_at) select 'due', now() - interval '90 days' from generate_series(1, 390)`,
  )
  const asking = await connect(center.db.url)
  let asked = false
  const askForFirst = async () => {
    if (asked) return
    asked = true
    agent = asking.query(`update nic_cc_customer set name = name where id = ${due[0]}`)
    await eventually('an agent waits', async () => (await center.count('pg_stat_activity', WAITS)) === 1)
  }
  const slept: number[] = []
  const result = await run({ ...center.engine, pause: { sleep: async (ms) => void slept.push(ms) } }, center.policy)
  await agent
  await asking.end()
  const told = center.events.flatMap((event) => (event.kind === 'run-throttled' ? [event.reason, event.batchSize] : []))
  const sizes = center.events.flatMap((event) => (event.kind === 'batch-moved' ? [event.subjects] : []))
  assert.deepEqual([result.archived, told, slept], [400, ['waiters', 50], []])
  assert.deepEqual(sizes, [200, 50, 50, 50, 50])
})

const WAITS = "datname = current_database() and wait_event_type = 'Lock'"
