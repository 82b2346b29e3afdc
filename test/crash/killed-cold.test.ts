import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { FilePoint } from '../../src/cold/boundary.ts'
import { coldOrphans, exportCold } from '../../src/engine/cold/export.ts'
import { planPurge, recordBasis, runPurge } from '../../src/engine/cold/purge.ts'
import { recall } from '../../src/engine/cold/recall.ts'
import type { SignalPoint } from '../../src/engine/ports.ts'
import { ARCHIVED_KEYS, type ArchivedCenter, archivedCenter } from '../support/archived-center.ts'
import { ageArchive, type ColdPlace, coldPlace, exportAll } from '../support/cold.ts'
import { eraseHim } from '../support/person.ts'
import { assertClean } from '../support/verified.ts'

const STUCK = fileURLToPath(new URL('../support/stuck-cold.ts', import.meta.url))

type Verb = 'export' | 'purge' | 'recall' | 'erase'

/** Every place, and which time it is reached; those in the middle of a batch have one committed before it. */
const EXPORT: readonly (readonly [SignalPoint | FilePoint, number])[] = [
  ['set-copied', 1],
  ['file-written', 1],
  ['file-flushed', 2],
  ['file-named', 2],
  ['folder-flushed', 3],
  ['file-read-back', 1],
  ['table-kept', 4],
  ['manifest-kept', 1],
  ['set-recorded', 1],
]
const PURGE: readonly (readonly [SignalPoint, number])[] = [
  ['purge-begun', 2],
  ['purge-locked', 2],
  ['purge-judged', 2],
  ['purge-deleted', 2],
  ['purge-recorded', 2],
  ['purge-committed', 2],
]
const RECALL: readonly (readonly [SignalPoint, number])[] = [
  ['recall-inserted', 2],
  ['recall-recorded', 2],
  ['recall-committed', 2],
]
/** With him in a set of six: what he is erased with beside the cold files is tried in `killed-erase.test.ts`. */
const ERASE: readonly (readonly [SignalPoint | FilePoint, number])[] = [
  ['file-written', 1],
  ['file-flushed', 2],
  ['file-named', 2],
  ['folder-flushed', 3],
  ['file-read-back', 4],
  ['set-rewritten', 1],
  ['person-destroyed', 1],
  ['erasure-recorded', 1],
  ['erasure-committed', 1],
  ['file-removed', 1],
  ['file-removed', 8],
]

/**
 * A process for each takes seconds: the suite tries those behind which most is at stake, `MOTHBALL_COLD_KILLS=all` each
 * place, and each verb twenty times at least.
 */
const TRIED = ['file-flushed', 'manifest-kept', 'purge-deleted', 'purge-committed', 'recall-recorded']
const ERASE_TRIED = ['set-rewritten', 'erasure-committed']
const ALL = process.env['MOTHBALL_COLD_KILLS'] === 'all'
const AT_LEAST = 20
const tried = <At extends readonly [string, number]>(points: readonly At[], few: readonly string[]): readonly At[] =>
  ALL
    ? Array.from({ length: Math.ceil(AT_LEAST / points.length) }, () => points).flat()
    : points.filter(([point]) => few.includes(point))

async function killAt(verb: Verb, { db }: ArchivedCenter, { folder }: ColdPlace, at: readonly [string, number]) {
  const words = [STUCK, verb, db.url, folder, at[0], String(at[1])]
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  child.kill('SIGKILL')
  await once(child, 'exit')
}

const rowsOf = async ({ db }: ArchivedCenter): Promise<readonly string[]> => {
  const parts = ['customer', 'payment_plan', 'installment', 'call_log'].map(
    (name) => `select '${name} ' || t::text as row from nic_cc_${name}_backup t`,
  )
  return (await db.query(`${parts.join(' union all ')} order by 1`)).map(({ row }) => row ?? '')
}

/** Whole families only: a customer with a plan, an instalment and a call. */
const isWhole = (rows: readonly string[], before: readonly string[]) =>
  rows.length % 4 === 0 && rows.every((row) => before.includes(row))

async function scene(t: TestContext): Promise<Readonly<{ center: ArchivedCenter; place: ColdPlace }>> {
  const center = await archivedCenter(t)
  await ageArchive(center, center.db.query, 'nic_cc_customer_backup', 3)
  return { center, place: await coldPlace(t) }
}

async function planned({ center, place }: Awaited<ReturnType<typeof scene>>): Promise<void> {
  await exportAll(center, place)
  await recordBasis(center.engine, center.policy, { basis: 'the law', actor: 'compliance' })
  await planPurge(center.engine, center.policy, { actor: 'sipho', reason: 'due' })
}

for (const at of tried(EXPORT, TRIED))
  test(`an export killed at ${at[0]} leaves at worst files that are listed, and the next one is whole`, async (t) => {
    const { center, place } = await scene(t)
    const before = await rowsOf(center)
    await killAt('export', center, place, at)
    assert.deepEqual(await rowsOf(center), before)
    const orphans = await coldOrphans(center.engine, place.vault, center.policy)
    const isRecorded = at[0] === 'set-recorded'
    assert.equal(orphans.length > 0, !isRecorded && at[0] !== 'set-copied', orphans.join())
    const next = await exportCold(center.engine, place.vault, center.policy, { actor: 'thandi' })
    assert.equal(next.families, isRecorded ? 0 : ARCHIVED_KEYS.length)
    assert.deepEqual(await coldOrphans(center.engine, place.vault, center.policy), orphans)
    await assertClean(center)
  })

for (const at of tried(PURGE, TRIED))
  test(`a purge killed at ${at[0]} has destroyed whole batches only, and goes on where it was`, async (t) => {
    const { center, place } = await scene(t)
    await planned({ center, place })
    const before = await rowsOf(center)
    await killAt('purge', center, place, at)
    const left = await rowsOf(center)
    assert.ok(isWhole(left, before))
    assert.equal(left.length, at[0] === 'purge-committed' ? 8 : 16)
    const end = { plan: 1, actor: 'thandi', confirm: 6 }
    const result = await runPurge(center.engine, place.vault, center.policy, end)
    assert.deepEqual([result.purged, Object.values(result.rows)], [6, [6, 6, 6, 6]])
    assert.deepEqual(await rowsOf(center), [])
    await assertClean(center)
  })

for (const at of tried(RECALL, TRIED))
  test(`a recall killed at ${at[0]} has brought back whole families only, and the next one brings the rest`, async (t) => {
    const { center, place } = await scene(t)
    await planned({ center, place })
    const before = await rowsOf(center)
    await runPurge(center.engine, place.vault, center.policy, { plan: 1, actor: 'thandi', confirm: 6 })
    await killAt('recall', center, place, at)
    const back = await rowsOf(center)
    assert.ok(isWhole(back, before))
    assert.equal(back.length, at[0] === 'recall-committed' ? 16 : 8)
    await recall(center.engine, place.vault, center.policy, { keys: ARCHIVED_KEYS, actor: 'thandi', reason: 'asked' })
    assert.deepEqual(await rowsOf(center), before)
    await assertClean(center)
  })

for (const at of tried(ERASE, ERASE_TRIED))
  test(`an erasure killed at ${at[0]} (${at[1]}) has him in files, archive and journal, or in none of them but orphans`, async (t) => {
    const { center, place } = await scene(t)
    await exportAll(center, place)
    const before = await rowsOf(center)
    await killAt('erase', center, place, at)
    const isDone = ['erasure-committed', 'file-removed'].includes(at[0])
    const [set] = await center.db.query('select families from mothball.cold_file')
    const orphans = await coldOrphans(center.engine, place.vault, center.policy)
    assert.deepEqual([set?.['families'], (await rowsOf(center)).length], isDone ? ['5', 20] : ['6', 24])
    assert.equal(orphans.length > 0, at[1] < 8, orphans.join())
    const engine = { ...center.engine, vault: async () => place.vault }
    if (!isDone) assert.deepEqual((await eraseHim({ ...center, engine }, '3')).unremoved, [])
    // Whoever comes next removes what the dead one had replaced; what he wrote for nothing stays listed.
    await exportAll(center, place)
    const left = await coldOrphans(center.engine, place.vault, center.policy)
    assert.deepEqual(left, isDone ? [] : orphans)
    assert.deepEqual(
      await rowsOf(center),
      before.filter((row) => !/\(3,/.test(row)),
    )
    await planned({ center, place })
    const { purged } = await runPurge(engine, place.vault, center.policy, { plan: 1, actor: 'thandi', confirm: 5 })
    assert.equal(purged, 5, 'the new files are what the archive holds')
    await assertClean(center)
  })
