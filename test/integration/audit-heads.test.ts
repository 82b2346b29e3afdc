// The head of the audit log goes out by itself, once a day for each database, however many services there are.
import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { MothballError } from '../../src/core/errors/index.ts'
import { createArchiver } from '../../src/engine/archiver.ts'
import { setHold } from '../../src/engine/hold.ts'
import { openFleet } from '../../src/fleet.ts'
import { dayName, headsFolder, headsPlaceOf, readHeads } from '../../src/jobs/audit-heads.ts'
import { startHeadRounds } from '../../src/jobs/head-rounds.ts'
import { type CallCenter, callCenter } from '../support/call-center.ts'
import { coldPlace } from '../support/cold.ts'
import { eventually } from '../support/eventually.ts'

/** A call center whose log has an entry, and a folder for heads that is not there yet. */
async function audited(t: TestContext): Promise<Readonly<{ center: CallCenter; folder: string }>> {
  const center = await callCenter(t)
  const above = await mkdtemp(join(tmpdir(), 'mothball-heads-'))
  t.after(() => rm(above, { recursive: true }))
  await changeSomething(center)
  return { center, folder: join(above, 'heads') }
}

async function changeSomething(center: CallCenter): Promise<void> {
  const key = await center.customer(1)
  await setHold(center.engine, center.policy, { key, reason: 'case', actor: 'legal' })
}

const listed = (folder: string): Promise<readonly string[]> => readdir(folder).catch(() => [])

test('services note one head a day for each database, in its own folder, and the log agrees with it', async (t) => {
  const { center, folder } = await audited(t)
  const databases = [{ name: 'east', url: center.db.url }]
  const troubles: unknown[] = []
  const config = { databases, policies: [center.policy], audit: { heads: folder, publicKeys: {} } }
  const deps = { emit: () => undefined, onTrouble: (_name: string, error: unknown) => void troubles.push(error) }
  const today = dayName(await createArchiver(center.engine).auditHead())
  const own = join(folder, 'east')
  {
    await using _one = openFleet(config, deps)
    await using _two = openFleet(config, deps)
    await eventually('the head is noted', async () => (await listed(own)).includes(today))
  }
  await changeSomething(center)
  await using _later = openFleet(config, deps)
  const noted = await readHeads(own)
  assert.deepEqual([await listed(own), noted.map(({ entry }) => entry), troubles], [[today], [1], []])
  assert.equal((await createArchiver(center.engine).verifyAudit({ noted })).status, 'clean')
})

test('a place that cannot be written is told, and tried again until it can', async (t) => {
  const { center, folder } = await audited(t)
  await writeFile(folder, 'a file stands in the way')
  const troubles: string[] = []
  const onTrouble = (name: string, error: unknown) =>
    void troubles.push(`${name} ${error instanceof MothballError ? error.code : error}`)
  const archiver = createArchiver(center.engine)
  await using _rounds = startHeadRounds({ name: 'east', archiver, place: headsFolder(folder), onTrouble, everyMs: 20 })
  await eventually('it was told twice', () => troubles.length >= 2)
  await rm(folder)
  await eventually('the head is noted', async () => (await listed(folder)).length === 1)
  assert.deepEqual([...new Set(troubles)], ['east audit_head_unwritten'])
})

test('without a folder heads lie beside the cold files, each name once; without a place there is nothing to note', async (t) => {
  const { center } = await audited(t)
  const { folder, vault } = await coldPlace(t)
  const place = headsPlaceOf(undefined, () => Promise.resolve(vault), 'east')
  const head = await createArchiver(center.engine).auditHead()
  const both = await Promise.all([place?.note(dayName(head), head), place?.note(dayName(head), { ...head, entry: 2 })])
  assert.deepEqual(both.toSorted(), [false, true])
  assert.match(await readFile(join(folder, 'audit-heads/east', dayName(head)), 'utf8'), /^\{"version":1,"entry":[12],/)
  assert.equal(headsPlaceOf(undefined, undefined, null), null)
})
