// The crash suite through pgbouncer in transaction mode: a backend belongs to nobody for longer than a transaction.
import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { after, test } from 'node:test'
import { SERVER_URL_VARIABLE } from '../support/server.ts'
import { startCrashServer } from './crash-server.ts'
import { startCrew } from './crew.ts'
import { play } from './episode.ts'
import { BACKEND_FAULTS } from './faults/backend.ts'
import { CONNECTION_FAULTS } from './faults/connection.ts'
import { PROCESS_FAULTS } from './faults/process.ts'
import { SERVER_FAULTS } from './faults/server.ts'
import { findPgbouncer, startPooler } from './pooler.ts'
import { randomOf } from './random.ts'

const SEED = process.env['MOTHBALL_CRASH_SEED'] ?? String(randomInt(1e9))
const FAULTS = [
  PROCESS_FAULTS.killed,
  BACKEND_FAULTS.terminated,
  CONNECTION_FAULTS.beforeCommit,
  BACKEND_FAULTS.cancelled,
  CONNECTION_FAULTS.beforeReply,
  PROCESS_FAULTS.stopped,
  CONNECTION_FAULTS.midway,
  SERVER_FAULTS.killed,
]
const TIMEOUT_MS = 180_000

/** After the test's own, which still needs the server to drop its database. */
const endings: (() => Promise<void>)[] = []
after(async () => {
  for (const end of endings.reverse()) await end()
})

const program = findPgbouncer()
const title = `through pgbouncer in transaction mode, seed ${SEED}: ${FAULTS.length} faults, nothing lost`

test(program === null ? `${title} (left out: no pgbouncer is installed)` : title, {
  skip: program === null,
  timeout: TIMEOUT_MS,
}, async (t) => {
  const server = await startCrashServer()
  endings.push(() => server.stop())
  process.env[SERVER_URL_VARIABLE] = server.url
  const pooler = await startPooler(program ?? '', server)
  endings.push(() => pooler.stop())
  const crew = await startCrew(pooler.port)
  endings.push(() => crew.end())
  const random = randomOf(SEED).fork('pooler')
  const { counted, violations } = await play(t, server, crew, { foreignKeys: 'no action', faults: FAULTS, random })
  assert.deepEqual(violations, [], `after ${counted.join(', ')}`)
  assert.ok(counted.length >= FAULTS.length - 1, counted.join(', '))
})
