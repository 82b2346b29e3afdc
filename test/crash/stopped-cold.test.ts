import assert from 'node:assert/strict'
import { after, before, type TestContext, test } from 'node:test'
import { coldOrphans, exportCold } from '../../src/engine/cold/export.ts'
import { planPurge, recordBasis, runPurge } from '../../src/engine/cold/purge.ts'
import { recall } from '../../src/engine/cold/recall.ts'
import type { Engine, SignalPoint, Signals } from '../../src/engine/ports.ts'
import { ARCHIVED_KEYS, archivedCenter } from '../support/archived-center.ts'
import { testEngine } from '../support/call-center.ts'
import { ageArchive, coldPlace, exportAll } from '../support/cold.ts'
import { eraseHim } from '../support/person.ts'
import { connect, SERVER_URL_VARIABLE } from '../support/server.ts'
import { assertClean } from '../support/verified.ts'
import { type CrashServer, startCrashServer } from './crash-server.ts'

/** Every place in a verb, and which time it is reached; those in the middle of a batch have one committed before it. */
const PLACES = {
  export: [
    ['set-copied', 1],
    ['table-kept', 3],
    ['manifest-kept', 1],
    ['set-recorded', 1],
  ],
  purge: [
    ['purge-begun', 2],
    ['purge-locked', 2],
    ['purge-judged', 2],
    ['purge-deleted', 2],
    ['purge-recorded', 2],
    ['purge-committed', 2],
  ],
  recall: [
    ['recall-inserted', 2],
    ['recall-recorded', 2],
    ['recall-committed', 2],
  ],
  erase: [
    ['set-rewritten', 1],
    ['batch-begun', 1],
    ['person-locked', 1],
    ['person-destroyed', 1],
    ['erasure-recorded', 1],
    ['erasure-committed', 1],
    ['file-removed', 3],
  ],
} as const satisfies Readonly<Record<string, readonly (readonly [SignalPoint, number])[]>>

type Verb = keyof typeof PLACES

const ALL = process.env['MOTHBALL_COLD_KILLS'] === 'all'
/** A server for one place; `MOTHBALL_COLD_KILLS=all` tries every one, and each verb twenty times at least. */
const FEW: readonly SignalPoint[] = ['erasure-recorded']
const AT_LEAST = 20

let server: CrashServer

before(async () => {
  server = await startCrashServer()
  process.env[SERVER_URL_VARIABLE] = server.url
})
after(() => server.stop())

/** The server stops at once at the `nth` time that the point is reached, and serves again before the verb goes on. */
function stopAt([point, nth]: readonly [SignalPoint, number]): Signals {
  let times = 0
  return {
    reached: async (at) => {
      if (at !== point) return
      times += 1
      if (times === nth) await server.crash('SIGQUIT')
    },
  }
}

/** On a connection of its own: the one of before has died with the server. */
async function archived(url: string): Promise<readonly string[]> {
  const { query, end } = await connect(url)
  const parts = ['customer', 'payment_plan', 'installment', 'call_log'].map(
    (name) => `select '${name} ' || t::text as row from nic_cc_${name}_backup t`,
  )
  const rows = await query(`${parts.join(' union all ')} order by 1`)
  await end()
  return rows.map(({ row }) => row ?? '')
}

async function scene(t: TestContext, verb: Verb) {
  const center = await archivedCenter(t)
  // A sequence in a clone says that it is logged 32 numbers ahead, as its original was; a crash before the next
  // checkpoint takes it back to where it was copied.
  await center.db.query('checkpoint')
  await ageArchive(center, center.db.query, 'nic_cc_customer_backup', 3)
  const { vault } = await coldPlace(t)
  const policy = { ...center.policy, batchSize: 2 }
  const acting = (engine: Engine) => ({ engine: { ...engine, vault: () => Promise.resolve(vault) }, policy })
  const { engine } = acting(center.engine)
  if (verb !== 'export') await exportAll({ engine, policy }, { vault })
  if (verb === 'purge' || verb === 'recall') {
    await recordBasis(engine, policy, { basis: 'the law', actor: 'compliance' })
    await planPurge(engine, policy, { actor: 'sipho', reason: 'due' })
  }
  const rows = await archived(center.db.url)
  const act: Readonly<Record<Verb, (by: Engine) => Promise<unknown>>> = {
    export: (by) => exportCold(by, vault, policy, { actor: 'thandi' }),
    purge: (by) => runPurge(by, vault, policy, { plan: 1, actor: 'thandi', confirm: 6 }),
    recall: (by) => recall(by, vault, policy, { keys: ARCHIVED_KEYS, actor: 'thandi', reason: 'asked' }),
    erase: (by) => eraseHim(acting(by), '3'),
  }
  if (verb === 'recall') await act.purge(engine)
  await center.db.close()
  return { center, engine, policy, vault, rows, act: act[verb] }
}

const isDone = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && ['purge_closed', 'not_found'].includes(String(error.code))

async function stopped(t: TestContext, verb: Verb, at: readonly [SignalPoint, number]): Promise<void> {
  const { center, engine, policy, vault, rows, act } = await scene(t, verb)
  // It may notice and fail, or go on with another connection: what it left is sound either way.
  await act(testEngine(t, center.db, [], stopAt(at))).catch(() => undefined)
  const left = await archived(center.db.url)
  assert.equal(left.length % 4, 0, 'whole families only')
  assert.ok(left.every((row) => rows.includes(row)))
  await act(engine).catch((error: unknown) => {
    if (!isDone(error)) throw error
  })
  const expected = {
    export: rows,
    purge: [],
    recall: rows,
    erase: rows.filter((row) => !/\(3,/.test(row)),
  }
  assert.deepEqual(await archived(center.db.url), expected[verb])
  // Nothing is due, and what lies in the store beside the recorded sets is listed.
  if (verb === 'export' || verb === 'erase') assert.equal((await exportAll({ engine, policy }, { vault })).families, 0)
  const recorded = (await vault.list()).length - (await coldOrphans(engine, vault, policy)).length
  assert.equal(recorded, 8)
  await assertClean({ engine, policy })
}

for (const verb of ['export', 'purge', 'recall', 'erase'] as const)
  for (const [point, nth] of PLACES[verb].filter(([each]) => ALL || FEW.includes(each)))
    for (let round = 1; round <= (ALL ? Math.ceil(AT_LEAST / PLACES[verb].length) : 1); round += 1)
      test(`${verb}: a server that is stopped at once at ${point} leaves whole families on one side, and the next ends what was begun (${round})`, (t) =>
        stopped(t, verb, [point, nth]))
