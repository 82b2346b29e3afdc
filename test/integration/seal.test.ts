import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { restore } from '../../src/engine/restore/restore.ts'
import { run } from '../../src/engine/run/run.ts'
import { sealBatches } from '../../src/engine/verify/seal.ts'
import { verify } from '../../src/engine/verify/verify.ts'
import { type CallCenter, callCenter, testEngine } from '../support/call-center.ts'

/** Archives so many customers, each with two calls, in batches of two. */
async function archived(center: CallCenter, customers: number): Promise<readonly string[]> {
  const keys: string[] = []
  for (let n = 0; n < customers; n += 1) {
    const key = await center.customer(100 + n, { name: `name ${n}` })
    await center.related('call_log', key, { created_at: -90 })
    await center.related('call_log', key, { created_at: -80, remark: `second, "of" ${n}` })
    keys.push(key)
  }
  const result = await run(center.engine, center.policy, { batchSize: 2, confirm: customers })
  assert.equal(result.archived, customers)
  return keys
}

const unseal = (center: CallCenter) => center.db.query('delete from mothball.seal')

const seals = (center: CallCenter) =>
  center.db.query('select batch_id, table_name, rows, digest, prefixes from mothball.seal order by 1, 2')

test('a run seals every table of every batch', async (t) => {
  const center = await callCenter(t)
  await archived(center, 5)
  const [row] = await center.db.query(`select count(*) as batches, sum(subjects) as subjects from mothball.batch`)
  assert.deepEqual(row, { batches: '3', subjects: '5' })
  const open = await center.db.query(`select b.id, t.key from mothball.batch b, jsonb_each(b.tables) t
    where not exists (select from mothball.seal s where s.batch_id = b.id and s.table_name = t.key
      and s.rows = (t.value->>'rows')::bigint and length(s.prefixes) = 8 * s.rows and length(s.digest) = 32)`)
  assert.deepEqual(open, [])
})

test('a seal is SHA-256 over the SHA-256 of each exact text in key order, as anyone can compute it', async (t) => {
  const center = await callCenter(t)
  await archived(center, 2)
  const rows =
    await center.db.query(`select row(id::text, customer_id::text, remark::text, created_at::text, archived_at::text,
    archived_by, archive_reason)::text as text from nic_cc_call_log_backup order by id::text collate "C"`)
  const hashes = rows.map(({ text }) =>
    createHash('sha256')
      .update(text ?? '')
      .digest(),
  )
  const [seal] = await center.db.query("select * from mothball.seal where table_name = 'public.nic_cc_call_log'")
  assert.equal(seal?.['digest'], `\\x${createHash('sha256').update(Buffer.concat(hashes)).digest('hex')}`)
  assert.equal(seal?.['prefixes'], `\\x${hashes.map((hash) => hash.subarray(0, 8).toString('hex')).join('')}`)
  assert.equal(seal?.['rows'], '4')
})

test('a seal does not depend on the settings of the role or the database', async (t) => {
  const center = await callCenter(t)
  await archived(center, 3)
  const before = await seals(center)
  await unseal(center)
  const [name] = await center.db.query('select current_database() as name')
  for (const setting of [
    "timezone = 'Asia/Tokyo'",
    "datestyle = 'German'",
    "bytea_output = 'escape'",
    "search_path = 'nowhere'",
  ])
    await center.db.query(`alter database ${name?.['name']} set ${setting}`)
  assert.deepEqual(await sealBatches(testEngine(t, center.db), center.policy), { sealed: 2, refused: 0 })
  assert.deepEqual(await seals(center), before)
})

test('what is sealed stays as it was sealed, and is not sealed again', async (t) => {
  const center = await callCenter(t)
  await archived(center, 3)
  const before = await seals(center)
  await center.db.query("update nic_cc_customer_backup set name = 'edited'")
  assert.deepEqual(await sealBatches(center.engine, center.policy), { sealed: 0, refused: 0 })
  assert.deepEqual(await seals(center), before)
})

test('a batch that was left unsealed is sealed by the next run', async (t) => {
  const center = await callCenter(t)
  await archived(center, 3)
  await unseal(center)
  const before = await verify(center.engine, center.policy)
  assert.equal(before.status, 'clean')
  assert.match(before.checks.find(({ name }) => name === 'seals')?.detail ?? '', /unsealed 2/)
  await run(center.engine, center.policy)
  const after = await verify(center.engine, center.policy)
  assert.match(after.checks.find(({ name }) => name === 'seals')?.detail ?? '', /^14 of 14 seals agree$/)
})

test('a customer who went home before the sealing is sealed by the hashes that he left behind', async (t) => {
  const center = await callCenter(t)
  const [first = ''] = await archived(center, 4)
  const whole = await seals(center)
  await unseal(center)
  await restore(center.engine, center.policy, { selection: { by: 'keys', keys: [first] }, reason: 'phoned again' })
  await sealBatches(center.engine, center.policy)
  assert.deepEqual(await seals(center), whole)
  assert.equal((await verify(center.engine, center.policy)).status, 'clean')
})

test('an archive table that lost a column leaves its batches unsealed and stops nothing', async (t) => {
  const center = await callCenter(t)
  await archived(center, 2)
  await unseal(center)
  await center.db.query('alter table nic_cc_call_log_backup drop column remark')
  assert.deepEqual(await sealBatches(center.engine, center.policy), { sealed: 1, refused: 0 })
  const open = await center.db.query("select from mothball.seal where table_name = 'public.nic_cc_call_log'")
  assert.equal(open.length, 0)
})

test('a batch is sealed with its own columns after the table has got another one', async (t) => {
  const center = await callCenter(t)
  await archived(center, 2)
  const before = await seals(center)
  await unseal(center)
  await center.db.query(
    `alter table nic_cc_customer add column note text; alter table nic_cc_customer_backup add column note text`,
  )
  await center.db.query("update nic_cc_customer_backup set note = 'later'")
  await sealBatches(center.engine, center.policy)
  assert.deepEqual(await seals(center), before)
})
