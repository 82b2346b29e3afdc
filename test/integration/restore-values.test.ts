import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { restore } from '../../src/engine/restore/restore.ts'
import { verify } from '../../src/engine/verify/verify.ts'
import { archiveToy, type Toy, toyTables } from '../support/archived-table.ts'
import { testDatabase } from '../support/database.ts'
import { eraseHim } from '../support/person.ts'
import type { Query } from '../support/server.ts'

/** Type and values of one column each; every value is one that some tool is known to change. */
const KINDS: readonly (readonly [type: string, ...values: readonly string[]])[] = [
  ['smallint', '-32768', '32767'],
  ['integer', '-2147483648'],
  ['bigint', '9007199254740993', '-9223372036854775808'],
  ['numeric', "'NaN'", "'Infinity'", "'-Infinity'", '1.10', '1.1', '0.000', '1e-30', '12345678901234567890.0123456789'],
  ['numeric(30,10)', '1.5', '-0.0000000001'],
  ['real', "'NaN'", "'Infinity'", '1e-45', '3.4028235e38'],
  ['double precision', "'NaN'", "'-Infinity'", "'-0'", '0.1', '5e-324', '1.7976931348623157e308'],
  ['money', "'-92233720368547758.08'", "'0.01'"],
  ['boolean', 'true', 'false'],
  ['text', "''", "' '", "E'tab\\t line\\nbreak'", "E'back\\\\slash'", "'NULL'", "'Zoë 👩‍👩‍👧 😀'", '\'(a,"b")\''],
  ['varchar(12)', "'  padded  '"],
  ['character(8)', "'ab'", "''"],
  ['"char"', "'x'"],
  ['name', "'a name'"],
  ['bytea', "'\\x00ff10'", "''", "'\\x5c27'"],
  ['date', "'infinity'", "'-infinity'", "'4713-01-01 BC'", "'5874897-12-31'"],
  ['time', "'24:00:00'", "'23:59:59.999999'"],
  ['time with time zone', "'23:59:59.999999+13:30'"],
  ['timestamp', "'infinity'", "'0044-03-15 12:00:00.000001 BC'", "'294276-12-31 23:59:59.999999'"],
  ['timestamptz', "'-infinity'", "'4713-11-24 00:00:00+00 BC'", "'2026-09-23 02:00:00.123456+02'"],
  ['timestamptz(3)', "'2026-09-23 02:00:00.123'"],
  ['interval', "'1 mon -1 day 00:00:00.000001'", "'-178000000 years'", "'24:00:00'", "'1 day'"],
  ['uuid', "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'"],
  ['json', '\'{"b": 1, "a":  1.0, "a": 2}\'', "' null '"],
  ['jsonb', '\'{"n": 12345678901234567890.123456789012345678, "e": 1e-30}\'', "'1.0'", '\'"\\u20ac"\'', "'null'"],
  ['jsonpath', "'$.a[*] ? (@ > 1)'"],
  ['integer[]', "'[2:4]={1,NULL,3}'", "'{}'", "'[-1:0][5:6]={{1,2},{3,4}}'"],
  ['text[]', '\'{a,"b,c","NULL",NULL,"","\\""}\''],
  ['numeric[]', "'{NaN,1.10,Infinity}'"],
  ['bit(5)', "B'01010'"],
  ['bit varying', "B''", "B'1'"],
  ['inet', "'10.0.0.1/8'", "'::ffff:1.2.3.4'"],
  ['cidr', "'10.0.0.0/8'"],
  ['macaddr', "'08:00:2b:01:02:03'"],
  ['macaddr8', "'08:00:2b:01:02:03:04:05'"],
  ['point', "'(-0,1e-300)'"],
  ['line', "'{1,-1,0}'"],
  ['lseg', "'[(0,0),(1,1)]'"],
  ['box', "'(1,1),(0,0)'"],
  ['path', "'[(0,0),(1,1)]'", "'((0,0),(1,1))'"],
  ['polygon', "'((0,0),(1,1),(1,0))'"],
  ['circle', "'<(0,0),1.5>'"],
  ['tsvector', "'fat:2 cat:3A ''quo ted'':1'"],
  ['tsquery', "'fat & (rat | !cat:*)'"],
  ['int4range', "'empty'", "'(,5)'", "'[1,10)'"],
  ['numrange', "'(1.10,2.0]'"],
  ['tstzrange', "'[2026-01-01 00:00:00+02,infinity)'"],
  ['nummultirange', "'{[1.0,2.0),(3,4]}'", "'{}'"],
  ['pg_lsn', "'FFFFFFFF/FFFFFFFF'"],
  ['pg_snapshot', "'10:20:10,14'"],
  ['xid8', "'18446744073709551615'"],
  ['oid', '4294967295'],
  ['regclass', "'pg_class'", "'things'"],
  ['regtype', "'mood'"],
  ['mood', "'sad'", "'happy'"],
  ['mood[]', "'{happy,NULL}'"],
  ['pair', 'row(1, \'a "b", (c)\')', 'row(null, null)'],
  ['pair[]', "array[row(1, 'x')::pair, null]"],
  ['positive', '1'],
  ['short_list', "'{1,2}'"],
  ['floatrange', "'[1.5,2.5)'"],
  ['"Odd type"', "'y z'"],
  ['xml', '\'<a b="1"> &amp; <!-- c --></a>\'', "'text <b/>'"],
]

const TYPES = `create type mood as enum ('sad', 'ok', 'happy'); create type pair as (number integer, word text);
  create domain positive as integer check (value > 0); create domain short_list as integer[];
  create type floatrange as range (subtype = float8); create type "Odd type" as enum ('y z', 'Ö')`

/** Types that this server was built without are left out. */
async function knownKinds(query: Query): Promise<typeof KINDS> {
  const hasXml = await query("select '<a/>'::xml").then(
    () => true,
    () => false,
  )
  return KINDS.filter(([type]) => type !== 'xml' || hasXml)
}

const asText = async ({ db }: Toy, table: string): Promise<readonly string[]> => {
  const names = await db.query(`select attname from pg_attribute where attrelid = '${table}'::regclass and attnum > 0
    and not attisdropped order by attname`)
  const columns = names.map(({ attname }) => `"${attname}"::text`)
  const rows = await db.query(
    `select t::text as row, md5(row(${columns.join()})::text) as digest from ${table} t order by id`,
  )
  return rows.map(({ row, digest }) => `${digest} ${row}`)
}

/** A row for each value of a kind; returns how many. */
async function everyKind(t: TestContext): Promise<Readonly<{ toy: Toy; most: number }>> {
  const probe = await testDatabase(t)
  const kinds = await knownKinds(probe.query)
  const columns = kinds.map(([type], index) => `c${index} ${type}`)
  const toy = await toyTables(
    t,
    `${TYPES}; create table things (id bigint generated always as identity primary key, dropped text,
      created_at timestamptz not null default now() - interval '90 days'); alter table things drop column dropped;
      alter table things ${columns.map((column) => `add column ${column}`).join(', ')}`,
    { subject: 'things' },
  )
  const most = Math.max(...kinds.map(([, ...values]) => values.length))
  for (let n = 0; n < most; n += 1)
    await toy.db.query(`insert into things (${kinds.map((_kind, index) => `c${index}`).join()})
      values (${kinds.map(([type, ...values]) => (values[n] === undefined ? 'null' : `cast(${values[n]} as ${type})`)).join()})`)
  return { toy, most }
}

test('every kind of value goes into the archive and comes back unchanged to the byte', async (t) => {
  const { toy, most } = await everyKind(t)
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

test('every kind of value can be erased, and the seal of what stays still closes', async (t) => {
  const { toy, most } = await everyKind(t)
  assert.equal((await archiveToy(toy)).archived, most)
  for (const key of ['1', '2', '3']) await eraseHim(toy, key)
  const { status, checks } = await verify(toy.engine, toy.policy)
  assert.equal(status, 'clean', JSON.stringify(checks, null, 2))
  assert.equal((await toy.db.query('select from things_backup')).length, most - 3)
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
