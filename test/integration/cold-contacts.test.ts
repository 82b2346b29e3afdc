import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import type { ContactKeys } from '../../src/engine/cold/contacts.ts'
import { planPurge } from '../../src/engine/cold/purge.ts'
import { doctor } from '../../src/engine/doctor.ts'
import { find } from '../../src/engine/find/find.ts'
import { type ArchivedCenter, archivedCenter } from '../support/archived-center.ts'
import { ageArchive, type ColdPlace, coldPlace, exportAll, fileKey, purgeAll } from '../support/cold.ts'
import { eraseHim } from '../support/person.ts'

const OLD = fileKey('2025', 5)
const NEW = fileKey('2026', 6)

/** As a process whose configuration has these secrets. */
const under = (center: ArchivedCenter, { vault }: ColdPlace, contactKeys: ContactKeys): ArchivedCenter => ({
  ...center,
  engine: { ...center.engine, contactKeys, vault: () => Promise.resolve(vault) },
})

async function exported(t: TestContext): Promise<Readonly<{ center: ArchivedCenter; place: ColdPlace }>> {
  const center = await archivedCenter(t, { beside: ['purger', 'eraser'] })
  await center.db.query(
    `update nic_cc_customer_backup set mobile = '+27 82 555 0142', policy_number = 'NIC-2024/7' where id = 4`,
  )
  await ageArchive(center, center.db.query, 'nic_cc_customer_backup', 3)
  const place = await coldPlace(t)
  await exportAll(center, place)
  return { center, place }
}

const tiersOf = async ({ engine, policy }: ArchivedCenter, text: string) =>
  (await find(engine, policy, text)).map(({ key, tier, matched }) => [key, tier, ...matched])

const kept = async ({ db }: ArchivedCenter) =>
  db.query(
    `select subject_key as key, contact_key, array_length(contacts, 1) as n from mothball.cold_family order by 1`,
  )

test('a purged customer is found by key, phone, e-mail and policy number in any format, under the secret that he was purged under and no other', async (t) => {
  const { center, place } = await exported(t)
  const with2025 = under(center, place, [OLD])
  assert.ok(
    (await kept(center)).every(({ n }) => n === null),
    'an export keeps no contact',
  )
  await purgeAll(with2025, place)
  for (const [text, matched] of [
    ['4', 'key'],
    ['082 555 0142', 'phone'],
    ['4@EXAMPLE.com', 'email'],
    ['nic 2024 7', 'text'],
  ] as const) {
    assert.deepEqual(await tiersOf(with2025, text), [['4', 'cold', matched]], text)
    for (const keys of [[NEW], []])
      assert.deepEqual(
        await tiersOf(under(center, place, keys), text),
        text === '4' ? [['4', 'cold', 'key']] : [],
        text,
      )
  }
  assert.deepEqual(await tiersOf(with2025, '082 555 0143'), [])
  const [row] = await center.db.query('select string_agg(c::text, chr(10)) as all from mothball.cold_family c')
  const plain = createHash('sha256').update('phone:825550142').digest('hex')
  assert.doesNotMatch(row?.['all'] ?? '', new RegExp(`example\\.com|5550142|${plain}`))
})

test('a secret may follow another: who was purged under either is found, by the newest at once, and doctor names one that is gone', async (t) => {
  const { center, place } = await exported(t)
  const first = under(center, place, [OLD])
  const policy = { ...center.policy, cold: { ...center.policy.cold, keep: { years: 1, months: 0, days: 0 } } }
  await center.db.query(`update mothball.cold_family set archived_at = now() where subject_key = '5'`)
  assert.equal((await purgeAll({ ...first, policy }, place)).purged, 5)
  await center.db.query(
    `update mothball.cold_family set archived_at = now() - interval '3 years' where subject_key = '5'`,
  )
  const second = under(center, place, [NEW, OLD])
  assert.equal((await purgeAll({ ...second, policy }, place)).purged, 1)
  assert.deepEqual(
    (await kept(center)).map(({ key, contact_key }) => [key, contact_key]),
    ['1', '2', '3', '4', '5', '6'].map((key) => [key, key === '5' ? '2026' : '2025']),
  )
  for (const key of ['4', '5']) assert.deepEqual(await tiersOf(second, `${key}@example.com`), [[key, 'cold', 'email']])
  assert.deepEqual(await tiersOf(under(center, place, [NEW]), '4@example.com'), [])
  assert.deepEqual(await warnings(second), [])
  assert.deepEqual(await warnings(under(center, place, [NEW])), ['contact_key_missing'])
})

test('without a secret no contact of a purged customer is kept: plan and doctor say so, and his key still finds him', async (t) => {
  const { center, place } = await exported(t)
  const bare = under(center, place, [])
  assert.deepEqual(await warnings(bare), [], 'nobody purges yet')
  await purgeAll(bare, place)
  assert.ok((await kept(center)).every(({ n, contact_key }) => n === null && contact_key === null))
  assert.deepEqual(await tiersOf(bare, '4'), [['4', 'cold', 'key']])
  assert.deepEqual(await tiersOf(under(center, place, [NEW]), '082 555 0142'), [])
  assert.deepEqual(await warnings(bare), ['contacts_not_kept'])
  const planned = { actor: 'sipho', reason: 'due' }
  assert.equal((await planPurge(bare.engine, center.policy, planned)).contactKey, null)
  assert.equal((await planPurge(under(center, place, [NEW, OLD]).engine, center.policy, planned)).contactKey, '2026')
})

test('who is erased is found under no secret: his contacts go from the journal with his key', async (t) => {
  const { center, place } = await exported(t)
  const acting = under(center, place, [NEW])
  await purgeAll(acting, place)
  await eraseHim(acting, '4')
  for (const text of ['082 555 0142', '4@example.com', 'nic 2024 7']) assert.deepEqual(await tiersOf(acting, text), [])
  const erased = (await kept(center)).filter(({ key }) => key?.startsWith('erased'))
  assert.deepEqual(
    erased.map(({ n, contact_key }) => [n, contact_key]),
    [[null, null]],
  )
})

async function warnings({ engine, policy }: ArchivedCenter): Promise<readonly string[]> {
  const { examinations } = await doctor(engine, [policy])
  return examinations
    .flatMap(({ findings }) => findings)
    .map(({ code }) => code)
    .filter((code) => code.startsWith('contact'))
}
