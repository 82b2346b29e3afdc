import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { listErasures } from '../../src/engine/erase/erase.ts'
import { listRuns } from '../../src/engine/history.ts'
import { run } from '../../src/engine/run/run.ts'
import { eventually } from '../support/eventually.ts'
import { eraseHim, type PersonCenter, personCenter, rowsOf } from '../support/person.ts'
import { assertClean } from '../support/verified.ts'

const STUCK = fileURLToPath(new URL('../support/stuck-erase.ts', import.meta.url))
const POINTS = ['batch-begun', 'person-locked', 'person-destroyed', 'erasure-recorded', 'erasure-committed']
/** A process each: the suite tries those behind which most is at stake, `MOTHBALL_COLD_KILLS=all` every one. */
const TRIED = ['person-locked', 'person-destroyed', 'erasure-committed']

async function killAt({ db, person }: PersonCenter, point: string): Promise<void> {
  const child = spawn(process.execPath, [STUCK, db.url, person, point], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  child.kill('SIGKILL')
  await once(child, 'exit')
  await eventually('the backends of the killed process are gone', async () => {
    const rows = await db.query(
      `select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend' and state <> 'idle'`,
    )
    return rows.length === 0
  })
}

for (const point of process.env['MOTHBALL_COLD_KILLS'] === 'all' ? POINTS : TRIED)
  test(`an erasure killed at ${point} leaves the person whole or gone, and the next one ends what it began`, async (t) => {
    const center = await personCenter(t)
    const { engine, policy, person, other } = center
    const [before, others] = [await rowsOf(center, person), await rowsOf(center, other)]
    await killAt(center, point)
    const isDone = point === 'erasure-committed'
    assert.equal(await rowsOf(center, person), isDone ? 0 : before)
    assert.equal((await listErasures(engine, policy)).length, isDone ? 1 : 0)
    assert.equal(await center.count('mothball.audit', "action = 'erase'"), isDone ? 1 : 0)
    if (isDone) await assert.rejects(eraseHim(center, person), { code: 'not_found' })
    else await eraseHim(center, person)
    // Whoever takes the lease next closes what died.
    await run(engine, policy)
    assert.deepEqual([await rowsOf(center, person), await rowsOf(center, other)], [0, others])
    assert.equal((await listErasures(engine, policy)).length, 1)
    const runs = await listRuns(engine, policy)
    assert.deepEqual(
      runs.filter(({ endedAt }) => endedAt === null),
      [],
    )
    await center.db.query('delete from nic_cc_call_log')
    await assertClean(center)
  })
