/**
 * The crash suite: whatever is killed, cut, stopped or altered while batches are open, nothing is lost, doubled, changed
 * or torn, and the journal is true. On a server of its own, which it crashes. MOTHBALL_CRASH_FAULTS and
 * MOTHBALL_CRASH_SEED (`npm run test:crash -- --faults N --seed S`) make a soak, or play a seed again.
 */
import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { after, before, test } from 'node:test'
import { SERVER_URL_VARIABLE } from '../support/server.ts'
import { canMount } from '../support/tmpfs.ts'
import { type CrashServer, startCrashServer } from './crash-server.ts'
import { type Crew, startCrew } from './crew.ts'
import { DECK, deal } from './deck.ts'
import { type Played, play } from './episode.ts'
import { DISK_FULL_FAULT } from './faults/disk.ts'
import { randomOf } from './random.ts'
import { mountSmallDisk, type SmallDisk } from './small-disk.ts'

const FAULTS = Number(process.env['MOTHBALL_CRASH_FAULTS'] ?? 126)
const SEED = process.env['MOTHBALL_CRASH_SEED'] ?? String(randomInt(1e9))
const FAULTS_PER_EPISODE = 18
/** One in twenty may find no batch open, on a machine that is busy with other things. */
const FEWEST_COUNTED = Math.floor(FAULTS * 0.955)
const FULL_DISKS = 4
const EPISODE_TIMEOUT_MS = 240_000

let server: CrashServer
let crew: Crew
let disk: SmallDisk | null = null
const played: Played[] = []

before(async () => {
  server = await startCrashServer()
  process.env[SERVER_URL_VARIABLE] = server.url
  crew = await startCrew(server.port)
})

after(async () => {
  await crew.end()
  await server.stop()
  await disk?.unmount()
})

const hands = deal(randomOf(SEED).fork('deck'), FAULTS, FAULTS_PER_EPISODE)

for (const [index, faults] of hands.entries()) {
  const foreignKeys = index % 2 === 0 ? 'none' : 'no action'
  const criteria = index % 4 < 2 ? 'enhanced' : 'basic'
  const terms = `foreign keys: ${foreignKeys}, criteria: ${criteria}`
  const title = `episode ${index + 1} of seed ${SEED}: ${faults.length} faults, nothing lost (${terms})`
  test(title, { timeout: EPISODE_TIMEOUT_MS }, async (t) => {
    const random = randomOf(SEED).fork(`episode ${index + 1}`)
    const result = await play(t, server, crew, { foreignKeys, criteria, faults, random })
    played.push(result)
    assert.deepEqual(result.violations, [], `after ${result.counted.join(', ')}`)
  })
}

const isMountable = canMount()
const diskTitle = `${FULL_DISKS} times the disk is full, seed ${SEED}: nothing lost`

test(isMountable ? diskTitle : `${diskTitle} (left out: this machine mounts no tmpfs for us)`, {
  skip: !isMountable,
  timeout: EPISODE_TIMEOUT_MS,
}, async (t) => {
  const small = await mountSmallDisk(server)
  disk = small
  const onDisk = (database: string) => small.take(database).then(() => small)
  const faults = Array.from({ length: FULL_DISKS }, () => DISK_FULL_FAULT)
  const random = randomOf(SEED).fork('disk')
  const result = await play(t, server, crew, { foreignKeys: 'no action', faults, random, onDisk })
  played.push(result)
  assert.deepEqual(result.violations, [], `after ${result.counted.join(', ')}`)
  assert.ok(result.counted.length > 0)
})

test(`at least ${FEWEST_COUNTED} of the ${FAULTS} faults of seed ${SEED} found a batch open, of every kind one`, (t) => {
  const kinds = played.flatMap(({ counted }) => counted)
  const counts = Object.entries(Object.groupBy(kinds, (kind) => kind)).map(([kind, all]) => [kind, all?.length ?? 0])
  const sum = (of: (each: Played) => number) => played.reduce((total, each) => total + of(each), 0)
  t.diagnostic(
    `seed ${SEED}: ${kinds.length} faults counted, ${sum((each) => each.batches)} batches, ` +
      `${sum((each) => each.acknowledged)} acknowledged operations, ${sum((each) => each.lateRows)} late rows, ` +
      `${sum((each) => each.violations.length)} violations`,
  )
  for (const [kind, count] of counts.toSorted()) t.diagnostic(`${String(count).padStart(5)} ${kind}`)
  assert.ok(kinds.length >= FEWEST_COUNTED, `${kinds.length} counted`)
  if (FAULTS >= DECK.length)
    assert.deepEqual(new Set(DECK.map(({ kind }) => kind)).difference(new Set(kinds)), new Set())
})
