/**
 * One episode: a database of its own, agents, archivers and a restorer at work in it, faults one after the other; then
 * everybody rests and the checker looks, before and after a last run has put right what the faults left open.
 */
import type { TestContext } from 'node:test'
import { hasCode } from '../../src/core/errors/index.ts'
import { restore } from '../../src/engine/restore/restore.ts'
import { run } from '../../src/engine/run/run.ts'
import type { NicCallCenterOptions } from '../../src/presets/nic-call-center.ts'
import { type CallCenter, callCenter, type ForeignKeys } from '../support/call-center.ts'
import { eventually } from '../support/eventually.ts'
import { differing, verified } from '../support/verified.ts'
import { Agent } from './agent.ts'
import { check } from './checker.ts'
import { openControl } from './control.ts'
import type { CrashServer } from './crash-server.ts'
import type { Crew } from './crew.ts'
import { STRIKE_FUNCTION } from './faults/backend.ts'
import { WATCH_TRIGGER, WATCH_TRIGGER_NAME } from './faults/schema.ts'
import { readFound } from './found.ts'
import { journalFaults } from './journal.ts'
import { Model } from './model.ts'
import { type Criteria, type Promises, promisesOf } from './promises.ts'
import type { Random } from './random.ts'
import type { Disk, Fault, Stage } from './stage.ts'
import { openWriter } from './writer.ts'

export type Episode = Readonly<{
  foreignKeys: ForeignKeys
  /** Default: `enhanced`. Under `basic` a batch deletes before it hears that all of it was copied. */
  criteria?: Criteria
  faults: readonly Fault[]
  random: Random
  /** Puts the new database on a small disk; none where it is left out. */
  onDisk?: (database: string) => Promise<Disk>
}>

export type Played = Readonly<{
  /** Kinds of the faults that counted, in their order. */
  counted: readonly string[]
  acknowledged: number
  lateRows: number
  /** Batches that committed. */
  batches: number
  /** What is not as promised, in words; empty where all is. */
  violations: readonly string[]
}>

const AGENTS = 3
/** A fault that found no batch open is tried again so often. */
const ATTEMPTS = 4

/** Everything that waits for a time is short: the lease, what a stopped process may hold, the days of a restore. */
const POLICY: NicCallCenterOptions = {
  guard: 1,
  keepUntilDays: 0.00001,
  acceptedTriggers: [WATCH_TRIGGER_NAME],
  timeouts: { lockMs: 200, statementMs: 5000, idleMs: 1200, leaseMs: 1500 },
}

export async function play(t: TestContext, server: CrashServer, crew: Crew, episode: Episode): Promise<Played> {
  const { foreignKeys, criteria = 'enhanced' } = episode
  const center = await callCenter(t, { foreignKeys, policy: { ...POLICY, criteria } })
  const disk = (await episode.onDisk?.(new URL(center.db.url).pathname.slice(1))) ?? null
  const { ask, end } = openControl(center.db.url)
  try {
    await ask(STRIKE_FUNCTION)
    await ask(WATCH_TRIGGER)
    const base = Date.now()
    const model = new Model()
    const stage: Stage = { server, crew, center, ask, random: episode.random, disk }
    const counted = await whilePeopleWork(stage, model, base, () => strikeAll(stage, episode.faults))
    const judged = await judge(center, model, base, { foreignKeys, criteria })
    const [{ batches } = { batches: '0' }] = await ask('select count(*) as batches from mothball.batch')
    return { counted, acknowledged: model.acknowledged, batches: Number(batches), ...judged }
  } finally {
    await end()
  }
}

/** Agents and workers are at it while `work` goes on; all of them rest when this resolves. */
async function whilePeopleWork<T>(stage: Stage, model: Model, base: number, work: () => Promise<T>): Promise<T> {
  const { center, crew, random } = stage
  const { engine, policy } = center
  const end = new AbortController()
  const writers = Array.from({ length: AGENTS }, () => openWriter(center.db.url, base))
  const agents = writers.map((writer, index) => {
    const place = { engine, policy, model, writer, random: random.fork(`agent ${index}`) }
    return new Agent(index + 1, place).work(end.signal)
  })
  const working = Promise.all(agents)
  // Told when it is awaited below, whatever happens before.
  working.catch(() => undefined)
  crew.work(center.db.url, policy)
  try {
    return await work()
  } finally {
    end.abort()
    await crew.rest().finally(() => Promise.allSettled(agents))
    await working
    for (const writer of writers) await writer.end()
  }
}

async function strikeAll(stage: Stage, faults: readonly Fault[]): Promise<readonly string[]> {
  const counted: string[] = []
  for (const { kind, strike } of faults)
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1)
      if (await strike(stage)) {
        counted.push(kind)
        break
      }
  return counted
}

async function judge(
  center: CallCenter,
  model: Model,
  base: number,
  { foreignKeys, criteria }: Required<Pick<Episode, 'foreignKeys' | 'criteria'>>,
): Promise<Pick<Played, 'violations' | 'lateRows'>> {
  const look = async (promises: Promises) => check({ model, base, promises, found: await readFound(center.db.url) })
  const before = await look(promisesOf(foreignKeys, { criteria }))
  await putRight(center)
  // The run that puts things right has swept everything: no late row is left.
  const after = await look(promisesOf(foreignKeys, { criteria, sweep: true }))
  const verification = await verified(center)
  const differences = differing(verification)
  const violations = [
    ...[...before.violations, ...after.violations].map(({ kind, what }) => `${kind}: ${what}`),
    ...(await journalFaults(center.db.query)),
    ...verification.checks
      .filter(({ name }) => differences.includes(name))
      .map(({ name, detail }) => `verify ${name}: ${detail}`),
  ]
  return { violations: [...new Set(violations)], lateRows: before.lateRows }
}

/** A run closes the dead ones, archives and seals what is left; a restore and one more run show that both still work. */
async function putRight({ engine, policy, db }: CallCenter): Promise<void> {
  await eventually('the lease of the last run can be had', () =>
    run(engine, policy).then(
      () => true,
      (error: unknown) => {
        // Behind a pooler only the heartbeat tells that a killed owner is dead.
        if (hasCode(error, 'already_running')) return false
        throw error
      },
    ),
  )
  const some = await db.query('select id from nic_cc_customer_backup order by id limit 5')
  const keys = some.map(({ id }) => id ?? '')
  if (keys.length > 0) await restore(engine, policy, { selection: { by: 'keys', keys }, reason: 'the last ones' })
  await run(engine, policy)
}
