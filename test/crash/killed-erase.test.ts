import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { listErasures } from '../../src/engine/erase/erase.ts'
import { listRuns } from '../../src/engine/history.ts'
import { run } from '../../src/engine/run/run.ts'
import { eventually } from '../support/eventually.ts'
import { deidentifyHim, eraseHim, type PersonCenter, personCenter, rowsOf, textsOf } from '../support/person.ts'
import { assertClean } from '../support/verified.ts'

const STUCK = fileURLToPath(new URL('../support/stuck-erase.ts', import.meta.url))

const POINTS = ['batch-begun', 'person-locked', 'person-destroyed', 'erasure-recorded', 'erasure-committed']

/**
 * A process each: the suite tries the points behind which most is at stake, and one of the statements in the middle;
 * `MOTHBALL_COLD_KILLS=all` every point and every statement, to the last one.
 */
const METHODS = [
  {
    method: 'delete',
    doing: eraseHim,
    again: 'not_found',
    points: ['person-locked', 'person-destroyed', 'erasure-committed'],
    statements: [],
  },
  {
    method: 'deidentify',
    doing: deidentifyHim,
    again: 'nothing_identifying',
    points: ['person-destroyed', 'erasure-committed'],
    statements: [40],
  },
] as const
type Method = (typeof METHODS)[number]
const ALL = process.env['MOTHBALL_COLD_KILLS'] === 'all'
/** Of statement boundaries there are more than these. */
const AT_LEAST = 40

/** False where it was done before it came there. */
async function killAt({ db, person }: PersonCenter, { method }: Method, at: string): Promise<boolean> {
  const child = spawn(process.execPath, [STUCK, db.url, person, method, at], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [said] = await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])
  child.kill('SIGKILL')
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  await eventually('the backends of the killed process are gone', async () => {
    const rows = await db.query(
      `select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend' and state <> 'idle'`,
    )
    return rows.length === 0
  })
  return said instanceof Buffer
}

type Before = Readonly<{ his: readonly string[]; others: readonly string[] }>

const beforeOf = async (center: PersonCenter): Promise<Before> => ({
  his: await textsOf(center, center.person),
  others: await textsOf(center, center.other),
})

/** Whether it is done with him: all of it, and said so, or nothing of it. */
async function isDone(center: PersonCenter, { method }: Method, before: Before): Promise<boolean> {
  const { engine, policy, person, other } = center
  const his = await textsOf(center, person)
  const done = (await listErasures(engine, policy)).length
  assert.equal(await center.count('mothball.audit', "action = 'erase'"), done)
  assert.deepEqual(await textsOf(center, other), before.others)
  if (done === 0) assert.deepEqual(his, before.his)
  else if (method === 'delete') assert.deepEqual(his, [])
  else {
    assert.equal(his.length, before.his.length)
    assert.doesNotMatch(his.join('\n'), /Nomsa|late/)
  }
  return done === 1
}

/** What the killed one left is ended by the next one; then there is one receipt, no open run, and all is proven. */
async function assertEnded(center: PersonCenter, how: Method, before: Before, done: boolean): Promise<void> {
  const { engine, policy, person, other } = center
  if (done) await assert.rejects(how.doing(center, person), { code: how.again })
  else await how.doing(center, person)
  assert.equal(await isDone(center, how, before), true)
  const rows = [await rowsOf(center, person), await rowsOf(center, other)]
  // Whoever takes the lease next closes what died; for their late rows its sweep brings people home.
  await run(engine, policy)
  assert.deepEqual([await rowsOf(center, person), await rowsOf(center, other)], rows)
  const open = (await listRuns(engine, policy)).filter(({ endedAt }) => endedAt === null)
  assert.deepEqual(open, [])
  await center.db.query('delete from nic_cc_call_log')
  await assertClean(center)
}

for (const how of METHODS) {
  for (const point of ALL ? POINTS : how.points)
    test(`an erasure (${how.method}) killed at ${point} leaves the person whole or done with, and the next one ends what it began`, async (t) => {
      const center = await personCenter(t)
      const before = await beforeOf(center)
      assert.ok(await killAt(center, how, point))
      const done = await isDone(center, how, before)
      assert.equal(done, point === 'erasure-committed')
      await assertEnded(center, how, before, done)
    })

  if (ALL || how.statements.length > 0)
    test(`an erasure (${how.method}) killed before any of its statements leaves the person whole or done with`, {
      timeout: 900_000,
    }, async (t) => {
      const kills = await killAmong(t, how, ALL ? countFrom(1) : how.statements)
      assert.ok(kills >= (ALL ? AT_LEAST : how.statements.length), `${kills} kills`)
    })
}

/** On one database as long as he is whole; whoever comes behind the commit needs a new one. */
async function killAmong(t: TestContext, how: Method, numbers: Iterable<number>): Promise<number> {
  let kills = 0
  let center = await personCenter(t)
  let before = await beforeOf(center)
  for (const number of numbers) {
    if (!(await killAt(center, how, String(number)))) break
    kills += 1
    if (!(await isDone(center, how, before))) continue
    await assertEnded(center, how, before, true)
    center = await personCenter(t)
    before = await beforeOf(center)
  }
  await assertEnded(center, how, before, await isDone(center, how, before))
  return kills
}

function* countFrom(first: number): Generator<number> {
  for (let number = first; ; number += 1) yield number
}
