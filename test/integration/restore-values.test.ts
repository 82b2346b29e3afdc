import assert from 'node:assert/strict'
import { test } from 'node:test'
import { restore } from '../../src/engine/restore/restore.ts'
import { verify } from '../../src/engine/verify/verify.ts'
import { archiveToy, toyTables } from '../support/archived-table.ts'
import { testDatabase } from '../support/database.ts'
import { eraseHim } from '../support/person.ts'
import { asText, thingsOfEveryKind } from '../support/value-kinds.ts'

test('every kind of value goes into the archive and comes back unchanged to the byte', async (t) => {
  const { most, ...toy } = await thingsOfEveryKind(t)
  const before = await asText(toy, 'things')
  const { archived, run } = await archiveToy(toy)
  assert.equal(archived, most)
  assert.equal((await verify(toy.engine, toy.policy)).status, 'clean')
  const result = await restore(toy.engine, toy.policy, { selection: { by: 'run', run }, reason: 'undo' })
  assert.deepEqual([result.restored, result.conflicts], [most, []])
  assert.deepEqual(await asText(toy, 'things'), before)
  const { status, checks } = await verify(toy.engine, toy.policy)
  assert.equal(status, 'clean', JSON.stringify(checks, null, 2))
})

test('a row of 640 KB, and one that hardly compresses, come back as they were', async (t) => {
  const toy = await toyTables(
    t,
    `create table notes (id bigint primary key, created_at timestamptz not null, body text, scan bytea);
    insert into notes values (1, now() - interval '90 days', repeat('a long story. ', 50000), null),
      (2, now() - interval '90 days', (select string_agg(md5(n::text), '') from generate_series(1, 20000) n),
        (select string_agg(sha256(n::text::bytea), '') from generate_series(1, 20000) n))`,
    { subject: 'notes' },
  )
  const before = await toy.db.query(
    'select id, length(body) as n, md5(body) as a, md5(scan) as b from notes order by id',
  )
  assert.deepEqual(
    before.map(({ n }) => n),
    ['700000', '640000'],
  )
  await archiveToy(toy)
  await restore(toy.engine, toy.policy, { selection: { by: 'keys', keys: ['1', '2'] }, reason: 'undo' })
  assert.deepEqual(
    await toy.db.query('select id, length(body) as n, md5(body) as a, md5(scan) as b from notes order by id'),
    before,
  )
})

test('generated columns are computed again and compared with what was stored', async (t) => {
  const probe = await testDatabase(t)
  const [version] = await probe.query('show server_version_num')
  const virtual =
    Number(version?.['server_version_num']) >= 180000 ? ", label text generated always as (word || '!') virtual" : ''
  const toy = await toyTables(
    t,
    `create table orders (id integer generated always as identity (start with 7) primary key, word text,
      net numeric(10,2), gross numeric generated always as (net * 1.15) stored ${virtual},
      created_at timestamptz not null default now() - interval '90 days');
    insert into orders (word, net) values ('a', 10.00), ('b', 0.33)`,
    { subject: 'orders' },
  )
  const before = await asText(toy, 'orders')
  await archiveToy(toy)
  await restore(toy.engine, toy.policy, { selection: { by: 'keys', keys: ['7', '8'] }, reason: 'undo' })
  assert.deepEqual(await asText(toy, 'orders'), before)
  await toy.db.query('delete from mothball.keep_until')
  await archiveToy(toy)
  await toy.db.query('update orders_backup set gross = 99 where id = 7')
  const result = await restore(toy.engine, toy.policy, { selection: { by: 'keys', keys: ['7', '8'] }, reason: 'undo' })
  assert.deepEqual(
    [result.restored, result.conflicts.map(({ key, table, kind }) => [key, table, kind])],
    [1, [['7', 'orders', 'value_changed']]],
  )
  assert.deepEqual(await toy.db.query('select id, gross from orders_backup'), [{ id: '7', gross: '99' }])
})

test('keys of several columns, and references by them', async (t) => {
  const toy = await toyTables(
    t,
    `create table "Client" (region text, number integer, name text, created_at timestamptz not null default now() - interval '90 days',
      primary key (region, number));
    create table visit (id uuid primary key default gen_random_uuid(), client_region text, client_number integer, remark text,
      foreign key (client_region, client_number) references "Client");
    insert into "Client" values ('a "b", c', 1, 'x'), ('a "b", c', 2, 'y'), ('', 1, 'z'), ('ö\\', -1, null);
    insert into visit (client_region, client_number, remark) select region, number, 'v' || n from "Client", generate_series(1, 3) n`,
    { subject: 'Client', discover: true, batchSize: 3 },
  )
  const before = await toy.db.query(
    'select c.*, v.* from "Client" c join visit v on client_region = region and client_number = number order by v.id',
  )
  assert.equal((await archiveToy(toy)).archived, 4)
  const keys = ['["a \\"b\\", c", "2"]', '["ö\\\\","-1"]', '["nobody", "1"]', '["one part"]', 'no json']
  const some = await restore(toy.engine, toy.policy, { selection: { by: 'keys', keys }, reason: 'two of them' })
  assert.deepEqual(
    [some.restored, some.related, some.conflicts, some.unknown],
    [2, { visit: 6 }, [], ['["nobody", "1"]', '["one part"]', 'no json']],
  )
  const rest = await restore(toy.engine, toy.policy, {
    selection: { by: 'time', since: '2000-01-01', until: null },
    reason: 'the rest',
  })
  assert.equal(rest.restored, 2)
  assert.deepEqual(
    await toy.db.query(
      'select c.*, v.* from "Client" c join visit v on client_region = region and client_number = number order by v.id',
    ),
    before,
  )
})

test('columns in another order, and odd names, find their own values', async (t) => {
  const toy = await toyTables(
    t,
    `create schema "Crm"; create table "Crm"."Kunden Ü" ("select" integer primary key, "a""b" text, b text, created_at timestamptz);
    create table "Crm"."Kunden Ü_backup" (b text, created_at timestamptz, "a""b" text, "select" integer primary key,
      archived_at timestamptz default now(), archived_by text default 'system', archive_reason text default 'x', archive_batch bigint);
    insert into "Crm"."Kunden Ü" values (1, 'first', 'second', now() - interval '90 days')`,
    { subject: 'Crm.Kunden Ü' },
  )
  await archiveToy(toy)
  assert.deepEqual(await toy.db.query('select "a""b" as a, b from "Crm"."Kunden Ü_backup"'), [
    { a: 'first', b: 'second' },
  ])
  const result = await restore(toy.engine, toy.policy, { selection: { by: 'keys', keys: ['1'] }, reason: 'undo' })
  assert.equal(result.restored, 1)
  assert.deepEqual(await toy.db.query('select "a""b" as a, b from "Crm"."Kunden Ü"'), [{ a: 'first', b: 'second' }])
})

test('every kind of value can be erased, and the seal of what stays still closes', async (t) => {
  const { most, ...toy } = await thingsOfEveryKind(t)
  assert.equal((await archiveToy(toy)).archived, most)
  for (const key of ['1', '2', '3']) await eraseHim(toy, key)
  const { status, checks } = await verify(toy.engine, toy.policy)
  assert.equal(status, 'clean', JSON.stringify(checks, null, 2))
  assert.equal((await toy.db.query('select from things_backup')).length, most - 3)
})
