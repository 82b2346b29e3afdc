/** What an export into a bucket comes to where the bucket refuses it or breaks off: nothing is recorded that is not there. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { NO_BOUNDARY } from '../../src/cold/boundary.ts'
import type { S3Options } from '../../src/cold/s3-bucket.ts'
import { createVault } from '../../src/cold/vault.ts'
import { coldOrphans } from '../../src/engine/cold/export.ts'
import type { SignalPoint } from '../../src/engine/ports.ts'
import { archivedCenter } from '../support/archived-center.ts'
import { ageArchive, exportAll, purgeAll } from '../support/cold.ts'
import { program } from '../support/program.ts'
import { bucketOf, type S3Scene } from '../support/s3-server.ts'
import { assertClean } from '../support/verified.ts'

const ALWAYS = 999

export function s3ExportSuite(name: string, open: (t: TestContext) => Promise<S3Scene>): void {
  const place = async (t: TestContext) => {
    const scene = await open(t)
    const center = await archivedCenter(t, { beside: ['purger'] })
    await ageArchive(center, center.db.query, 'nic_cc_customer_backup', 3)
    const vaultOf = (changed: Partial<S3Options> = {}) => ({
      vault: createVault({ store: bucketOf(scene, changed), keys: [], reached: NO_BOUNDARY }),
    })
    const assertNothingRecorded = async () => {
      assert.deepEqual(await center.db.query('select from mothball.cold_file'), [])
      const runs = await center.db.query("select status from mothball.run where operation = 'export'")
      assert.deepEqual([...new Set(runs.map((run) => run['status']))], ['failed'])
    }
    return { ...scene, center, vaultOf, assertNothingRecorded }
  }

  test(`${name}: an export under a wrong secret records nothing, and goes through under the right one`, async (t) => {
    const { center, vaultOf, assertNothingRecorded } = await place(t)
    await assert.rejects(exportAll(center, vaultOf({ secretAccessKey: 'another' })), { code: 'cold_store_refused' })
    await assertNothingRecorded()
    assert.deepEqual(await vaultOf().vault.list(), [])
    assert.equal((await exportAll(center, vaultOf())).families, 6)
    assert.equal((await purgeAll(center, vaultOf())).purged, 6)
    await assertClean(center)
  })

  test(`${name}: an export whose uploads are cut records nothing, leaves no half file, and the next one goes through`, async (t) => {
    const { gate, center, vaultOf, assertNothingRecorded } = await place(t)
    const { vault } = vaultOf()
    gate.arm('cut upload', ALWAYS)
    await assert.rejects(exportAll(center, { vault }), { code: 'cold_store_failed' })
    gate.arm('cut upload', 0)
    await assertNothingRecorded()
    assert.deepEqual([await vault.list(), await coldOrphans(center.engine, vault, center.policy)], [[], []])
    assert.equal((await exportAll(center, { vault })).families, 6)
    assert.equal((await purgeAll(center, { vault })).purged, 6)
    await assertClean(center)
  })

  test(`${name}: what an export had put before the bucket failed is listed as an orphan, and never used`, async (t) => {
    const { gate, center, vaultOf, assertNothingRecorded } = await place(t)
    const { vault } = vaultOf()
    const reached = async (point: SignalPoint) => {
      if (point === 'table-kept') gate.arm('slow down', ALWAYS)
    }
    const failing = { ...center, engine: { ...center.engine, signals: { reached } } }
    await assert.rejects(exportAll(failing, { vault }), {
      code: 'cold_store_failed',
      message: /SlowDown/,
    })
    gate.arm('slow down', 0)
    await assertNothingRecorded()
    const orphans = await coldOrphans(center.engine, vault, center.policy)
    assert.ok(orphans.length > 0)
    assert.equal((await exportAll(center, { vault })).families, 6)
    assert.deepEqual(await coldOrphans(center.engine, vault, center.policy), orphans)
  })

  test(`${name}: the program ends with 1 under a wrong secret, and says neither the secret nor more than the bucket's word`, async (t) => {
    const { center, options, assertNothingRecorded } = await place(t)
    const s3 = { ...options, secretAccessKey: 'another-secret' }
    const config = { cold: { s3 }, policies: [{ preset: 'nic-call-center', related: 'archive' }] }
    const { code, last, stdout, stderr } = await program(t, center.db, config).json('export', '--yes')
    assert.equal(code, 1, stderr)
    assert.deepEqual([last['type'], last['code']], ['error', 'cold_store_refused'])
    assert.match(`${stdout}${stderr}`, /SignatureDoesNotMatch/)
    assert.doesNotMatch(`${stdout}${stderr}`, /another-secret/)
    await assertNothingRecorded()
  })
}
