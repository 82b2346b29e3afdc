import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { DuckDBInstance } from '@duckdb/node-api'
import { NO_BOUNDARY } from '../../src/cold/boundary.ts'
import { directoryStore } from '../../src/cold/directory.ts'
import type { ColdStore } from '../../src/cold/store.ts'
import { createVault } from '../../src/cold/vault.ts'
import { parseManifest } from '../../src/core/cold/manifest.ts'
import { MothballError } from '../../src/core/errors/index.ts'
import { coldOrphans, exportCold, previewExport } from '../../src/engine/cold/export.ts'
import { planPurge, recordBasis, runPurge, withdrawBasis } from '../../src/engine/cold/purge.ts'
import { recall } from '../../src/engine/cold/recall.ts'
import { setHold } from '../../src/engine/hold.ts'
import type { SignalPoint } from '../../src/engine/ports.ts'
import { restore } from '../../src/engine/restore/restore.ts'
import { raw } from '../../src/sql/tag.ts'
import { ARCHIVED_KEYS, type ArchivedCenter, archivedCenter } from '../support/archived-center.ts'
import { testEngine } from '../support/call-center.ts'
import { ageArchive, coldPlace, exportAll, purgeAll } from '../support/cold.ts'
import { once } from '../support/reached.ts'
import { assertClean } from '../support/verified.ts'

const TABLES = ['customer', 'payment_plan', 'installment', 'call_log'] as const

async function agedCenter(t: TestContext): Promise<ArchivedCenter> {
  const center = await archivedCenter(t, { beside: ['purger'] })
  await ageArchive(center, center.db.query, 'nic_cc_customer_backup', 3)
  return center
}

/** Every archived row of the family's tables as text. */
async function archived({ db }: ArchivedCenter): Promise<readonly string[]> {
  const parts = TABLES.map((name) => `select '${name} ' || t::text as row from nic_cc_${name}_backup t`)
  return (await db.query(`${parts.join(' union all ')} order by 1`)).map(({ row }) => row ?? '')
}

const refused = (code: string) => (error: unknown) => {
  assert.equal(error instanceof Error && 'code' in error ? error.code : error, code)
  return true
}

test('plain files are read by any DuckDB, and hold exactly what the archive holds', async (t) => {
  const center = await agedCenter(t)
  const place = await coldPlace(t)
  const { months, families } = await previewExport(center.engine, center.policy)
  assert.deepEqual([months.length, families], [1, 6])
  const result = await exportAll(center, place)
  assert.deepEqual([result.families, result.rows], [6, 24])
  const duck = await (await DuckDBInstance.create(':memory:')).connect()
  for (const name of TABLES) {
    const rows = await center.db.query(`select * from nic_cc_${name}_backup order by id`)
    const columns = Object.keys(rows[0] ?? {})
    await duck.run(`create table ${name} (${columns.map((column) => `"${column}" varchar`).join()})`)
    for (const row of rows)
      await duck.run(
        `insert into ${name} values (${columns.map((column) => (row[column] == null ? 'null' : `'${row[column].replaceAll("'", "''")}'`)).join()})`,
      )
    const file = join(place.folder, `policy=${center.policy.name}/table=public.nic_cc_${name}/*/*.parquet`)
    const cold = `select ${columns.map((column) => `"${column}"::varchar`).join()} from read_parquet('${file}', hive_partitioning = true)`
    const differing = `select count(*)::integer as n from ((${cold} except all from ${name}) union all (from ${name} except all ${cold}))`
    assert.deepEqual((await duck.runAndReadAll(differing)).getRowObjects(), [{ n: 0 }], name)
  }
  assert.equal((await exportAll(center, place)).families, 0, 'nobody goes twice')
})

test('anybody can prove a plain file: any DuckDB writes it out as the CSV whose hash the manifest has', async (t) => {
  const center = await agedCenter(t)
  const place = await coldPlace(t)
  const { sets } = await exportAll(center, place)
  const manifest = parseManifest(await readFile(join(place.folder, sets[0]?.manifest ?? ''), 'utf8'))
  const duck = await (await DuckDBInstance.create(':memory:')).connect()
  const csv = join(place.folder, 'rows.csv')
  assert.ok(manifest)
  for (const { path, content } of manifest.tables) {
    const rows = `from read_parquet('${join(place.folder, path)}', hive_partitioning = false)`
    await duck.run(`copy (${rows}) to '${csv}' (header false, force_quote *)`)
    assert.equal(
      createHash('sha256')
        .update(await readFile(csv))
        .digest('hex'),
      content,
      path,
    )
  }
})

test('a purge needs a basis, a second person and the number; then exactly the exported rows are gone, and come back', async (t) => {
  const center = await agedCenter(t)
  const { engine, policy } = center
  const place = await coldPlace(t)
  await exportAll(center, place)
  const before = await archived(center)
  await assert.rejects(planPurge(engine, policy, { actor: 'sipho', reason: 'due' }), refused('purge_no_basis'))
  await recordBasis(center.owner, policy, { basis: 'the law', actor: 'compliance' })
  const { id, families } = await planPurge(engine, policy, { actor: 'sipho', reason: 'due' })
  assert.equal(families, 6)
  const carryOut = (actor: string, confirm: number) =>
    runPurge(engine, place.vault, policy, { plan: id, actor, confirm })
  await assert.rejects(carryOut('sipho', 6), refused('purge_same_person'))
  await assert.rejects(carryOut('thandi', 5), refused('purge_count_differs'))
  await withdrawBasis(center.owner, policy, { actor: 'compliance' })
  await assert.rejects(carryOut('thandi', 6), refused('purge_no_basis'))
  await recordBasis(center.owner, policy, { basis: 'another law', actor: 'compliance' })
  await assert.rejects(carryOut('thandi', 6), refused('purge_outdated'))
  const again = await planPurge(engine, policy, { actor: 'sipho', reason: 'due' })
  const longer = { ...policy, cold: { ...policy.cold, keep: { years: 10, months: 0, days: 0 } } }
  const over = { plan: again.id, actor: 'thandi', confirm: 6 }
  await assert.rejects(runPurge(engine, place.vault, longer, over), refused('purge_outdated'))
  const later = (years: number) =>
    center.owner.database.execute(raw(`update mothball.purge set moment = moment + interval '${years} years'`))
  await later(2)
  await assert.rejects(runPurge(engine, place.vault, policy, over), refused('purge_outdated'))
  await later(-2)
  assert.deepEqual(await archived(center), before)
  const result = await runPurge(engine, place.vault, policy, over)
  assert.match(result.certificate, /"basis":"another law"/)
  assert.deepEqual([result.purged, Object.values(result.rows)], [6, [6, 6, 6, 6]])
  assert.deepEqual(await archived(center), [])
  await assertClean(center)
  await assert.rejects(runPurge(engine, place.vault, policy, over), refused('purge_closed'))
  const back = await recall(engine, place.vault, policy, { keys: ['3', '5', '99'], actor: 'thandi', reason: 'phoned' })
  assert.deepEqual([back.recalled, back.unknown], [['3', '5'], ['99']])
  assert.deepEqual(
    await archived(center),
    before.filter((row) => /\((3|5),/.test(row)),
  )
  await assertClean(center)
  const home = await restore(engine, policy, { selection: { by: 'keys', keys: ['3', '5'] }, reason: 'phoned' })
  assert.deepEqual([home.restored, home.conflicts], [2, []])
  await assertClean(center)
})

test('a recall into tables that have changed since is refused by column, before anything is touched', async (t) => {
  const center = await agedCenter(t)
  const place = await coldPlace(t)
  await exportAll(center, place)
  await purgeAll(center, place)
  const order = { keys: ['3'], actor: 'thandi', reason: 'phoned' }
  const runs = () => center.db.query('select count(*) as n from mothball.run')
  const before = await runs()
  const onBoth = async (change: string) => {
    for (const name of ['nic_cc_call_log', 'nic_cc_call_log_backup'])
      await center.db.query(`alter table ${name} ${change}`)
  }
  for (const change of ['alter remark type varchar(40)', 'drop remark']) {
    await onBoth(change)
    await assert.rejects(recall(center.engine, place.vault, center.policy, order), (error) => {
      assert.ok(error instanceof MothballError)
      assert.deepEqual([error.code, error.facts['column']], ['cold_shape_differs', 'remark'])
      return true
    })
    assert.deepEqual([await runs(), await archived(center)], [before, []])
  }
  await onBoth('add remark text')
  assert.deepEqual((await recall(center.engine, place.vault, center.policy, order)).recalled, ['3'])
})

test('a basis that is withdrawn while a purge is at work ends it at its batch', async (t) => {
  const center = await agedCenter(t)
  const { owner, db } = center
  const place = await coldPlace(t)
  await exportAll(center, place)
  const signals = once('purge-committed', () => withdrawBasis(owner, center.policy, { actor: 'compliance' }))
  const engine = testEngine(t, db, [], signals)
  const policy = { ...center.policy, batchSize: 2 }
  await assert.rejects(purgeAll({ engine, owner, policy }, place), refused('purge_no_basis'))
  assert.equal((await db.query('select from nic_cc_customer_backup')).length, 4)
  await assertClean(center)
})

test('who was changed, held or brought home since the export is not destroyed', async (t) => {
  const center = await agedCenter(t)
  const { engine, policy, db } = center
  const place = await coldPlace(t)
  await exportAll(center, place)
  await recordBasis(center.owner, policy, { basis: 'the law', actor: 'compliance' })
  const { id } = await planPurge(engine, policy, { actor: 'sipho', reason: 'due' })
  await setHold(engine, policy, { key: '1', reason: 'case 12', actor: 'legal' })
  await db.query(`update nic_cc_call_log_backup set remark = 'edited' where customer_id = 2`)
  await db.query(`insert into nic_cc_call_log_backup (id, customer_id, remark) values (900, 3, 'a late row')`)
  await db.query(`delete from nic_cc_installment_backup where customer_id = 4`)
  await restore(engine, policy, { selection: { by: 'keys', keys: ['5'] }, reason: 'phoned' })
  const result = await runPurge(engine, place.vault, policy, { plan: id, actor: 'thandi', confirm: 6 })
  assert.deepEqual([result.purged, result.stayed], [1, { held: 1, changed: 3, locked: 0, gone: 1 }])
  const left = await db.query('select id from nic_cc_customer_backup order by id')
  assert.deepEqual(
    left.map((row) => row['id']),
    ['1', '2', '3', '4'],
  )
  assert.equal((await exportAll(center, place)).families, 3, 'who was changed is exported again')
})

const BEFORE_LOCK: readonly SignalPoint[] = ['purge-begun']
for (const point of [
  'purge-begun',
  'purge-locked',
  'purge-judged',
  'purge-deleted',
  'purge-recorded',
  'purge-committed',
] as const)
  test(`a hold that is set at ${point} wins, or stands on the cold file, never half`, async (t) => {
    const center = await agedCenter(t)
    const { policy, db } = center
    const place = await coldPlace(t)
    await exportAll(center, place)
    let hold: Promise<string> = Promise.resolve('not set')
    const beside = testEngine(t, db)
    const signals = once(point, async () => {
      hold = setHold(beside, policy, { key: '1', reason: 'case', actor: 'legal' }).then(({ tier }) => tier)
      // Before the rows are locked it goes through; afterwards it waits for us, and we must not wait for it.
      if (BEFORE_LOCK.includes(point)) await hold
    })
    const result = await purgeAll({ ...center, engine: testEngine(t, db, [], signals) }, place)
    const outcome = await hold
    const rows = await db.query('select count(*) as n from nic_cc_call_log_backup where customer_id = 1')
    const wins = BEFORE_LOCK.includes(point)
    assert.equal(outcome, wins ? 'archive' : 'cold')
    assert.deepEqual([result.purged, result.stayed.held, rows[0]?.['n']], wins ? [5, 1, '1'] : [6, 0, '0'])
    await assertClean(center)
  })

test('a run that lost its lease destroys nothing', async (t) => {
  const center = await agedCenter(t)
  const place = await coldPlace(t)
  await exportAll(center, place)
  const before = await archived(center)
  await recordBasis(center.owner, center.policy, { basis: 'the law', actor: 'compliance' })
  const plan = await planPurge(center.engine, center.policy, { actor: 'sipho', reason: 'due' })
  // Between its start and its first batch, as another process would that found it dead.
  const open = async () => {
    await center.db.query('update mothball.lease set epoch = epoch + 1')
    return place.vault.open()
  }
  const vault = { ...place.vault, open }
  await assert.rejects(
    runPurge(center.engine, vault, center.policy, { plan: plan.id, actor: 'thandi', confirm: plan.families }),
    refused('lease_lost'),
  )
  assert.deepEqual(await archived(center), before)
})

test('several sets a month: none is left out, none twice', async (t) => {
  const center = await agedCenter(t)
  const policy = { ...center.policy, cold: { ...center.policy.cold, familiesPerFile: 4 } }
  const place = await coldPlace(t)
  const { sets } = await exportCold(center.engine, place.vault, policy, { actor: 'thandi' })
  assert.deepEqual(
    sets.map(({ families }) => families),
    [4, 2],
  )
  const files = (await readdir(place.folder, { recursive: true, withFileTypes: true })).filter((entry) =>
    entry.isFile(),
  )
  const tables = new Set(files.filter(({ name }) => name.endsWith('.parquet')).map(({ parentPath }) => parentPath))
  assert.equal(files.length, 2 * (tables.size + 1))
  const { purged } = await purgeAll({ ...center, policy }, place)
  assert.equal(purged, ARCHIVED_KEYS.length)
})

test('an export that is stopped ends the sets it has begun to write and begins no other: no file is left over', async (t) => {
  const center = await agedCenter(t)
  const policy = { ...center.policy, cold: { ...center.policy.cold, familiesPerFile: 1 } }
  const place = await coldPlace(t)
  const stop = new AbortController()
  const signals = { reached: async (point: string) => (point === 'set-recorded' ? stop.abort() : undefined) }
  const engine = { ...center.engine, signals }
  const { sets, stopped } = await exportCold(engine, place.vault, policy, { actor: 'thandi', signal: stop.signal })
  assert.ok(stopped && sets.length < ARCHIVED_KEYS.length, `${sets.length} sets`)
  assert.deepEqual(await coldOrphans(center.engine, place.vault, policy), [])
  assert.equal((await exportAll({ ...center, policy }, place)).families, ARCHIVED_KEYS.length - sets.length)
})

test('a set that the store does not take ends the export; those before it are recorded, and the next one does the rest', async (t) => {
  const center = await agedCenter(t)
  const policy = { ...center.policy, cold: { ...center.policy.cold, familiesPerFile: 1 } }
  const place = await coldPlace(t)
  const full = directoryStore(place.folder, NO_BOUNDARY)
  const store: ColdStore = {
    ...full,
    put: async (path, file) => {
      if (path.includes('-4.parquet')) throw new MothballError('cold_store_failed', { store: 'test', problem: 'full' })
      await full.put(path, file)
    },
  }
  const vault = createVault({ store, keys: [], reached: NO_BOUNDARY })
  await assert.rejects(exportAll({ ...center, policy }, { vault }), refused('cold_store_failed'))
  assert.deepEqual(await center.db.query('select sum(families) as n from mothball.cold_file'), [{ n: '3' }])
  assert.equal((await exportAll({ ...center, policy }, place)).families, ARCHIVED_KEYS.length - 3)
})
