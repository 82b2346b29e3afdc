import assert from 'node:assert/strict'
import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { NO_BOUNDARY } from '../../src/cold/boundary.ts'
import { directoryStore } from '../../src/cold/directory.ts'
import { createVault } from '../../src/cold/vault.ts'
import { coldOrphans, exportCold } from '../../src/engine/cold/export.ts'
import { openSet } from '../../src/engine/cold/open-set.ts'
import { recall } from '../../src/engine/cold/recall.ts'
import type { ColdVault } from '../../src/engine/cold/vault.ts'
import { listErasures, planErasure } from '../../src/engine/erase/erase.ts'
import { find } from '../../src/engine/find/find.ts'
import { releaseHold } from '../../src/engine/hold.ts'
import { INERT_SIGNALS, type Signals } from '../../src/engine/ports.ts'
import { coldFilesSql } from '../../src/sql/journal/cold.sql.ts'
import { ARCHIVED_KEYS, type ArchivedCenter, archivedCenter } from '../support/archived-center.ts'
import { testEngine } from '../support/call-center.ts'
import { ageArchive, type ColdPlace, coldPlace, exportAll, fileKey, purgeAll } from '../support/cold.ts'
import { eraseHim, holdHim } from '../support/person.ts'
import { once } from '../support/reached.ts'
import { assertClean } from '../support/verified.ts'

const TABLES = ['customer', 'payment_plan', 'installment', 'call_log'] as const
const SUBJECT = 'public.nic_cc_customer'

type Scene = Readonly<{ center: ArchivedCenter; place: ColdPlace }>

/** Archived three years ago and exported, four families and two; whoever erases knows the place. */
async function exported(t: TestContext, keys: Parameters<typeof coldPlace>[1] = {}): Promise<Scene> {
  const made = await archivedCenter(t, { beside: ['eraser', 'purger'] })
  await ageArchive(made, made.db.query, 'nic_cc_customer_backup', 3)
  const place = await coldPlace(t, keys)
  const policy = { ...made.policy, cold: { ...made.policy.cold, familiesPerFile: 4 } }
  await exportCold(made.engine, place.vault, policy, { actor: 'thandi' })
  return { center: withVault({ ...made, policy }, place.vault), place }
}

const withVault = (center: ArchivedCenter, vault: ColdVault, signals: Signals = INERT_SIGNALS): ArchivedCenter => ({
  ...center,
  engine: { ...center.engine, signals, vault: () => Promise.resolve(vault), contactKeys: [fileKey('contacts', 9)] },
})

async function archived({ db }: ArchivedCenter): Promise<readonly string[]> {
  const parts = TABLES.map((name) => `select '${name} ' || t::text as row from nic_cc_${name}_backup t`)
  return (await db.query(`${parts.join(' union all ')} order by 1`)).map(({ row }) => row ?? '')
}

/** By table, the families of each recorded set with the digests of their rows: what the files hold. */
async function inFiles({ engine }: ArchivedCenter, vault: ColdVault) {
  const sets = []
  for (const file of await engine.database.rows(coldFilesSql(SUBJECT))) {
    await using desk = await vault.open()
    const { manifest, rows } = await openSet(desk, file)
    const tables = manifest.tables.map(async ({ name, rows: count }) => ({
      name,
      count,
      digests: Object.fromEntries((await rows.get(name)?.digests(ARCHIVED_KEYS)) ?? []),
    }))
    const { families, firstKey, lastKey } = manifest
    sets.push({ families, firstKey, lastKey, tables: await Promise.all(tables) })
  }
  return sets
}

const withoutHim = (sets: Awaited<ReturnType<typeof inFiles>>, key: string) =>
  sets.map((set) => {
    const tables = set.tables.map(({ name, count, digests: { [key]: his, ...digests } }) => ({
      name,
      count: his === undefined ? count : count - 1,
      digests,
    }))
    return { ...set, tables }
  })

test('an exported person leaves the cold files: the set is written again without him, every other row is the same, the old files are gone', async (t) => {
  const { center, place } = await exported(t)
  const { engine, policy, db } = center
  const [before, rows, files] = [await inFiles(center, place.vault), await archived(center), await place.vault.list()]
  const plan = await planErasure(engine, policy, '1')
  assert.deepEqual(await place.vault.list(), files, 'a plan writes nothing')
  const receipt = await eraseHim(center, '1')
  assert.deepEqual(receipt.reached, plan.rows)
  const reached = receipt.reached.filter(({ place: where }) => where === 'cold')
  assert.deepEqual(
    reached.map(({ object, rows: count }) => [/table=public\.nic_cc_(\w+)/.exec(object)?.[1], count]),
    TABLES.map((name) => [name, 1]),
  )
  const left = await place.vault.list()
  assert.ok(reached.every(({ object }) => files.includes(object) && !left.includes(object)))
  assert.deepEqual([receipt.unremoved, await coldOrphans(engine, place.vault, policy)], [[], []])
  const [first, second] = withoutHim(before, '1')
  assert.deepEqual(await inFiles(center, place.vault), [{ ...first, families: 3, firstKey: '2' }, second])
  const [set] = await db.query('select families, rows, first_key, last_key from mothball.cold_file order by id limit 1')
  const counted = first?.tables.reduce((sum, { count }) => sum + count, 0)
  assert.deepEqual(set, { families: '3', rows: String(counted), first_key: '2', last_key: '4' })
  assert.equal(left.length, files.length)
  // What follows goes on with the new files: everybody else is destroyed by them, and comes back from them.
  assert.equal((await purgeAll(center, place)).purged, 5)
  await recall(engine, place.vault, policy, { keys: ARCHIVED_KEYS, actor: 'thandi', reason: 'asked' })
  assert.deepEqual(
    await archived(center),
    rows.filter((row) => !/\(1,/.test(row)),
  )
  await assertClean(center)
})

test('a person whom only an encrypted file has can be held there; then he is erased from it under the newer key, and neither found nor brought back', async (t) => {
  const old = fileKey('2025', 1)
  const { center, place } = await exported(t, { keys: [old] })
  await purgeAll(center, place)
  const store = directoryStore(place.folder, NO_BOUNDARY)
  const vault = createVault({ store, keys: [fileKey('2026', 2), old], reached: NO_BOUNDARY })
  const { engine, policy, db } = withVault(center, vault)
  assert.equal((await find(engine, policy, '6@example.com'))[0]?.tier, 'cold')
  const held = await holdHim(engine, policy, '6')
  assert.equal(held.tier, 'cold')
  await assert.rejects(eraseHim({ engine, policy }, '6'), { code: 'erasure_held' })
  await releaseHold(engine, policy, { id: held.id, actor: 'a lawyer', reason: 'settled' })
  // The last two are a set of their own: after them it holds nobody.
  for (const key of ['6', '5']) {
    const { reached } = await eraseHim({ engine, policy }, key)
    assert.deepEqual(
      reached.filter(({ object }) => object !== 'mothball.hold').map(({ place: where, rows }) => [where, rows]),
      TABLES.map(() => ['cold', 1]),
    )
    assert.deepEqual(
      (await find(engine, policy, key)).map(({ tier, cold }) => [tier, cold]),
      [['none', null]],
    )
    await assert.rejects(eraseHim({ engine, policy }, key), { code: 'not_found' })
  }
  assert.deepEqual(await find(engine, policy, '6@example.com'), [])
  const sets = await db.query('select key_id, families, rows, first_key from mothball.cold_file order by id')
  assert.deepEqual(sets.at(-1), { key_id: '2026', families: '0', rows: '0', first_key: '' })
  const back = await recall(engine, vault, policy, { keys: ARCHIVED_KEYS, actor: 'thandi', reason: 'asked' })
  assert.deepEqual([back.recalled, back.unknown], [ARCHIVED_KEYS.slice(0, 4), ['5', '6']])
  const [names] = await db.query(
    `select string_agg(c::text, ' ') as all from mothball.cold_family c where state = 'erased'`,
  )
  assert.doesNotMatch(names?.['all'] ?? '', /public.nic_cc_customer,[56],|\\x/)
})

test('a hold, no place for cold files, or one that is not the recorded one stops the erasure; a hold that is set while files are written again wins', async (t) => {
  const { center, place } = await exported(t)
  const [files, rows, before] = [await place.vault.list(), await archived(center), await inFiles(center, place.vault)]
  await holdHim(center.engine, center.policy, '2')
  await assert.rejects(eraseHim(center, '2'), { code: 'erasure_held' })
  const placeless = { ...center, engine: testEngine(t, center.db) }
  await assert.rejects(eraseHim(placeless, '5'), { code: 'cold_missing' })
  await assert.rejects(planErasure(placeless.engine, center.policy, '5'), { code: 'cold_missing' })
  assert.deepEqual(await place.vault.list(), files)
  const hold = once('set-rewritten', () => holdHim(testEngine(t, center.db), center.policy, '3'))
  await assert.rejects(eraseHim(withVault(center, place.vault, hold), '3'), { code: 'erasure_held' })
  assert.deepEqual(await inFiles(center, place.vault), before)
  const orphans = await coldOrphans(center.engine, place.vault, center.policy)
  assert.equal(orphans.length, 8, 'what was written for nothing is listed')
  assert.deepEqual([...files, ...orphans].sort(), [...(await place.vault.list())].sort())
  const file = files.find((path) => /nic_cc_call_log.*-2\.parquet/.test(path)) ?? ''
  await appendFile(join(place.folder, file), 'x')
  const named = (error: unknown) => error instanceof Error && error.message.includes(file)
  await assert.rejects(eraseHim(center, '5'), named)
  assert.deepEqual(await archived(center), rows)
})

test('a store that lets nothing be removed keeps nobody: the receipt names what is left, and the next export removes it', async (t) => {
  const { center, place } = await exported(t)
  const locked = { ...place.vault, remove: () => Promise.reject(new Error('locked')) }
  const { unremoved } = await eraseHim(withVault(center, locked), '4')
  const { engine, policy } = center
  assert.equal(unremoved.length, 8)
  assert.deepEqual([...(await coldOrphans(engine, place.vault, policy))].sort(), unremoved)
  assert.deepEqual((await listErasures(engine, policy))[0]?.unremoved, unremoved)
  // A folder that is not mounted has none of the files, which are not gone by that.
  await exportAll(center, await coldPlace(t))
  assert.deepEqual((await listErasures(engine, policy))[0]?.unremoved, unremoved)
  await exportAll(center, place)
  assert.deepEqual((await listErasures(engine, policy))[0]?.unremoved, [])
  assert.deepEqual(await coldOrphans(engine, place.vault, policy), [])
})
