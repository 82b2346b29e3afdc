import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exportCold } from '../../src/engine/cold/export.ts'
import { planPurge, recordBasis, runPurge } from '../../src/engine/cold/purge.ts'
import { recall } from '../../src/engine/cold/recall.ts'
import { listErasures } from '../../src/engine/erase/erase.ts'
import { restore } from '../../src/engine/restore/restore.ts'
import { archivedCenter } from '../support/archived-center.ts'
import { ageArchive, coldPlace, fileKey } from '../support/cold.ts'
import { eraseHim } from '../support/person.ts'
import { workers } from '../support/role-holders.ts'
import { assertClean } from '../support/verified.ts'

test('the archiver exports and may not purge; the purger purges, and may say by no right of his own; the restorer brings back', async (t) => {
  const center = await archivedCenter(t)
  const { policy } = center
  await ageArchive(center, center.db.query, 'nic_cc_customer_backup', 3)
  const place = await coldPlace(t)
  const roles = await workers(t, center)
  const archiver = await roles.as('archiver')
  const purger = await roles.as('purger')
  const restorer = await roles.as('restorer')
  assert.equal((await exportCold(archiver.engine, place.vault, policy, { actor: 'a' })).families, 6)
  await recordBasis(center.owner, policy, { basis: 'the law', actor: 'owner' })
  const { id } = await planPurge(purger.engine, policy, { actor: 'p', reason: 'due' })
  await archiver.mayNot(['delete from nic_cc_customer_backup', "update mothball.cold_family set state = 'purged'"])
  await purger.mayNot([
    "insert into mothball.legal_basis (policy, basis, recorded_by) values ('x', 'x', 'x')",
    'update mothball.legal_basis set withdrawn_at = null',
    "update mothball.cold_file set manifest_sha256 = 'x'",
    'select from nic_cc_customer',
  ])
  const engine = { ...purger.engine, contactKeys: [fileKey('2026', 9)] }
  const { purged } = await runPurge(engine, place.vault, policy, { plan: id, actor: 'q', confirm: 6 })
  assert.equal(purged, 6)
  const departed = () => center.db.query('select from mothball.departure')
  assert.equal((await departed()).length, 24)
  await restorer.mayNot(['delete from mothball.departure', 'delete from mothball.cold_family'])
  await purger.mayNot(["select mothball.take_back('public.nic_cc_customer', '{1}', '{1}', '{1}')"])
  const back = await recall(restorer.engine, place.vault, policy, { keys: ['2', '4'], actor: 'r', reason: 'asked' })
  assert.deepEqual([back.recalled, (await departed()).length], [['2', '4'], 16])
  const home = { selection: { by: 'keys', keys: ['2', '4'] }, reason: 'asked' } as const
  assert.equal((await restore(restorer.engine, policy, home)).restored, 2)
  await assertClean(center)
})

test('the eraser writes cold files again without a person, and the archiver removes what was left', async (t) => {
  const center = await archivedCenter(t)
  const { policy } = center
  await ageArchive(center, center.db.query, 'nic_cc_customer_backup', 3)
  const place = await coldPlace(t)
  const roles = await workers(t, center)
  const archiver = await roles.as('archiver')
  const eraser = await roles.as('eraser')
  await exportCold(archiver.engine, place.vault, policy, { actor: 'a' })
  const locked = { ...place.vault, remove: () => Promise.reject(new Error('locked')) }
  const engine = { ...eraser.engine, vault: () => Promise.resolve(locked) }
  assert.equal((await eraseHim({ engine, policy }, '3')).unremoved.length, 8)
  await eraser.mayNot([
    'delete from mothball.cold_file',
    'delete from mothball.cold_removal',
    'insert into mothball.cold_file default values',
  ])
  await exportCold(archiver.engine, place.vault, policy, { actor: 'a' })
  assert.deepEqual((await listErasures(center.engine, policy))[0]?.unremoved, [])
})
