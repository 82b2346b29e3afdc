import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { homecoming } from '../../src/engine/homecoming/homecoming.ts'
import { plan } from '../../src/engine/plan/plan.ts'
import { restore } from '../../src/engine/restore/restore.ts'
import { archivedCount } from '../support/archived-families.ts'
import { archiveToy, migrateToy, type Toy, toyTables } from '../support/archived-table.ts'
import { agent, guardedCenter, installHomecoming, refusalOf } from '../support/homecoming.ts'
import { asAdmin } from '../support/server.ts'
import { assertClean } from '../support/verified.ts'

const PAGE = new URL('../../docs/how-to/let-families-come-home.md', import.meta.url)

const stateOf = async ({ engine, policy }: Toy) => (await homecoming(engine, policy)).state
const codesOf = async ({ engine, policy }: Toy) => (await plan(engine, policy)).warnings.map(({ code }) => code)

test('odd keys, odd names, odd values and computed columns come home as a restore brings them', async (t) => {
  const toy = await toyTables(
    t,
    `create schema "Odd Schema"; create type "Odd Schema".mood as enum ('sad', 'it''s');
    create table "Odd Schema"."Kunde (älter)" ("Id" uuid, "select" text, created_at timestamptz, doc json, at point,
      spent money, feels "Odd Schema".mood, kind regclass, twice text generated always as ("select" || "select") stored,
      number bigint generated always as identity, primary key ("Id", "select"));
    create table "Odd Schema"."$mothball$" (id serial primary key, k uuid, "run" text, home text);
    create table "Odd Schema".note (id int primary key, parent int, key text);
    insert into "Odd Schema"."Kunde (älter)" values (gen_random_uuid(), 'a"b,{}\\', now() - interval '90 days', '{"b": 1, "a":  1.0}', '(1,2)',
      '1.10', 'it''s', 'pg_class');
    insert into "Odd Schema"."$mothball$" (k, "run", home) select "Id", "select", 'x' from "Odd Schema"."Kunde (älter)";
    insert into "Odd Schema".note select 1, id, 'why' from "Odd Schema"."$mothball$"`,
    {
      subject: 'Odd Schema.Kunde (älter)',
      relations: [
        { name: 'call', table: 'Odd Schema.$mothball$', columns: ['k', 'run'], references: ['Id', 'select'] },
        { table: 'Odd Schema.note', columns: ['parent'], parent: 'call' },
      ],
    },
  )
  const { query } = toy.db
  const look = () =>
    query(`select k::text, c::text as call from "Odd Schema"."Kunde (älter)" k, "Odd Schema"."$mothball$" c`)
  const before = await look()
  await archiveToy(toy)
  await installHomecoming(toy)
  assert.deepEqual(await installHomecoming(toy), [], 'what is there is not made again')
  await query(`set timezone = 'Asia/Tokyo'; set datestyle = 'SQL, DMY'; set search_path = 'Odd Schema'`)
  await query('insert into note values (2, 1, null)')
  await query('reset all')
  assert.deepEqual(await look(), before)
  await assertClean(toy)
})

test('a composite key is named in full by the refusal, and bring_home takes it', async (t) => {
  const toy = await toyTables(
    t,
    `create table orders (tenant text, number int, created_at timestamptz, primary key (tenant, number));
    create table lines (tenant text, number int, line int, primary key (tenant, number, line));
    insert into orders values (' a''b', 1, now() - interval '90 days'), ('a', 1, now());
    insert into lines select tenant, number, 1 from orders`,
    { subject: 'orders', relations: [{ table: 'lines', columns: ['tenant', 'number'] }] },
  )
  await archiveToy(toy)
  await installHomecoming(toy)
  const refusal = await refusalOf(toy.db.query(`insert into lines values (' a''b', 1, 1)`))
  const call = /select mothball[^`]*/.exec(refusal)?.[0] ?? ''
  assert.match(call, /'\[" a''b", "1"\]'/)
  assert.deepEqual(await toy.db.query(call), [{ bring_home: 't' }])
  await toy.db.query(`insert into lines values (' a''b', 1, 2)`)
  await assertClean(toy)
})

const GROWING = `create table orders (id int primary key, created_at timestamptz, name text);
  create table lines (id int primary key, order_id int);
  insert into orders select n, now() - interval '90 days', 'old' from generate_series(1, 3) n`

test('a table that was changed since is stale: nobody comes home by old functions, and an installation mends it', async (t) => {
  const toy = await toyTables(t, GROWING, { subject: 'orders', relations: [{ table: 'lines', columns: ['order_id'] }] })
  const { query } = toy.db
  await archiveToy(toy)
  assert.equal(await stateOf(toy), 'missing')
  await installHomecoming(toy)
  assert.deepEqual([await stateOf(toy), await codesOf(toy)], ['installed', ['missing_index']])
  await query(
    `alter table orders add column kind text; insert into orders values (4, now() - interval '90 days', 'new', 'x')`,
  )
  await migrateToy(toy)
  await archiveToy(toy)
  assert.match(await refusalOf(query('insert into lines values (1, 4)')), /^MB003 .*install/)
  assert.deepEqual(
    [await stateOf(toy), (await codesOf(toy)).filter((code) => code !== 'missing_index')],
    ['stale', ['homecoming_stale']],
  )
  assert.deepEqual(await installHomecoming(toy), ['make the functions of the homecoming of orders (1)'])
  // From a batch that was sealed with fewer columns, and from one with all of them.
  await query('insert into lines values (1, 4), (2, 1)')
  assert.deepEqual(await query('select id, name, kind from orders order by id'), [
    { id: '1', name: 'old', kind: null },
    { id: '4', name: 'new', kind: 'x' },
  ])
  assert.equal(await stateOf(toy), 'installed')
  await assertClean(toy)
})

test('a trigger that is disabled, a function that was changed by hand and a table without one are each told', async (t) => {
  const toy = await toyTables(t, `${GROWING}; create table notes (id int primary key, order_id int)`, {
    subject: 'orders',
    relations: [
      { table: 'lines', columns: ['order_id'] },
      { table: 'notes', columns: ['order_id'] },
    ],
  })
  const { query } = toy.db
  await installHomecoming(toy)
  const found = async () => (await plan(toy.engine, toy.policy)).warnings.filter(({ code }) => code.startsWith('home'))
  await query('alter table lines disable trigger user')
  assert.deepEqual(
    (await found()).map(({ code, object }) => `${code} ${object}`),
    ['homecoming_stale lines'],
  )
  await query('alter table lines enable trigger user')
  const [trigger] = await query(`select tgname from pg_trigger where tgrelid = 'notes'::regclass and tgtype & 4 > 0`)
  await query(`drop trigger ${trigger?.['tgname']} on notes`)
  assert.deepEqual(
    (await found()).map(({ code, object }) => `${code} ${object}`),
    ['homecoming_stale notes'],
  )
  assert.deepEqual(await installHomecoming(toy), ['make the homecoming trigger of notes'])
  const [write] = await query(
    `select tgfoid::regproc::text as name from pg_trigger where tgrelid = 'lines'::regclass limit 1`,
  )
  await query(
    `create or replace function ${write?.['name']}() returns trigger language plpgsql security definer as 'begin return new; end'`,
  )
  assert.deepEqual(
    (await found()).map(({ code, object }) => `${code} ${object}`),
    ['homecoming_stale lines'],
  )
  assert.equal((await installHomecoming(toy)).length, 2)
  assert.deepEqual(await found(), [])
  await query(`create function f() returns trigger language plpgsql as 'begin return new; end';
    create trigger zzzz before update on lines for each row execute function f()`)
  await installHomecoming(toy)
  assert.deepEqual(
    (await found()).map(({ code, object }) => `${code} ${object}`),
    ['homecoming_not_last lines.zzzz'],
  )
})

test('a relation that the policy names no more keeps no trigger', async (t) => {
  const relations = [{ table: 'lines', columns: ['order_id'] }]
  const toy = await toyTables(t, `${GROWING}; create table notes (id int primary key, order_id int)`, {
    subject: 'orders',
    relations: [...relations, { table: 'notes', columns: ['order_id'] }],
  })
  await installHomecoming(toy)
  const fewer = {
    ...toy,
    policy: { ...toy.policy, relations: toy.policy.relations.filter(({ name }) => name === 'lines') },
  }
  assert.equal(await stateOf(fewer), 'stale')
  await installHomecoming(fewer)
  assert.equal(await stateOf(fewer), 'installed')
  assert.deepEqual(await toy.db.query(`select from pg_trigger where tgrelid = 'notes'::regclass`), [])
  assert.deepEqual(await toy.db.query(`select from pg_proc where proname like 'homecoming%notes%'`), [])
})

test('an agent needs no right on archive, journal or subject; with the GRANTs of the how-to he may bring home', async (t) => {
  const { center, keys } = await guardedCenter(t)
  const role = `agent_${randomBytes(6).toString('hex')}`
  await center.db.query(
    `create role ${role} login password 'trial'; grant insert, select on nic_cc_call_log to ${role}`,
  )
  t.after(() => asAdmin((query) => query(`drop role if exists ${role}`)).catch(() => undefined))
  const url = new URL(center.db.url)
  url.username = role
  url.password = 'trial'
  const write = await agent(t, url.href)
  await write(`insert into nic_cc_call_log (customer_id) values (${keys[0]})`)
  assert.equal(await archivedCount(center), 18)
  const [run] = await center.db.query(`select actor from mothball.run where operation = 'homecoming'`)
  assert.equal(run?.['actor'], role)
  for (const table of ['nic_cc_customer', 'nic_cc_customer_backup', 'mothball.run'])
    assert.match(await refusalOf(write(`select from ${table}`)), /^42501/, table)
  const [bring] = await center.db.query(
    `select oid::regprocedure::text as call from pg_proc where proname ~ '^homecoming_.*bring$'`,
  )
  const calls = [
    `mothball.bring_home('nic_cc_customer', '2')`,
    (bring?.['call'] ?? '').replace('text,text', `'2', 'me'`),
  ]
  for (const call of calls) assert.match(await refusalOf(write(`select ${call}`)), /^42501/, call)
  const [, grants = ''] = /```sql\n([\s\S]*?)```/.exec(readFileSync(PAGE, 'utf8')) ?? []
  await center.db.query(grants.replaceAll('agent;', `${role};`))
  assert.deepEqual(await write(`select mothball.bring_home('nic_cc_customer', '2')`), [{ bring_home: 't' }])
  assert.match(await refusalOf(write('select from mothball.run')), /^42501/)
})

test("what an agent puts into his search path is not called with the owner's rights", async (t) => {
  const { center, keys, write } = await guardedCenter(t)
  await center.db.query(`create schema trap;
    create function trap.count() returns bigint language plpgsql as 'begin raise exception ''trapped''; end';
    create function trap.lower(text) returns text language plpgsql as 'begin raise exception ''trapped''; end';
    create function trap.eq(bigint, bigint) returns boolean language plpgsql as 'begin raise exception ''trapped''; end';
    create operator trap.= (leftarg = bigint, rightarg = bigint, function = trap.eq)`)
  await write(`set search_path = trap, pg_catalog, public; create temp table nic_cc_customer (id bigint)`)
  await write(`insert into public.nic_cc_call_log (customer_id) values (${keys[0]})`)
  assert.equal(await archivedCount(center), 18)
})

test("a user's trigger finds its own tables when his rows come home", async (t) => {
  const toy = await toyTables(
    t,
    `${GROWING}; create table seen (id int); grant insert on seen to public;
    create function note_it() returns trigger language plpgsql as 'begin insert into seen values (new.id); return null; end';
    create trigger note_it after insert on orders for each row execute function note_it()`,
    { subject: 'orders', relations: [{ table: 'lines', columns: ['order_id'] }] },
  )
  await archiveToy(toy)
  await installHomecoming(toy)
  await toy.db.query('insert into lines values (1, 2)')
  assert.deepEqual(await toy.db.query('select id from seen'), [{ id: '2' }])
  const selection = { by: 'keys', keys: ['1'] } as const
  assert.equal((await restore(toy.engine, toy.policy, { selection, reason: 'trial' })).restored, 1)
})
