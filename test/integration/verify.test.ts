import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Verification } from '../../src/core/verify.ts'
import { restore } from '../../src/engine/restore.ts'
import { run } from '../../src/engine/run.ts'
import { verify } from '../../src/engine/verify.ts'
import { ARCHIVED_KEYS, type ArchivedCenter, archivedCenter } from '../support/archived-center.ts'
import { callCenter, testEngine } from '../support/call-center.ts'

const look = (center: ArchivedCenter) => verify(center.engine, center.policy)

/** The id of the row that `into` describes. */
const insert = async ({ db }: ArchivedCenter, into: string) =>
  (await db.query(`insert into ${into} returning id`))[0]?.['id'] ?? ''

const check = ({ checks }: Verification, name: string) => checks.find((each) => each.name === name) ?? assert.fail(name)

/** Names of the checks that differ. */
const differing = ({ checks }: Verification) => checks.filter(({ ok }) => !ok).map(({ name }) => name)

async function assertClean(center: ArchivedCenter): Promise<Verification> {
  const verification = await look(center)
  assert.deepEqual(differing(verification), [], JSON.stringify(verification.checks, null, 2))
  assert.equal(verification.status, 'clean')
  return verification
}

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
  await assert.rejects(look(center), { code: 'journal_missing' })
})

for (const foreignKeys of [false, true])
  test(`run, restore, run again: clean after each (foreign keys: ${foreignKeys})`, async (t) => {
    const center = await archivedCenter(t, { foreignKeys })
    const [first, second] = ARCHIVED_KEYS
    const after = await assertClean(center)
    assert.match(check(after, 'counts').detail, /journal 24, archive 24 rows/)
    assert.match(check(after, 'seals').detail, /^21 of 21 seals agree$/)
    const selection = { by: 'keys', keys: [first, second] } as const
    await restore(center.engine, center.policy, { selection, reason: 'phoned again' })
    assert.match(check(await assertClean(center), 'counts').detail, /journal 16, archive 16 rows/)
    await center.db.query("update mothball.keep_until set until = now() - interval '1 day'")
    const again = await run(center.engine, center.policy, { confirm: 2 })
    assert.equal(again.archived, 2)
    assert.match(check(await assertClean(center), 'counts').detail, /journal 24, archive 24 rows/)
  })

const EDITS: readonly [what: string, edit: string][] = [
  ['a letter of a text', "name = name || '.'"],
  ['a trailing zero of a numeric', 'score = 1.00'],
  ['archived_at by a microsecond', "archived_at = archived_at + interval '1 microsecond'"],
  ['one byte of a bytea', 'scan = set_byte(scan, 1, 254)'],
  ['NULL for an empty text', 'name = null'],
  ['the reason of archiving', "archive_reason = '61_day_rule'"],
]

for (const [what, edit] of EDITS)
  test(`an edited archive row is found and named by its key: ${what}`, async (t) => {
    const center = await archivedCenter(t)
    const key = ARCHIVED_KEYS[3]
    await center.db.query(`update nic_cc_customer_backup set ${edit} where id = ${key}`)
    const verification = await look(center)
    assert.equal(verification.status, 'differs')
    assert.deepEqual(differing(verification), ['seals'])
    assert.match(
      check(verification, 'seals').detail,
      new RegExp(`^nic_cc_customer batch \\d+ \\(2 sealed, 2 there\\): edited ${key};`),
    )
  })

test('an edited related row is named by its table and key', async (t) => {
  const center = await archivedCenter(t)
  await center.db.query("update nic_cc_call_log_backup set remark = 'nothing was said' where id = 2")
  assert.match(check(await look(center), 'seals').detail, /^nic_cc_call_log batch \d+ .*: edited 2;/)
})

test('a deleted archive row is missed by counts and seals', async (t) => {
  const center = await archivedCenter(t)
  await center.db.query(`delete from nic_cc_call_log_backup where id = 2`)
  const verification = await look(center)
  assert.ok(['counts', 'seals'].every((name) => differing(verification).includes(name)))
  assert.match(
    check(verification, 'counts').detail,
    /nic_cc_call_log_backup journal 6, archive 5: batch \d+ \(2, 1 there\)/,
  )
  assert.match(check(verification, 'seals').detail, /nic_cc_call_log batch \d+ \(2 sealed, 1 there\): 1 row missing/)
})

test('a row that was added to a batch is named', async (t) => {
  const center = await archivedCenter(t)
  await center.db.query(`insert into nic_cc_call_log_backup (id, customer_id, remark, archive_batch)
    select 999, customer_id, 'invented', archive_batch from nic_cc_call_log_backup where id = 2`)
  const verification = await look(center)
  assert.deepEqual(differing(verification).slice(0, 2), ['counts', 'seals'])
  assert.match(check(verification, 'seals').detail, /\(2 sealed, 3 there\): added 999/)
})

test('two rows that swapped their values are both named', async (t) => {
  const center = await archivedCenter(t)
  await center.db.query(`update nic_cc_customer_backup b set name = o.name from nic_cc_customer_backup o
    where b.archive_batch = o.archive_batch and b.id <> o.id and b.id in (${ARCHIVED_KEYS[0]}, ${ARCHIVED_KEYS[1]})
      and o.id in (${ARCHIVED_KEYS[0]}, ${ARCHIVED_KEYS[1]})`)
  const { detail } = check(await look(center), 'seals')
  assert.match(detail, new RegExp(`edited ${ARCHIVED_KEYS[0]}, ${ARCHIVED_KEYS[1]};`))
})

test('one edited and one deleted row of a batch are told apart', async (t) => {
  const center = await callCenter(t)
  for (let n = 0; n < 4; n += 1) await center.customer(100, { name: `name ${n}` })
  await run(center.engine, center.policy, { confirm: 4 })
  await center.db.query(
    "update nic_cc_customer_backup set name = 'edited' where id = 2; delete from nic_cc_customer_backup where id = 3",
  )
  assert.match(check(await look(center), 'seals').detail, /\(4 sealed, 3 there\): edited 2, 1 row missing/)
})

test('a row moved from one batch to another is missed in one and named in the other', async (t) => {
  const center = await archivedCenter(t)
  const [key] = ARCHIVED_KEYS
  await center.db.query(
    `update nic_cc_customer_backup set archive_batch = (select max(id) from mothball.batch) where id = ${key}`,
  )
  const verification = await look(center)
  assert.equal(check(verification, 'counts').ok, false)
  assert.match(check(verification, 'seals').detail, new RegExp(`1 row missing.*added ${key}`))
})

test('a row whose batch the journal does not know is told, and one without a batch belongs to others', async (t) => {
  const center = await archivedCenter(t)
  await center.db.query("insert into nic_cc_customer_backup (id, name) values (777, 'put there by hand')")
  assert.match(check(await assertClean(center), 'counts').detail, /1 more were put there by others/)
  await center.db.query('update nic_cc_customer_backup set archive_batch = 4711 where id = 777')
  assert.match(check(await look(center), 'counts').detail, /1 rows of batches that the journal does not know/)
})

test('an archive table that is gone is missed with the number of its rows', async (t) => {
  const center = await archivedCenter(t)
  await center.db.query('drop table nic_cc_call_log_backup')
  const verification = await look(center)
  assert.match(
    check(verification, 'counts').detail,
    /public.nic_cc_call_log_backup is not there; the journal has 6 rows in it/,
  )
  assert.match(check(verification, 'shapes').detail, /nic_cc_call_log_backup/)
  assert.equal(check(verification, 'seals').ok, false)
})

test('a row on both sides is named, subject and related alike', async (t) => {
  const center = await archivedCenter(t)
  const key = ARCHIVED_KEYS[4]
  await center.db.query(`insert into nic_cc_customer (id, created_at) values (${key}, now())`)
  await center.db.query(`insert into nic_cc_call_log (id, customer_id) values (2, ${key})`)
  const { ok, detail } = check(await look(center), 'one_side')
  assert.equal(ok, false)
  assert.match(detail, new RegExp(`nic_cc_customer: 1 row \\(${key}\\) both active and archived`))
  assert.match(detail, /nic_cc_call_log: 1 row \(2\) both active and archived/)
})

test('a related row that came after its customer had gone is an orphan', async (t) => {
  const center = await archivedCenter(t)
  const late = await insert(center, `nic_cc_aod (customer_id, status) values (${ARCHIVED_KEYS[0]}, 'active')`)
  const verification = await look(center)
  assert.deepEqual(differing(verification), ['orphans', 'appendix_b_orphans'])
  assert.match(
    check(verification, 'orphans').detail,
    new RegExp(`nic_cc_aod: 1 row \\(${late}\\) without their archived parent`),
  )
})

test('an orphan is found though the reference list holds a NULL, where NOT IN finds nothing', async (t) => {
  const center = await archivedCenter(t)
  await center.db.query('insert into nic_cc_installment (customer_id, payment_plan_id) values (null, null)')
  const late = await insert(center, `nic_cc_installment (customer_id) values (${ARCHIVED_KEYS[0]})`)
  const { detail } = check(await look(center), 'orphans')
  assert.match(detail, new RegExp(`nic_cc_installment: 1 row \\(${late}\\) without`))
})

test('an orphan of the second level is found by its plan', async (t) => {
  const center = await archivedCenter(t)
  const [plan] = await center.db.query(`select id from nic_cc_payment_plan_backup order by id limit 1`)
  await center.db.query(`insert into nic_cc_installment (customer_id, payment_plan_id) values (null, ${plan?.['id']})`)
  assert.equal(check(await look(center), 'orphans').ok, false)
})

test('an archived row whose customer is active shows a torn family', async (t) => {
  const center = await archivedCenter(t)
  const [key] = ARCHIVED_KEYS
  await center.db.query(`with home as (delete from nic_cc_customer_backup where id = ${key} returning *)
    insert into nic_cc_customer (id, name, created_at) select id, name, created_at from home`)
  assert.match(check(await look(center), 'orphans').detail, /nic_cc_call_log_backup: 1 row with an active parent/)
})

test('an archived row whose customer is nowhere is found', async (t) => {
  const center = await archivedCenter(t)
  await center.db.query(`delete from nic_cc_customer_backup where id = ${ARCHIVED_KEYS[0]}`)
  const { ok, detail } = check(await look(center), 'orphans')
  assert.equal(ok, false)
  assert.match(detail, /nic_cc_call_log: 1 row belong to nobody, 0 before the first run/)
})

test('what belonged to nobody before the first run is known, and only what came since differs', async (t) => {
  const center = await callCenter(t)
  await center.customer(90)
  await center.related('aod', '4711', { status: 'settled' })
  await center.related('aod', '4712', { status: 'settled' })
  await run(center.engine, center.policy, { confirm: 1 })
  const { detail } = check(await assertClean(center), 'orphans')
  assert.match(detail, /2 rows belong to nobody \(2 before the first run\)/)
  await center.related('aod', '4713', { status: 'settled' })
  assert.match(
    check(await look(center), 'orphans').detail,
    /nic_cc_aod: 3 rows belong to nobody, 2 before the first run/,
  )
})

test('the baseline is taken once: a later run does not excuse new orphans', async (t) => {
  const center = await archivedCenter(t)
  await insert(center, `nic_cc_aod (customer_id, status) values (4711, 'settled')`)
  await run(center.engine, center.policy)
  assert.equal(check(await look(center), 'orphans').ok, false)
})

test('under keep, related rows of archived customers are intended and counted as such', async (t) => {
  const center = await archivedCenter(t, { related: 'keep' })
  const verification = await assertClean(center)
  assert.match(check(verification, 'orphans').detail, /18 rows kept active as intended/)
  assert.match(check(verification, 'appendix_b_orphans').detail, /0 rows without their parent.*18 more are intended/)
})

test('under block, a row that came after its customer had gone is an orphan', async (t) => {
  const center = await callCenter(t, { policy: { related: 'block' } })
  const key = await center.customer(90)
  await run(center.engine, center.policy, { confirm: 1 })
  await assertClean(center)
  await center.related('call_log', key)
  assert.deepEqual(differing(await look(center)), ['orphans', 'appendix_b_orphans'])
})

test('a run whose count is not that of its batches is named', async (t) => {
  const center = await archivedCenter(t)
  await center.db.query('update mothball.run set archived = archived + 1')
  const verification = await look(center)
  assert.match(check(verification, 'journal').detail, /1 runs differ: run 1 says 7 archived, its batches 6/)
  assert.equal(check(verification, 'appendix_b_log').ok, false)
})

test('a run without an end is told, and does not make its whole batches differ', async (t) => {
  const center = await archivedCenter(t)
  await center.db.query("update mothball.run set ended_at = null, status = 'running'")
  assert.match(check(await assertClean(center), 'journal').detail, /run 1 has no end; the next run closes it/)
})

test('a log entry that says something else than the journal is named', async (t) => {
  const center = await archivedCenter(t)
  await center.db.query('update nic_cc_archive_log set records_archived = 5')
  assert.match(check(await look(center), 'appendix_b_log').detail, /run 1 archived 6 .* the log says 5/)
  await center.db.query('delete from nic_cc_archive_log')
  assert.match(check(await look(center), 'appendix_b_log').detail, /run 1 is not in the log/)
})

test('dry runs stand in the log beside the others and change no sum', async (t) => {
  const center = await archivedCenter(t)
  await run(center.engine, center.policy, { dryRun: true })
  assert.match(check(await assertClean(center), 'appendix_b_log').detail, /2 of the last 2 runs/)
})

test('who is older than the cutoff and still active is split into kept and eligible', async (t) => {
  const center = await callCenter(t)
  await center.related('aod', await center.customer(90), { status: 'active' })
  await center.customer(91)
  await center.customer(5)
  const { detail } = check(await assertClean(center), 'appendix_b_older_than_cutoff')
  assert.match(detail, /^2 active are older than .*: 1 kept, 1 eligible$/)
})

test('a column that the archive lacks is drift', async (t) => {
  const center = await archivedCenter(t)
  await center.db.query('alter table nic_cc_customer add column vat_number text')
  assert.deepEqual(differing(await look(center)), ['shapes'])
})

test('verifying needs no right to write', async (t) => {
  const center = await archivedCenter(t)
  const [row] = await center.db.query('select current_database() as name')
  await center.db.query(`alter database ${row?.['name']} set default_transaction_read_only = on`)
  assert.equal((await verify(testEngine(t, center.db), center.policy)).status, 'clean')
})
