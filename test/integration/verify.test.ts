import assert from 'node:assert/strict'
import { test } from 'node:test'
import { restore } from '../../src/engine/restore/restore.ts'
import { run } from '../../src/engine/run/run.ts'
import { verify } from '../../src/engine/verify/verify.ts'
import { ARCHIVED_KEYS, type ArchivedCenter, archivedCenter } from '../support/archived-center.ts'
import { callCenter, testEngine } from '../support/call-center.ts'
import { assertClean, checkOf, differing, verified } from '../support/verified.ts'

/** The id of the row that `into` describes. */
const insert = async ({ db }: ArchivedCenter, into: string) =>
  (await db.query(`insert into ${into} returning id`))[0]?.['id'] ?? ''

test('before the first run everything is clean, and every check has its answer', async (t) => {
  const center = await callCenter(t)
  await center.customer(90)
  const { checks } = await assertClean(center)
  assert.deepEqual(
    checks.map(({ name }) => name),
    [
      'counts',
      'journal',
      'seals',
      'one_side',
      'orphans',
      'shapes',
      'audit',
      'appendix_b_active',
      'appendix_b_archive',
      'appendix_b_older_than_cutoff',
      'appendix_b_log',
      'appendix_b_orphans',
    ],
  )
})

test('before the first migrate there is nothing to verify, and that is said', async (t) => {
  const center = await callCenter(t, { migrate: false })
  await assert.rejects(verified(center), { code: 'journal_missing' })
})

for (const foreignKeys of [false, true])
  test(`run, restore, run again: clean after each (foreign keys: ${foreignKeys})`, async (t) => {
    const center = await archivedCenter(t, { foreignKeys })
    const [first, second] = ARCHIVED_KEYS
    const after = await assertClean(center)
    assert.match(checkOf(after, 'counts').detail, /journal 24, archive 24 rows/)
    assert.match(checkOf(after, 'seals').detail, /^21 of 21 seals agree$/)
    const selection = { by: 'keys', keys: [first, second] } as const
    await restore(center.engine, center.policy, { selection, reason: 'phoned again' })
    assert.match(checkOf(await assertClean(center), 'counts').detail, /journal 16, archive 16 rows/)
    await center.db.query("update mothball.keep_until set until = now() - interval '1 day'")
    const again = await run(center.engine, center.policy, { confirm: 2 })
    assert.equal(again.archived, 2)
    assert.match(checkOf(await assertClean(center), 'counts').detail, /journal 24, archive 24 rows/)
  })

test('an archive table that is gone is missed with the number of its rows', async (t) => {
  const center = await archivedCenter(t)
  await center.db.query('drop table nic_cc_call_log_backup')
  const verification = await verified(center)
  assert.match(
    checkOf(verification, 'counts').detail,
    /public.nic_cc_call_log_backup is not there; the journal has 6 rows in it/,
  )
  assert.match(checkOf(verification, 'shapes').detail, /nic_cc_call_log_backup/)
  assert.equal(checkOf(verification, 'seals').ok, false)
})

test('a row on both sides is named, subject and related alike', async (t) => {
  const center = await archivedCenter(t)
  const key = ARCHIVED_KEYS[4]
  await center.db.query(`insert into nic_cc_customer (id, created_at) values (${key}, now())`)
  await center.db.query(`insert into nic_cc_call_log (id, customer_id) values (2, ${key})`)
  const { ok, detail } = checkOf(await verified(center), 'one_side')
  assert.equal(ok, false)
  assert.match(detail, new RegExp(`nic_cc_customer: 1 row \\(${key}\\) both active and archived`))
  assert.match(detail, /nic_cc_call_log: 1 row \(2\) both active and archived/)
})

test('a related row that came after its customer had gone is an orphan', async (t) => {
  const center = await archivedCenter(t)
  const late = await insert(center, `nic_cc_aod (customer_id, status) values (${ARCHIVED_KEYS[0]}, 'active')`)
  const verification = await verified(center)
  assert.deepEqual(differing(verification), ['orphans', 'appendix_b_orphans'])
  assert.match(
    checkOf(verification, 'orphans').detail,
    new RegExp(`nic_cc_aod: 1 row \\(${late}\\) without their archived parent`),
  )
})

test('an orphan is found though the reference list holds a NULL, where NOT IN finds nothing', async (t) => {
  const center = await archivedCenter(t)
  await center.db.query('insert into nic_cc_installment (customer_id, payment_plan_id) values (null, null)')
  const late = await insert(center, `nic_cc_installment (customer_id) values (${ARCHIVED_KEYS[0]})`)
  const { detail } = checkOf(await verified(center), 'orphans')
  assert.match(detail, new RegExp(`nic_cc_installment: 1 row \\(${late}\\) without`))
})

test('an orphan of the second level is found by its plan', async (t) => {
  const center = await archivedCenter(t)
  const [plan] = await center.db.query(`select id from nic_cc_payment_plan_backup order by id limit 1`)
  await center.db.query(`insert into nic_cc_installment (customer_id, payment_plan_id) values (null, ${plan?.['id']})`)
  assert.equal(checkOf(await verified(center), 'orphans').ok, false)
})

test('an archived row whose customer is active shows a torn family', async (t) => {
  const center = await archivedCenter(t)
  const [key] = ARCHIVED_KEYS
  await center.db.query(`with home as (delete from nic_cc_customer_backup where id = ${key} returning *)
    insert into nic_cc_customer (id, name, created_at) select id, name, created_at from home`)
  assert.match(checkOf(await verified(center), 'orphans').detail, /nic_cc_call_log_backup: 1 row with an active parent/)
})

test('an archived row whose customer is nowhere is found', async (t) => {
  const center = await archivedCenter(t)
  await center.db.query(`delete from nic_cc_customer_backup where id = ${ARCHIVED_KEYS[0]}`)
  const { ok, detail } = checkOf(await verified(center), 'orphans')
  assert.equal(ok, false)
  assert.match(detail, /nic_cc_call_log: 1 row of nobody, 0 before the first run/)
})

test('what belonged to nobody before the first run is known, and only what came since differs', async (t) => {
  const center = await callCenter(t)
  await center.customer(90)
  await center.related('aod', '4711', { status: 'settled' })
  await center.related('aod', '4712', { status: 'settled' })
  await run(center.engine, center.policy, { confirm: 1 })
  const { detail } = checkOf(await assertClean(center), 'orphans')
  assert.match(detail, /2 rows of nobody \(2 before the first run\)/)
  await center.related('aod', '4713', { status: 'settled' })
  assert.match(
    checkOf(await verified(center), 'orphans').detail,
    /nic_cc_aod: 3 rows of nobody, 2 before the first run/,
  )
})

test('the baseline is taken once: a later run does not excuse new orphans', async (t) => {
  const center = await archivedCenter(t)
  await insert(center, `nic_cc_aod (customer_id, status) values (4711, 'settled')`)
  await run(center.engine, center.policy)
  assert.equal(checkOf(await verified(center), 'orphans').ok, false)
})

test('under keep, related rows of archived customers are intended and counted as such', async (t) => {
  const center = await archivedCenter(t, { related: 'keep' })
  const verification = await assertClean(center)
  assert.match(checkOf(verification, 'orphans').detail, /18 rows kept active as intended/)
  assert.match(checkOf(verification, 'appendix_b_orphans').detail, /0 rows without their parent.*18 more are intended/)
})

test('under block, a row that came after its customer had gone is an orphan', async (t) => {
  const center = await callCenter(t, { policy: { related: 'block' } })
  const key = await center.customer(90)
  await run(center.engine, center.policy, { confirm: 1 })
  await assertClean(center)
  await center.related('call_log', key)
  assert.deepEqual(differing(await verified(center)), ['orphans', 'appendix_b_orphans'])
})

test('a run whose count is not that of its batches is named', async (t) => {
  const center = await archivedCenter(t)
  await center.db.query('update mothball.run set archived = archived + 1')
  const verification = await verified(center)
  assert.match(checkOf(verification, 'journal').detail, /1 run off: run 1 says 7 archived, its batches 6/)
  assert.equal(checkOf(verification, 'appendix_b_log').ok, false)
})

test('a run without an end is told, and does not make its whole batches differ', async (t) => {
  const center = await archivedCenter(t)
  await center.db.query("update mothball.run set ended_at = null, status = 'running'")
  assert.equal(
    checkOf(await assertClean(center), 'journal').detail,
    '0 archived by 0 runs, 0 moved by 0 batches; run 1 has no end; the next live run closes it',
  )
})

test('a log entry that says something else than the journal is named', async (t) => {
  const center = await archivedCenter(t)
  await center.db.query('update nic_cc_archive_log set records_archived = 5')
  assert.match(checkOf(await verified(center), 'appendix_b_log').detail, /run 1 archived 6 .* the log says 5/)
  await center.db.query('delete from nic_cc_archive_log')
  assert.match(checkOf(await verified(center), 'appendix_b_log').detail, /run 1 is not in the log/)
})

test('dry runs stand in the log beside the others and change no sum', async (t) => {
  const center = await archivedCenter(t)
  await run(center.engine, center.policy, { dryRun: true })
  assert.match(checkOf(await assertClean(center), 'appendix_b_log').detail, /2 of the last 2 runs/)
})

test('who is older than the cutoff and still active is split into kept and eligible', async (t) => {
  const center = await callCenter(t)
  await center.related('aod', await center.customer(90), { status: 'active' })
  await center.customer(91)
  await center.customer(5)
  const { detail } = checkOf(await assertClean(center), 'appendix_b_older_than_cutoff')
  assert.match(detail, /^2 active are older than .*: 1 kept, 1 eligible$/)
})

test('a column that the archive lacks is drift', async (t) => {
  const center = await archivedCenter(t)
  await center.db.query('alter table nic_cc_customer add column vat_number text')
  assert.deepEqual(differing(await verified(center)), ['shapes'])
})

test('verifying needs no right to write', async (t) => {
  const center = await archivedCenter(t)
  const [row] = await center.db.query('select current_database() as name')
  await center.db.query(`alter database ${row?.['name']} set default_transaction_read_only = on`)
  assert.equal((await verify(testEngine(t, center.db), center.policy)).status, 'clean')
})
