import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hasCode } from '../../src/core/errors/index.ts'
import { doctor } from '../../src/engine/doctor.ts'
import { listFailures, retryFailures } from '../../src/engine/failures.ts'
import { find } from '../../src/engine/find/find.ts'
import { reveal } from '../../src/engine/find/reveal.ts'
import { listRuns, runDetail } from '../../src/engine/history.ts'
import { listHolds, releaseHold, setHold } from '../../src/engine/hold.ts'
import { createKey } from '../../src/engine/keys.ts'
import { plan } from '../../src/engine/plan/plan.ts'
import { sample } from '../../src/engine/plan/sample.ts'
import { restore } from '../../src/engine/restore/restore.ts'
import { previewRestore } from '../../src/engine/restore/restore-preview.ts'
import { run } from '../../src/engine/run/run.ts'
import { signOff, withdrawSignOff } from '../../src/engine/sign-offs.ts'
import { verify } from '../../src/engine/verify/verify.ts'
import { type CallCenter, type CallCenterOptions, callCenter } from '../support/call-center.ts'
import { deidentifyHim, eraseHim } from '../support/person.ts'
import { twoOld, type Worker, workers } from '../support/role-holders.ts'

/** Journal, archive and log belong to whoever migrated; who works owns nothing. */
const lacksPrivilege = (error: unknown) => hasCode(error, 'privilege_missing')

/** Everything that only looks. */
async function look({ engine }: Worker, { policy }: CallCenter, customer: string): Promise<void> {
  await plan(engine, policy)
  assert.equal((await find(engine, policy, customer))[0]?.key, customer)
  assert.equal((await verify(engine, policy)).status, 'clean')
  for (const { run: number } of await listRuns(engine, policy)) await runDetail(engine, policy, number)
  await listFailures(engine, policy)
  await listHolds(engine, policy)
  await previewRestore(engine, policy, { by: 'keys', keys: [customer] })
}

const OPTIONS: readonly CallCenterOptions[] = [
  { foreignKeys: 'no action' },
  { foreignKeys: 'none', policy: { related: 'keep', criteria: 'enhanced' } },
  { foreignKeys: 'none', policy: { related: 'block' } },
]

for (const options of OPTIONS)
  test(`the archiver runs, dry and live, and looks (${options.policy?.related ?? 'archive'})`, async (t) => {
    const center = await callCenter(t, options)
    const customer = await center.customer(90)
    if (options.policy?.related !== 'block') await center.related('call_log', customer, { created_at: -50 })
    const archiver = await (await workers(t, center)).as('archiver')
    const { policy } = center
    assert.equal((await run(archiver.engine, policy, { dryRun: true })).eligible, 1)
    const result = await run(archiver.engine, policy, { confirm: 1 })
    assert.deepEqual([result.archived, result.error], [1, null])
    await look(archiver, center, customer)
    assert.ok(archiver.events.some(({ kind }) => kind === 'sealed'))
    assert.equal(await center.count('nic_cc_archive_log'), 2)
  })

test('the archiver quarantines, and ends a quarantine', async (t) => {
  const center = await callCenter(t)
  const [customer] = await twoOld(center)
  await center.db.query(`insert into nic_cc_customer_backup (id) values (${customer})`)
  const { engine } = await (await workers(t, center)).as('archiver')
  const result = await run(engine, center.policy, { confirm: 2 })
  assert.deepEqual([result.archived, result.failed], [1, 1])
  assert.equal((await retryFailures(engine, center.policy, 'all')).retried, 1)
})

test('the archiver alone brings nobody home for a late row: the run moves, says so, and leaves it', async (t) => {
  const center = await callCenter(t)
  const gone = await center.customer(90)
  const roles = await workers(t, center)
  const archiver = await roles.as('archiver')
  await run(archiver.engine, center.policy, { confirm: 1 })
  await center.related('call_log', gone)
  await center.customer(91)
  assert.equal((await run(archiver.engine, center.policy, { confirm: 1 })).archived, 1)
  assert.ok(archiver.events.some(({ kind }) => kind === 'not-swept'))
  assert.equal(await center.count('nic_cc_customer_backup'), 2)
  assert.equal(await center.count('nic_cc_call_log'), 1)
})

test('who serves drops old answers, writes down whose values he shows, and keeps sign-offs', async (t) => {
  const center = await callCenter(t)
  const key = await center.customer(90, { mobile: '0825550142' })
  await createKey(center.owner, { name: 'desk', as: 'operator', actor: 'test' })
  await center.db.query("insert into mothball.idempotency values (1, 'a', '', '-infinity')")
  const { engine, events } = await (await workers(t, center)).as('archiver')
  const shown = await reveal(engine, center.policy, { key, reason: 'phoned', actor: 'desk' })
  assert.deepEqual(shown?.contacts, [{ column: 'mobile', value: '0825550142' }])
  const signed = await signOff(engine, center.policy, { item: 'dry_run', note: 'one of one', actor: 'desk' })
  await withdrawSignOff(engine, center.policy, { id: signed.id, reason: 'it was two', actor: 'desk' })
  assert.equal((await sample(engine, center.policy)).customers[0]?.key, key)
  await run(engine, center.policy, { confirm: 1 })
  assert.deepEqual([await center.count('mothball.reveal'), await center.count('mothball.idempotency')], [1, 0])
  assert.ok(!events.some(({ kind }) => kind === 'not-tidied'))
})

test('the archiver can do nothing but move rows out', async (t) => {
  const center = await callCenter(t)
  const [customer] = await twoOld(center)
  const archiver = await (await workers(t, center)).as('archiver')
  await run(archiver.engine, center.policy, { confirm: 2 })
  const { policy } = center
  await archiver.may('select 1 from nic_cc_customer for update')
  await archiver.mayNot([
    "update nic_cc_customer set name = 'x'",
    "insert into nic_cc_customer (name) values ('x')",
    'truncate nic_cc_customer',
    'delete from nic_cc_customer_backup',
    "update nic_cc_customer_backup set name = 'x'",
    'delete from nic_cc_archive_log',
    'update nic_cc_archive_log set records_archived = 0',
    "insert into mothball.hold (subject, subject_key, reason, set_by) values ('s', '1', 'x', 'x')",
    'update mothball.hold set released_at = now()',
    "insert into mothball.keep_until (subject, subject_key, until, reason, actor) values ('s', '1', now(), 'x', 'x')",
    "insert into mothball.departure values (1, 't', '1', '', 1)",
    "update mothball.run set actor = 'x'",
    'update mothball.batch set subjects = 0',
    "update mothball.seal set digest = ''",
    'delete from mothball.seal',
    'delete from mothball.run',
    'delete from mothball.idempotency',
    'create table mothball.extra ()',
  ])
  await assert.rejects(
    restore(archiver.engine, policy, { selection: { by: 'keys', keys: [customer] }, reason: 'x' }),
    lacksPrivilege,
  )
  await assert.rejects(setHold(archiver.engine, policy, { key: customer, reason: 'x', actor: 'x' }), lacksPrivilege)
  assert.equal(await center.count('nic_cc_customer_backup'), 2)
})

test('the restorer brings home over a sequence that fell behind, sets and ends holds, and looks', async (t) => {
  const center = await callCenter(t, { foreignKeys: 'no action' })
  const [customer, other] = await twoOld(center)
  await run(center.engine, center.policy, { confirm: 2 })
  await center.db.query("select setval(pg_get_serial_sequence('nic_cc_customer', 'id'), 1, false)")
  const restorer = await (await workers(t, center)).as('restorer')
  const { engine } = restorer
  const selection = { by: 'keys', keys: [customer] } as const
  assert.equal((await restore(engine, center.policy, { selection, reason: 'trial' })).restored, 1)
  assert.equal((await setHold(engine, center.policy, { key: customer, reason: 'trial', actor: 'test' })).tier, 'active')
  assert.equal((await setHold(engine, center.policy, { key: other, reason: 'trial', actor: 'test' })).tier, 'archive')
  assert.equal((await releaseHold(engine, center.policy, { key: customer, reason: 'trial', actor: 'test' })).length, 1)
  await look(restorer, center, customer)
  assert.equal(await center.count('nic_cc_archive_log', "operation = 'restore'"), 1)
})

test('the restorer goes past a key far beyond its sequence, though before 17 it may keep no inserts away', async (t) => {
  const center = await callCenter(t)
  await center.db.query("insert into nic_cc_customer (id, created_at) values (3000000, now() - interval '90 days')")
  await run(center.engine, center.policy, { confirm: 1 })
  const { engine } = await (await workers(t, center)).as('restorer')
  const selection = { by: 'keys', keys: ['3000000'] } as const
  assert.equal((await restore(engine, center.policy, { selection, reason: 'trial' })).restored, 1)
  assert.ok(Number(await center.customer(1)) > 3_000_000)
})

test('the restorer can do nothing but bring rows home, or back into the archive', async (t) => {
  const center = await callCenter(t)
  await twoOld(center)
  await run(center.engine, center.policy, { confirm: 2 })
  await center.customer(90)
  const restorer = await (await workers(t, center)).as('restorer')
  await restorer.mayNot([
    'delete from nic_cc_customer',
    "update nic_cc_customer set name = 'x'",
    'delete from nic_cc_call_log',
    "update nic_cc_customer_backup set name = 'x'",
    'truncate nic_cc_customer_backup',
    'insert into mothball.batch (run_id, subjects, tables) select id, 0, $${}$$ from mothball.run limit 1',
    'delete from mothball.departure',
    "update mothball.departure set digest = ''",
    'insert into mothball.seal values (1, $$t$$, 0, $$$$, $$$$)',
    "update mothball.hold set reason = 'x'",
    'update mothball.failure set resolved_at = now()',
    'delete from mothball.lease',
    "update mothball.cold_family set contacts = '{}'",
    "update mothball.cold_file set manifest_sha256 = 'x'",
    "update mothball.run set moment = now(), actor = 'x'",
    'delete from mothball.keep_until',
  ])
  await assert.rejects(run(restorer.engine, center.policy, { confirm: 1 }), lacksPrivilege)
  assert.equal(await center.count('nic_cc_customer'), 1)
})

test('the purger destroys archived rows with a trace, and nothing else; what is active it cannot even read', async (t) => {
  const center = await callCenter(t)
  const [customer] = await twoOld(center)
  await run(center.engine, center.policy, { confirm: 2 })
  const purger = await (await workers(t, center)).as('purger')
  await purger.may(`
    select 1 from mothball.hold where subject_key = '${customer}';
    select 1 from only nic_cc_customer_backup where id = ${customer} for update;
    lock table only nic_cc_customer_backup, only nic_cc_call_log_backup in row exclusive mode;
    with gone as (delete from only nic_cc_call_log_backup where customer_id = ${customer} returning *)
      insert into mothball.departure (batch_id, table_name, row_key, digest, run_id)
      select archive_batch, 'public.nic_cc_call_log', id::text, '', 1 from gone;
    delete from only nic_cc_customer_backup where id = ${customer};
    insert into mothball.run (policy, subject, operation, actor, moment) values ('p', 's', 'archive', 'trial', now());
    update mothball.run set ended_at = now(), status = 'success' where policy = 'p'`)
  await purger.mayNot([
    'select 1 from nic_cc_customer',
    'delete from nic_cc_customer',
    "insert into nic_cc_customer (name) values ('x')",
    'insert into nic_cc_customer_backup (id) values (99)',
    "update nic_cc_customer_backup set name = 'x'",
    'truncate nic_cc_customer_backup',
    'delete from mothball.hold',
    'update mothball.hold set released_at = now()',
    'delete from mothball.departure',
    'insert into mothball.seal values (1, $$t$$, 0, $$$$, $$$$)',
    'select 1 from mothball.keep_until',
  ])
})

test('the eraser de-identifies and erases, on both sides and in the journal, and can do no more', async (t) => {
  const center = await callCenter(t, { policy: { erasure: { active: 'unless_kept' } } })
  const [customer, other] = await twoOld(center)
  await center.related('call_log', other, { created_at: -80 })
  await run(center.engine, center.policy, { confirm: 2 })
  const third = await center.customer(5)
  const { engine, ...eraser } = await (await workers(t, center)).as('eraser')
  const selection = { by: 'keys', keys: [other] } as const
  await restore(center.engine, center.policy, { selection, reason: 'trial' })
  for (const key of [customer, other, third]) {
    await deidentifyHim({ engine, policy: center.policy }, key)
    await eraseHim({ engine, policy: center.policy }, key)
  }
  assert.deepEqual([await center.count('nic_cc_customer'), await center.count('nic_cc_customer_backup')], [0, 0])
  await assert.rejects(
    setHold(engine, center.policy, { key: await center.customer(5), reason: 'x', actor: 'x' }),
    lacksPrivilege,
  )
  await eraser.mayNot([
    "insert into nic_cc_customer (name) values ('x')",
    'update nic_cc_customer set created_at = now()',
    'update nic_cc_customer_backup set archived_at = now()',
    'update nic_cc_aod set amount = 0',
    'insert into nic_cc_customer_backup (id) values (99)',
    'truncate nic_cc_customer',
    'delete from mothball.hold',
    'update mothball.hold set released_at = now()',
    'delete from mothball.keep_until',
    'update mothball.seal set rows = 0',
    'update mothball.keep_until set until = now()',
    "update mothball.erasure set reason = 'x'",
    'delete from mothball.erasure',
    'delete from mothball.departure',
    'select 1 from mothball.api_key',
  ])
})

test('the reader looks, and can do no more', async (t) => {
  const center = await callCenter(t)
  const [customer] = await twoOld(center)
  const reader = await (await workers(t, center)).as('reader')
  await look(reader, center, customer)
  const { engine } = reader
  await assert.rejects(run(engine, center.policy, { confirm: 2 }), lacksPrivilege)
  await assert.rejects(run(engine, center.policy, { dryRun: true }), lacksPrivilege)
  await assert.rejects(setHold(engine, center.policy, { key: customer, reason: 'x', actor: 'x' }), lacksPrivilege)
  await assert.rejects(retryFailures(engine, center.policy, 'all'), lacksPrivilege)
  await reader.mayNot([
    'select 1 from nic_cc_customer for key share',
    'delete from nic_cc_customer',
    'lock table nic_cc_customer in row exclusive mode',
    'insert into nic_cc_customer_backup (id) values (99)',
    'select 1 from mothball.policy_version',
    'insert into mothball.slot values ($$p$$, now(), 1)',
  ])
  assert.equal(await center.count('nic_cc_customer'), 2)
})

test('the doctor finds nothing missing for the archiver, and for the reader says what is', async (t) => {
  const center = await callCenter(t)
  const made = await workers(t, center)
  const archiver = await doctor((await made.as('archiver')).engine, [center.policy])
  const restoring = archiver.examinations.flatMap(({ findings }) => findings).filter(isPrivilege)
  assert.notEqual(archiver.state, 'refused')
  assert.ok(
    restoring.every(({ message }) => message.includes('restore')),
    JSON.stringify(restoring),
  )
  const reader = await doctor((await made.as('reader')).engine, [center.policy])
  assert.equal(reader.state, 'refused')
  const hints = reader.examinations.flatMap(({ findings }) => findings).map(({ hint }) => hint)
  assert.ok(
    hints.some((hint) => /doctor --grants.*grant mothball_archiver to /.test(hint)),
    hints.join('\n'),
  )
})

const isPrivilege = ({ code }: Readonly<{ code: string }>) => code === 'privilege_missing'
