import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Conflict } from '../../src/core/restore.ts'
import { planErasure } from '../../src/engine/erase/erase.ts'
import { restore } from '../../src/engine/restore/restore.ts'
import { previewRestore } from '../../src/engine/restore/restore-preview.ts'
import { verify } from '../../src/engine/verify/verify.ts'
import { archive, archivedCount, archivedFamilies } from '../support/archived-families.ts'
import { archiveToy, type Toy, toyTables } from '../support/archived-table.ts'
import { type CallCenter, callCenter } from '../support/call-center.ts'
import { once } from '../support/reached.ts'
import { connect } from '../support/server.ts'

const bring = ({ engine, policy }: CallCenter | Toy, keys: readonly string[]) =>
  restore(engine, policy, { selection: { by: 'keys', keys }, reason: 'phoned again' })

const preview = ({ engine, policy }: CallCenter | Toy, keys: readonly string[]) =>
  previewRestore(engine, policy, { by: 'keys', keys })

const brief = (conflicts: readonly Conflict[]) =>
  conflicts.map(({ key, table, kind, constraint }) => [key, table, kind, constraint])

test('what only the database can tell is found by halves, and named by its constraint', async (t) => {
  const center = await callCenter(t)
  const keys: string[] = []
  for (let n = 0; n < 40; n += 1) {
    const key = await center.customer(90, { email: `${n}@example.com`, name: `name ${n}` })
    await center.related('aod', key, { status: 'settled', amount: String(n) })
    keys.push(key)
  }
  await archive(center)
  await center.db.query(`create unique index any_case on nic_cc_customer (lower(email)) where name is not null;
    alter table nic_cc_customer add constraint no_eleven check (name <> 'name 11');
    create function refuse() returns trigger language plpgsql as
      $$ begin if new.amount = 22 then raise exception 'amount of %', new.amount; end if; return new; end $$;
    create trigger refuse before insert on nic_cc_aod for each row execute function refuse();
    insert into nic_cc_customer (email, name, created_at) values ('33@EXAMPLE.com', 'x', now())`)
  assert.deepEqual((await preview(center, keys)).conflicts, [])
  const result = await bring(center, keys)
  assert.deepEqual(brief(result.conflicts), [
    [keys[11], 'nic_cc_customer', 'refused_by_database', 'no_eleven'],
    [keys[22], 'nic_cc_customer', 'refused_by_database', ''],
    [keys[33], 'nic_cc_customer', 'unique_taken', 'any_case'],
  ])
  assert.match(result.conflicts.map(({ hint }) => hint).join(' '), /SQLSTATE 23514.*SQLSTATE P0001/)
  assert.doesNotMatch(JSON.stringify(result), /amount of|@/)
  assert.deepEqual([result.restored, result.related['nic_cc_aod'], await archivedCount(center)], [37, 37, 6])
  assert.equal((await verify(center.engine, center.policy)).status, 'clean')
})

test('a trigger that changes a value on the way home keeps that family in the archive', async (t) => {
  const toy = await toyTables(
    t,
    `create table account (id integer primary key, name text, updated_at timestamptz, created_at timestamptz not null default now() - interval '90 days');
    create table entry (id integer primary key, account_id integer, amount numeric);
    insert into account (id, name, updated_at) select n, 'n' || n, '2026-01-01' from generate_series(1, 6) n;
    insert into entry select n, n, n from generate_series(1, 6) n`,
    { subject: 'account', relations: [{ table: 'entry', columns: ['account_id'] }] },
  )
  await archiveToy(toy)
  await toy.db.query(`create table audit_trail (what text);
    create function touch() returns trigger language plpgsql security definer as $$ begin
      insert into audit_trail values ('came');
      if new.id = 2 then new.updated_at := now(); end if; if new.id = 3 then return null; end if; return new; end $$;
    create trigger touch before insert on account for each row execute function touch();
    create function follow() returns trigger language plpgsql security definer as $$ begin
      if new.id = 5 then update account set name = 'changed' where id = 5; end if; return null; end $$;
    create trigger follow after insert on entry for each row execute function follow()`)
  const result = await bring(toy, ['1', '2', '3', '4', '5', '6'])
  assert.deepEqual(brief(result.conflicts), [
    ['2', 'account', 'value_changed', ''],
    ['3', 'account', 'value_changed', ''],
    ['5', 'account', 'value_changed', ''],
  ])
  assert.equal(result.restored, 3)
  assert.deepEqual(
    await toy.db.query('select id, name, updated_at::date::text as day from account order by id'),
    ['1', '4', '6'].map((id) => ({ id, name: `n${id}`, day: '2026-01-01' })),
  )
  assert.deepEqual(await toy.db.query('select id from account_backup order by id'), [
    { id: '2' },
    { id: '3' },
    { id: '5' },
  ])
  assert.equal((await verify(toy.engine, toy.policy)).checks.find(({ name }) => name === 'seals')?.ok, true)
})

test('an agent who is inserting the same key is waited for, and then the customer is reported', async (t) => {
  const center = await callCenter(t, { policy: { timeouts: { lockMs: 20 } } })
  const { keys } = await archivedFamilies(center, 3)
  const agent = await connect(center.db.url)
  t.after(() => agent.end())
  await agent.query('begin')
  await agent.query(`insert into nic_cc_customer (id, created_at) values (${keys[1]}, now())`)
  const result = await bring(center, keys)
  assert.deepEqual(
    [result.restored, result.conflicts.map(({ key, kind }) => [key, kind])],
    [2, [[keys[1], 'refused_by_database']]],
  )
  assert.match(result.conflicts[0]?.hint ?? '', /^Try again/)
  assert.ok(center.events.some((event) => event.kind === 'batch-retried'))
  await agent.query('rollback')
  assert.equal((await bring(center, keys)).restored, 1)
})

test('an archive table with a trigger is refused before anything is touched', async (t) => {
  const center = await callCenter(t)
  const { keys } = await archivedFamilies(center, 1)
  await center.db.query(`create function quiet() returns trigger language plpgsql as 'begin return null; end';
    create trigger quiet before delete on nic_cc_aod_backup for each row execute function quiet()`)
  await assert.rejects(bring(center, keys), { code: 'plan_refused' })
  await assert.rejects(preview(center, keys), { code: 'plan_refused' })
  assert.deepEqual([await center.count('mothball.run', "operation = 'restore'"), await archivedCount(center)], [0, 9])
})

test('what only stops a move into the archive does not stop the way home', async (t) => {
  const center = await callCenter(t)
  const { keys } = await archivedFamilies(center, 1)
  await center.db.query(`create table stranger (id bigint primary key, customer_id bigint references nic_cc_customer on delete cascade);
    alter table nic_cc_customer drop column created_at`)
  const result = await bring(center, keys)
  assert.deepEqual(
    [result.restored, brief(result.conflicts)],
    [0, [[keys[0], 'nic_cc_customer', 'shape_differs', 'created_at']]],
  )
  await center.db.query('alter table nic_cc_customer add column created_at timestamptz')
  assert.equal((await bring(center, keys)).restored, 1)
})

test('a table that changes while a restore goes on stops it at a batch’s end', async (t) => {
  const center: CallCenter = await callCenter(t, {
    policy: { batchSize: 2 },
    signals: once('restore-committed', () => center.db.query('alter table nic_cc_call_log add column extra text')),
  })
  const { keys } = await archivedFamilies(center, 4)
  await assert.rejects(bring(center, keys), { code: 'shapes_changed' })
  const [row] = await center.db.query(`select status, restored, stop_reason, left(error, 14) as error,
    (ended_at is not null)::text as ended from mothball.run where operation = 'restore'`)
  assert.deepEqual(row, {
    status: 'partial',
    restored: '2',
    stop_reason: 'failed',
    error: 'shapes_changed',
    ended: 'true',
  })
  assert.deepEqual([await center.count('nic_cc_customer'), await archivedCount(center)], [2, 18])
})

test('before the first migrate there is no journal to restore by', async (t) => {
  const center = await callCenter(t, { migrate: false })
  await assert.rejects(bring(center, ['1']), { code: 'journal_missing' })
  await assert.rejects(preview(center, ['1']), { code: 'journal_missing' })
})

const ACCOUNTS = `create table account (id integer primary key, created_at timestamptz not null default now() - interval '90 days');
  create table entry (id integer primary key, account_id integer references account);
  insert into account select n from generate_series(1, 3) n;
  insert into entry select n * 10, n from generate_series(1, 3) n`

test('nobody comes home or is erased without rows that moved with him and to which no relation leads any more', async (t) => {
  const toy = await toyTables(t, ACCOUNTS, { subject: 'account', relations: [{ table: 'entry' }] })
  await archiveToy(toy)
  // The relation was found by this key alone; without it nobody knows whose the archived entries are.
  await toy.db.query('alter table entry drop constraint entry_account_id_fkey')
  const lost = (error: Error) =>
    /relation_lost entry: entry_backup holds rows that moved with account/.test(error.message)
  await assert.rejects(bring(toy, ['1']), lost)
  const without = { ...toy, policy: { ...toy.policy, relations: [] } }
  await assert.rejects(bring(without, ['1']), lost)
  await assert.rejects(planErasure(toy.owner, without.policy, '1'), lost)
  const named = toy.policy.relations.map((each) => ({ ...each, columns: ['account_id'] }))
  const again = await bring({ ...toy, policy: { ...toy.policy, relations: named } }, ['1', '2', '3'])
  assert.deepEqual([again.restored, again.related['entry']], [3, 3])
  // Nothing of it is left in the archive: the relation may go.
  assert.deepEqual((await preview(without, ['1'])).conflicts, [])
})
