import assert from 'node:assert/strict'
import { test } from 'node:test'
import { plan } from '../../src/engine/plan/plan.ts'
import { restore } from '../../src/engine/restore/restore.ts'
import { run } from '../../src/engine/run/run.ts'
import { archivedCount, FAMILY_TABLES } from '../support/archived-families.ts'
import { type CallCenter, callCenter } from '../support/call-center.ts'
import { guardedCenter, installHomecoming, refusalOf } from '../support/homecoming.ts'
import { assertClean } from '../support/verified.ts'

const homecomings = ({ db }: CallCenter) =>
  db.query(
    `select reason, restored, status, details->>'key' as key from mothball.run where operation = 'homecoming' order by id`,
  )

/** Every row of customer 1, wherever it is, without what the archive adds. */
async function rowsOfFirst(
  { db }: CallCenter,
  suffix: '' | '_backup',
): Promise<readonly (string | null | undefined)[]> {
  const parts = FAMILY_TABLES.map(
    (
      name,
    ) => `select '${name} ' || (to_jsonb(t) - array['archived_at', 'archived_by', 'archive_reason', 'archive_batch'])::text as row
      from ${name}${suffix} t where ${name === 'nic_cc_customer' ? 'id' : 'customer_id'} = 1`,
  )
  return (await db.query(`${parts.join(' union all ')} order by 1`)).map(({ row }) => row)
}

test('a row that is written for an archived customer brings his whole family home, and nobody else', async (t) => {
  const { center, write } = await guardedCenter(t)
  const before = await rowsOfFirst(center, '_backup')
  await write(`insert into nic_cc_call_log (customer_id, remark) values (1, 'late')`)
  const after = await rowsOfFirst(center, '')
  assert.deepEqual(
    after.filter((row) => !row?.includes('late')),
    before,
  )
  assert.deepEqual([before.length, after.length, await rowsOfFirst(center, '_backup')], [9, 10, []])
  assert.equal(await archivedCount(center), 18)
  await assertClean(center)
})

test('a homecoming stands in the journal, and the next run keeps the customer', async (t) => {
  const { center, keys, write } = await guardedCenter(t)
  await write(`insert into nic_cc_aod (customer_id, status) values (${keys[0]}, 'settled')`)
  assert.deepEqual(await homecomings(center), [
    { reason: 'homecoming: somebody wrote to nic_cc_aod', restored: '1', status: 'success', key: keys[0] ?? '' },
  ])
  const [row] =
    await center.db.query(`select r.actor = session_user as by_him, r.details->'related'->>'nic_cc_payment_plan' as plans,
      abs(extract(epoch from k.until - r.moment) / 86400 - 60) < 0.01 as sixty, k.run_id = r.id as same
    from mothball.run r, mothball.keep_until k where r.operation = 'homecoming'`)
  assert.deepEqual(row, { by_him: 't', plans: '2', sixty: 't', same: 't' })
  assert.equal((await plan(center.engine, center.policy)).kept['restored'], 1)
  assert.equal((await run(center.engine, center.policy, {})).archived, 0)
  await assertClean(center)
})

test('a family that came home, was archived again and is restored closes all its proofs', async (t) => {
  const { center, keys, write } = await guardedCenter(t)
  await write(`insert into nic_cc_follow_up (customer_id) values (${keys[1]})`)
  await center.db.query('delete from mothball.keep_until')
  assert.equal((await run(center.engine, center.policy, { confirm: 1 })).archived, 1)
  await assertClean(center)
  const selection = { by: 'keys', keys } as const
  assert.equal((await restore(center.engine, center.policy, { selection, reason: 'all' })).restored, 3)
  assert.equal(await archivedCount(center), 0)
  await assertClean(center)
})

for (const foreignKeys of ['none', 'no action', 'deferrable'] as const)
  test(`every level of the family brings it home (foreign keys: ${foreignKeys})`, async (t) => {
    const { center, keys, write } = await guardedCenter(t, { foreignKeys })
    const [plan] = await center.db.query(
      `select id from nic_cc_payment_plan_backup where customer_id = ${keys[0]} limit 1`,
    )
    await write(`insert into nic_cc_installment (payment_plan_id, status) values (${plan?.['id']}, 'unpaid')`)
    assert.equal(await archivedCount(center), 18)
    await write(`insert into nic_cc_contact_update_history (customer_id, field) values (${keys[1]}, 'email')`)
    assert.equal(await archivedCount(center), 9)
    await assertClean(center)
  })

test('a reference that is NULL, or that nobody has, passes as it does without the trigger', async (t) => {
  const { center, write } = await guardedCenter(t)
  await write(`insert into nic_cc_call_log (customer_id) values (null), (999999);
    insert into nic_cc_installment (customer_id, payment_plan_id) values (null, 999999)`)
  assert.equal(await center.count('nic_cc_call_log'), 2)
  assert.deepEqual([await archivedCount(center), await homecomings(center)], [27, []])
})

test('an update that gives a row to an archived customer brings him home; one that changes no reference looks at nothing', async (t) => {
  const { center, keys, write } = await guardedCenter(t)
  const other = await center.customer(5)
  const call = await center.related('call_log', other)
  await center.db.query(`alter table nic_cc_call_log disable trigger user;
    insert into nic_cc_call_log (customer_id, remark) values (${keys[1]}, 'left behind');
    alter table nic_cc_call_log enable trigger user`)
  await write(`update nic_cc_call_log set remark = 'said more' where customer_id = ${keys[1]}`)
  assert.equal(await archivedCount(center), 27)
  await write(`update nic_cc_call_log set customer_id = ${keys[0]} where id = ${call}`)
  assert.equal(await archivedCount(center), 18)
  assert.equal(await center.count('nic_cc_call_log', `id = ${call} and customer_id = ${keys[0]}`), 1)
})

test('a reference that another trigger makes, on insert or on update, is seen', async (t) => {
  const { center, keys, write } = await guardedCenter(t)
  const young = await center.customer(5)
  await center.db.query(`create function redirect() returns trigger language plpgsql as
    'begin if new.remark ~ ''^[0-9]+$'' then new.customer_id := new.remark; end if; return new; end';
    create trigger redirect before insert or update on nic_cc_call_log for each row execute function redirect()`)
  await installHomecoming(center)
  await write(`insert into nic_cc_call_log (customer_id, remark) values (${young}, '${keys[0]}')`)
  assert.equal(await archivedCount(center), 18)
  await write(`update nic_cc_call_log set remark = '${keys[1]}' where remark = '${keys[0]}'`)
  assert.equal(await archivedCount(center), 9)
})

test('many rows of one statement, for one customer or for several, bring each home once', async (t) => {
  const { center, keys, write } = await guardedCenter(t)
  await write(
    `insert into nic_cc_call_log (customer_id) select k from unnest(array[${keys.join()}, ${keys.join()}]) k, generate_series(1, 20)`,
  )
  assert.equal((await homecomings(center)).length, 3)
  assert.equal(await center.count('nic_cc_call_log'), 123)
  await assertClean(center)
})

test('what is rolled back, to a savepoint or whole, leaves the family in the archive', async (t) => {
  const { center, keys, write } = await guardedCenter(t)
  const insert = (key: string | undefined) => write(`insert into nic_cc_call_log (customer_id) values (${key})`)
  await write('begin; savepoint before')
  await insert(keys[0])
  await write('rollback to before')
  await insert(keys[1])
  await write('commit')
  assert.deepEqual([await archivedCount(center), (await homecomings(center)).map(({ key }) => key)], [18, [keys[1]]])
  await write('begin')
  await insert(keys[0])
  await write('rollback')
  assert.equal(await archivedCount(center), 18)
  await assertClean(center)
})

test('the guard of a homecoming ends with it: the next row of the transaction is looked at', async (t) => {
  const { center, keys, write } = await guardedCenter(t)
  await write('begin')
  for (const key of keys) await write(`insert into nic_cc_call_log (customer_id) values (${key})`)
  assert.equal((await write(`select coalesce(current_setting('mothball.coming_home', true), '') as on`))[0]?.['on'], '')
  await write('commit')
  assert.equal(await archivedCount(center), 0)
})

test('a row that is in the archive itself is refused with the call that brings it home; then it can be written', async (t) => {
  const { center, keys, write } = await guardedCenter(t)
  const [aod] = await center.db.query(`select id from nic_cc_aod_backup where customer_id = ${keys[0]}`)
  for (const customer of [keys[0], 'null', await center.customer(5)]) {
    const upsert = `insert into nic_cc_aod (id, customer_id, status) values (${aod?.['id']}, ${customer}, 'active')
      on conflict (id) do update set status = excluded.status`
    const refusal = await refusalOf(write(upsert))
    assert.match(refusal, /^MB001 the row is in the archive of nic_cc_aod; /)
    assert.match(refusal, new RegExp(`mothball\\.bring_home\\('public\\.nic_cc_customer', '${keys[0]}'\\)`))
  }
  assert.equal(await archivedCount(center), 27)
  const hint = /select [^`]*/.exec(await refusalOf(write(`insert into nic_cc_aod (id) values (${aod?.['id']})`)))?.[0]
  assert.deepEqual(await write(hint ?? ''), [{ bring_home: 't' }])
  await write(`insert into nic_cc_aod (id, customer_id, status) values (${aod?.['id']}, ${keys[0]}, 'active')
    on conflict (id) do update set status = excluded.status`)
  assert.equal(await center.count('nic_cc_aod', `status = 'active'`), 1)
  assert.match(await refusalOf(write(`update nic_cc_aod set id = (select min(id) from nic_cc_aod_backup)`)), /^MB001/)
  await assertClean(center)
})

test('bring_home takes the subject or the policy, and says whether somebody came', async (t) => {
  const { center, keys, write } = await guardedCenter(t)
  const call = async (subject: string, key: string) =>
    (await write('select mothball.bring_home($1, $2) as came', [subject, key]))[0]?.['came']
  assert.equal(await call('nic_cc_customer', keys[0] ?? ''), 't')
  assert.equal(await call('public.nic_cc_customer', keys[0] ?? ''), 'f')
  assert.equal(await call('nic-call-center', `0${keys[1]}`), 'f')
  assert.equal(await call('nic-call-center', keys[1] ?? ''), 't')
  assert.match(await refusalOf(call('crm.nobody', '1')), /^MB003/)
  assert.equal((await homecomings(center))[0]?.['reason'], 'mothball.bring_home')
})

test('the subject itself is guarded on request: the insert of an archived key is refused with the call', async (t) => {
  const { center, keys, write } = await guardedCenter(t)
  const insert = `insert into nic_cc_customer (id, name) values (${keys[0]}, 'again') on conflict (id) do update set name = 'again'`
  await write(`begin; ${insert}; rollback`)
  assert.deepEqual(await installHomecoming(center, { withSubject: true }), [
    'make the functions of the homecoming of nic_cc_customer (2)',
    'make the homecoming trigger of nic_cc_customer',
  ])
  assert.match(await refusalOf(write(insert)), /^MB001 .*bring_home/)
  await write(`select mothball.bring_home('nic_cc_customer', '${keys[0]}')`)
  await write(insert)
  assert.equal(await center.count('nic_cc_customer', `name = 'again'`), 1)
  // What guards the subject once is renewed with the rest.
  assert.deepEqual(await installHomecoming(center), [])
})

test('related rows that are to stay bring nobody home; those that keep their customer do', async (t) => {
  const center = await callCenter(t, { policy: { related: 'keep' } })
  const customer = await center.customer(90)
  await run(center.engine, center.policy, { confirm: 1 })
  assert.deepEqual(await installHomecoming(center), ['make the functions of the homecoming of nic_cc_customer (1)'])
  await center.related('call_log', customer)
  assert.equal(await center.count('nic_cc_customer'), 0)
  const blocking = await callCenter(t, { policy: { related: 'block' } })
  const kept = await blocking.customer(90)
  await run(blocking.engine, blocking.policy, { confirm: 1 })
  await installHomecoming(blocking)
  await blocking.related('call_log', kept)
  assert.equal(await blocking.count('nic_cc_customer'), 1)
  await assertClean(blocking)
})

test('a family that cannot come home stays, whole, and the writer is told what stands in the way', async (t) => {
  const { center, keys, write } = await guardedCenter(t)
  await center.db.query(`update nic_cc_customer_backup set email = 'a@example.com' where id = 1;
    create unique index one_email on nic_cc_customer (email);
    insert into nic_cc_customer (email, created_at) values ('a@example.com', now())`)
  await installHomecoming(center)
  const refusal = await refusalOf(write(`insert into nic_cc_call_log (customer_id) values (${keys[0]})`))
  assert.match(
    refusal,
    new RegExp(
      `^MB002 ${keys[0]} of nic_cc_customer cannot come home: unique_taken in nic_cc_customer \\(one_email\\)`,
    ),
  )
  assert.match(refusal, /mothball restore \d+ --dry-run/)
  assert.deepEqual([await archivedCount(center), await center.count('nic_cc_call_log')], [27, 0])
})

test('a trigger that would change a row on its way home keeps the family in the archive', async (t) => {
  const { center, keys, write } = await guardedCenter(t)
  await center.db.query(`create function touch() returns trigger language plpgsql as
    'begin update nic_cc_customer set name = ''touched'' where id = new.customer_id; return null; end';
    create trigger touch after insert on nic_cc_aod for each row execute function touch()`)
  assert.match(await refusalOf(write(`insert into nic_cc_call_log (customer_id) values (${keys[0]})`)), /^MB003/)
  await installHomecoming(center)
  assert.match(
    await refusalOf(write(`insert into nic_cc_call_log (customer_id) values (${keys[0]})`)),
    /^MB002 .*value_changed/,
  )
  assert.equal(await archivedCount(center), 27)
})

test('a sequence that is behind a key on its way home is moved on before', async (t) => {
  const { center, keys, write } = await guardedCenter(t)
  await center.db.query(`select setval(pg_get_serial_sequence('nic_cc_customer', 'id'), 1, false),
    setval(pg_get_serial_sequence('nic_cc_aod', 'id'), 1, false)`)
  await write(`insert into nic_cc_call_log (customer_id) values (${keys[2]})`)
  assert.equal(await center.customer(5), String(Number(keys[2]) + 1))
  await assertClean(center)
})

test('deferred constraints of the writer stay deferred', async (t) => {
  const { center, keys, write } = await guardedCenter(t, { foreignKeys: 'deferrable' })
  await write('begin')
  await write(`insert into nic_cc_call_log (customer_id) values (${keys[0]})`)
  await write('insert into nic_cc_call_log (customer_id) values (777777)')
  await write(`insert into nic_cc_customer (id) values (777777)`)
  await write('commit')
  assert.equal(await center.count('nic_cc_call_log'), 3)
})

test('session_replication_role = replica skips the trigger, as it skips a foreign key', async (t) => {
  const { center, keys, write } = await guardedCenter(t)
  await write(`set session_replication_role = replica; insert into nic_cc_call_log (customer_id) values (${keys[0]})`)
  assert.deepEqual([await archivedCount(center), await center.count('nic_cc_call_log')], [27, 1])
})

test('a restore by hand is not held up by the trigger, and a run moves children past it', async (t) => {
  const { center, keys } = await guardedCenter(t)
  const selection = { by: 'keys', keys } as const
  assert.equal((await restore(center.engine, center.policy, { selection, reason: 'all' })).restored, 3)
  await center.db.query('delete from mothball.keep_until')
  assert.equal((await run(center.engine, center.policy, { confirm: 3 })).archived, 3)
  assert.deepEqual(await homecomings(center), [])
  await assertClean(center)
})
