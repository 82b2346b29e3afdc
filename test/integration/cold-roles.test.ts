import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exportCold } from '../../src/engine/cold/export.ts'
import { planPurge, recordBasis, runPurge } from '../../src/engine/cold/purge.ts'
import { find } from '../../src/engine/find/find.ts'
import { archivedCenter } from '../support/archived-center.ts'
import { ageArchive, coldPlace, purgeAll } from '../support/cold.ts'
import { workers } from '../support/role-holders.ts'

test('the archiver exports and may not purge; the purger purges, and may say by no right of his own', async (t) => {
  const center = await archivedCenter(t)
  const { policy } = center
  await ageArchive(center, center.db.query, 'nic_cc_customer_backup', 3)
  const place = await coldPlace(t)
  const roles = await workers(t, center)
  const archiver = await roles.as('archiver')
  const purger = await roles.as('purger')
  assert.equal((await exportCold(archiver.engine, place.vault, policy, { actor: 'a' })).families, 6)
  await recordBasis(center.engine, policy, { basis: 'the law', actor: 'owner' })
  const { id } = await planPurge(purger.engine, policy, { actor: 'p', reason: 'due' })
  await archiver.mayNot(['delete from nic_cc_customer_backup', "update mothball.cold_family set state = 'purged'"])
  await purger.mayNot([
    "insert into mothball.legal_basis (policy, basis, recorded_by) values ('x', 'x', 'x')",
    'update mothball.legal_basis set withdrawn_at = null',
    "update mothball.cold_file set manifest_sha256 = 'x'",
    'select from nic_cc_customer',
  ])
  const { purged } = await runPurge(purger.engine, place.vault, policy, { plan: id, actor: 'q', confirm: 6 })
  assert.equal(purged, 6)
})

test('a purged customer is still found by key, phone, e-mail and policy number, in any format, and by nothing else', async (t) => {
  const center = await archivedCenter(t)
  const { db, engine, policy } = center
  await db.query(
    `update nic_cc_customer_backup set mobile = '+27 82 555 0142', policy_number = 'NIC-2024/7' where id = 4`,
  )
  await ageArchive(center, db.query, 'nic_cc_customer_backup', 3)
  const place = await coldPlace(t)
  await exportCold(engine, place.vault, policy, { actor: 'a' })
  await purgeAll(center, place)
  for (const [text, matched] of [
    ['4', 'key'],
    ['082 555 0142', 'phone'],
    ['4@EXAMPLE.com', 'email'],
    ['nic 2024 7', 'text'],
  ] as const) {
    const [found, ...others] = await find(engine, policy, text)
    assert.deepEqual([found?.key, found?.tier, found?.matched, others], ['4', 'cold', [matched], []], text)
  }
  assert.deepEqual(await find(engine, policy, '082 555 0143'), [])
  const [row] = await db.query('select string_agg(c::text, chr(10)) as all from mothball.cold_family c')
  assert.doesNotMatch(row?.['all'] ?? '', /example\.com|5550142/)
})
