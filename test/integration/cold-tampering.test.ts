import assert from 'node:assert/strict'
import { copyFile, readdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type TestContext, test } from 'node:test'
import { NO_BOUNDARY } from '../../src/cold/boundary.ts'
import { directoryStore } from '../../src/cold/directory.ts'
import { createVault } from '../../src/cold/vault.ts'
import { openSet } from '../../src/engine/cold/open-set.ts'
import { planPurge, recordBasis, runPurge } from '../../src/engine/cold/purge.ts'
import { recall } from '../../src/engine/cold/recall.ts'
import { coldFilesSql } from '../../src/sql/journal/cold.sql.ts'
import { randomOf } from '../crash/random.ts'
import { type ArchivedCenter, archivedCenter } from '../support/archived-center.ts'
import { ageArchive, type ColdPlace, coldPlace, exportAll, fileKey, purgeAll } from '../support/cold.ts'

/** Places to flip a bit at, in plain and in encrypted files each; `MOTHBALL_COLD_FLIPS=500` tries a thousand. */
const FLIPS = Number(process.env['MOTHBALL_COLD_FLIPS'] ?? 25)
/** A third of a second each on a busy machine. */
const FLIPPING_MS = 30_000 + FLIPS * 1_000
const SEED = process.env['MOTHBALL_COLD_SEED'] ?? '1'

async function filesOf({ folder }: ColdPlace): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries.flatMap((entry) => (entry.isFile() ? [join(entry.parentPath, entry.name)] : [])).sort()
}

async function exported(t: TestContext, keys: Parameters<typeof coldPlace>[1] = {}) {
  const center = await archivedCenter(t, { beside: ['purger'] })
  await ageArchive(center, center.db.query, 'nic_cc_customer_backup', 3)
  const place = await coldPlace(t, keys)
  await exportAll(center, place)
  return { center, place, files: await filesOf(place) }
}

const archivedCount = async ({ db }: ArchivedCenter): Promise<string | null | undefined> =>
  (await db.query('select count(*) as n from nic_cc_customer_backup'))[0]?.['n']

const nameOf = ({ folder }: ColdPlace, file: string) => file.slice(folder.length + 1)

const refusal = (code: string, file: string) => (error: unknown) => {
  assert.equal(error instanceof Error && 'code' in error ? error.code : error, code)
  assert.ok(error instanceof Error && error.message.includes(file), `${String(error)} does not name ${file}`)
  return true
}

test('a missing, truncated, prolonged, swapped or replayed file is refused by name; nothing is purged or brought back on its word', async (t) => {
  const { center, place, files } = await exported(t)
  const { engine, policy } = center
  await recordBasis(center.owner, policy, { basis: 'the law', actor: 'compliance' })
  const { id } = await planPurge(engine, policy, { actor: 'sipho', reason: 'due' })
  const purge = () => runPurge(engine, place.vault, policy, { plan: id, actor: 'thandi', confirm: 6 })
  const back = () => recall(engine, place.vault, policy, { keys: ['1'], actor: 'thandi', reason: 'asked' })
  const [first = '', second = ''] = files.filter((file) => file.endsWith('.parquet') && !file.includes('/manifests/'))
  const [manifest = ''] = files.filter((file) => file.endsWith('.json'))
  const bad: readonly (readonly [file: string, code: string, harm: (file: string) => Promise<unknown>])[] = [
    [first, 'cold_file_missing', (file) => rm(file)],
    [first, 'cold_file_differs', (file) => truncate(file, 100)],
    [first, 'cold_file_differs', (file) => writeFile(file, 'x', { flag: 'a' })],
    [first, 'cold_file_differs', (file) => copyFile(second, file)],
    [manifest, 'cold_file_missing', (file) => rm(file)],
    [
      manifest,
      'cold_file_differs',
      async (file) => writeFile(file, (await readFile(file, 'utf8')).replace('"run": ', '"run": 9')),
    ],
  ]
  const harmed = async (act: () => Promise<unknown>, count: string) => {
    for (const [file, code, harm] of bad) {
      await copyFile(file, `${file}.kept`)
      await harm(file)
      await assert.rejects(act(), refusal(code, nameOf(place, file)))
      assert.equal(await archivedCount(center), count)
      await rename(`${file}.kept`, file)
    }
  }
  await harmed(purge, '6')
  assert.equal((await purge()).purged, 6)
  await harmed(back, '0')
  assert.deepEqual((await back()).recalled, ['1'])
})

test('a value, a NULL or a row that became another one on the way into a file is not kept', async (t) => {
  const { vault } = await coldPlace(t)
  const shape = {
    columns: ['id', 'note'].map((name) => ({ name, type: name === 'id' ? 'bigint' : 'text' })),
    key: ['id'],
  }
  await using desk = await vault.open()
  /** As if the writer of Parquet had read `read` where the server sent `sent`. */
  const keep = async (sent: string, read: string, path: string) => {
    const { sink, file, sha256 } = await desk.intake()
    await pipeline(Readable.from([sent]), sink)
    await writeFile(file, read)
    const written = await desk.write({ file, rows: 3, sha256: sha256() }, path, shape)
    await writeFile(file, sent)
    return desk.prove(written)
  }
  const sent = '"1","1","a ""b"""\n"2","2",\n"3","3",""\n'
  const bad: readonly (readonly [sent: string, read: string])[] = [
    [sent, sent.replace('a', 'A')],
    [sent, sent.replace('"2","2",', '"2","2",""')],
    [sent, sent.replace('"3","3",""', '"3","3",')],
    [sent, sent.replace('"1","1"', '"9","1"')],
    [sent, sent.replace(/"3".*/, '"2","2",')],
    [sent, sent.replace(/"3".*\n/, '')],
    [sent.replace(/"3".*/, '"2","2",'), sent.replace(/"3".*/, '"2","2",')],
  ]
  for (const [at, [server, read]] of bad.entries())
    await assert.rejects(keep(server, read, `t/bad-${at}.parquet`), {
      code: 'cold_not_kept',
      message: /1 of 3 rows differ/,
    })
  const { file, rows } = await keep(sent, sent, 't/good.parquet')
  assert.deepEqual([file.rows, await rows.count('1')], [3, 1])
})

for (const keys of [[], [fileKey('k1', 9)]])
  test(`a bit that is flipped anywhere in ${keys.length === 0 ? 'plain' : 'encrypted'} files and manifests is found, and the file is named (seed ${SEED})`, {
    timeout: FLIPPING_MS,
  }, async (t) => {
    const { center, place, files } = await exported(t, { keys })
    const [set] = await center.engine.database.rows(coldFilesSql('public.nic_cc_customer'))
    assert.ok(set)
    const random = randomOf(SEED)
    await using desk = await place.vault.open()
    for (let n = 0; n < FLIPS; n += 1) {
      const file = random.pick(files)
      const bytes = await readFile(file)
      const at = random.below(bytes.length)
      const harmed = Buffer.from(bytes)
      harmed[at] = (harmed[at] ?? 0) ^ (1 << random.below(8))
      await writeFile(file, harmed)
      await assert.rejects(openSet(desk, set), refusal('cold_file_differs', nameOf(place, file)))
      await writeFile(file, bytes)
    }
    assert.equal((await openSet(desk, set)).manifest.families, 6)
  })

test('keys rotate: new files take the new one, old ones are read as long as theirs is there', async (t) => {
  const old = fileKey('2025', 1)
  const { center, place, files } = await exported(t, { keys: [old] })
  for (const file of files.filter((each) => each.includes('.parquet')))
    assert.ok(!(await readFile(file)).includes('example.com') && file.endsWith('.enc'))
  await purgeAll(center, place)
  const vault = (...keys: readonly ReturnType<typeof fileKey>[]) =>
    createVault({ store: directoryStore(place.folder, NO_BOUNDARY), keys, reached: NO_BOUNDARY })
  const back = (keys: readonly string[], using: ReturnType<typeof vault>) =>
    recall(center.engine, using, center.policy, { keys, actor: 'thandi', reason: 'asked' })
  await assert.rejects(back(['1'], vault(fileKey('2026', 2))), { code: 'cold_key_missing' })
  await assert.rejects(back(['1'], vault(fileKey('2025', 3))), { code: 'cold_file_differs' })
  assert.equal(await archivedCount(center), '0')
  const both = vault(fileKey('2026', 2), old)
  assert.deepEqual((await back(['1', '2'], both)).recalled, ['1', '2'])
  const again = await exportAll(center, { vault: both })
  assert.equal(again.families, 2)
  const rows = await center.db.query('select key_id from mothball.cold_file order by id')
  assert.deepEqual(
    rows.map((row) => row['key_id']),
    ['2025', '2026'],
  )
})
