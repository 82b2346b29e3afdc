import assert from 'node:assert/strict'
import { test } from 'node:test'
import { columnOf } from '../../src/core/table.ts'
import { readCatalog } from '../../src/db/catalog.ts'
import { openDatabase } from '../../src/db/open-database.ts'
import { raw } from '../../src/sql/tag.ts'
import { catalogFor, tableOf, VERSION_18, withTables } from '../support/catalog.ts'
import { policyOf } from '../support/shapes.ts'

test('every column is told with the type that a cast needs', async (t) => {
  const { database } = await withTables(
    t,
    `create schema crm;
    create domain crm.amount as numeric(12,2);
    create type crm."Mood" as enum ('ok', 'sad');
    create table customer (
      id bigint generated always as identity primary key,
      number serial,
      name varchar(20) collate "C" not null,
      owed crm.amount default 0,
      mood crm."Mood",
      moods crm."Mood"[],
      seen timestamptz(3),
      twice numeric generated always as (owed * 2) stored,
      gone text,
      "Odd ""Näme""" text
    );
    alter table customer drop column gone;
    create sequence loose;
    alter table customer add column loose bigint default nextval('loose')`,
  )
  const shape = tableOf(await catalogFor(database, policyOf()), 'public.customer')
  const told = shape.columns.map((each) => [each.name, each.type, each.baseType, each.collation])
  const usual = 'pg_catalog."default"'
  assert.deepEqual(told, [
    ['id', 'bigint', 'bigint', null],
    ['number', 'integer', 'integer', null],
    ['name', 'character varying(20)', 'character varying', 'pg_catalog."C"'],
    ['owed', 'crm.amount', 'numeric', null],
    ['mood', 'crm."Mood"', 'crm."Mood"', null],
    ['moods', 'crm."Mood"[]', 'crm."Mood"[]', null],
    ['seen', 'timestamp(3) with time zone', 'timestamp with time zone', null],
    ['twice', 'numeric', 'numeric', null],
    ['Odd "Näme"', 'text', 'text', usual],
    ['loose', 'bigint', 'bigint', null],
  ])
  const by = (name: string) => columnOf(shape, name)
  assert.deepEqual([by('id')?.identity, by('number')?.identity], ['always', null])
  assert.deepEqual(
    ['id', 'number', 'loose', 'name'].map((name) => by(name)?.sequence),
    ['public.customer_id_seq', 'public.customer_number_seq', 'public.loose', null],
  )
  assert.deepEqual([by('twice')?.generated, by('twice')?.hasDefault], ['stored', false])
  assert.deepEqual([by('owed')?.hasDefault, by('id')?.hasDefault, by('mood')?.hasDefault], [true, true, false])
  assert.deepEqual([by('name')?.notNull, by('mood')?.notNull], [true, false])
  assert.deepEqual(shape.key, ['id'])
})

test('a virtual column is told as such', async (t) => {
  const { database, version, query } = await withTables(t, 'create table customer (id bigint primary key, a int)')
  if (version < VERSION_18) return t.skip('virtual columns came with PostgreSQL 18')
  await query('alter table customer add column b int generated always as (a + 1) virtual')
  const shape = tableOf(await catalogFor(database, policyOf()), 'public.customer')
  assert.equal(columnOf(shape, 'b')?.generated, 'virtual')
})

test('a column is hashable exactly where the server can hash it, for every type there is', async (t) => {
  const { database, query } = await withTables(
    t,
    `create type flag as enum ('on');
    create type plain as (a int, b text);
    create type bent as (a int, b point);
    create domain doc as json;
    create domain docs as doc[];
    create domain flags as flag[];
    create type span as range (subtype = numeric);
    create type odd_span as range (subtype = bit varying);
    do $$
      declare names text;
      begin
        select string_agg(format('c%s %s', oid, format_type(oid, null)), ', ') into names from pg_type t
        where typtype in ('b', 'r', 'm', 'd', 'e', 'c') and typisdefined and oid <> 'cstring[]'::regtype and oid not in (
          select reltype from pg_class where relkind <> 'c' union all
          select typarray from pg_type join pg_class on reltype = pg_type.oid where relkind <> 'c');
        execute format('create table customer (id bigint primary key, %s)', names);
      end $$;
    create function can_hash(name text) returns boolean language plpgsql as $$
      begin
        execute format('select hash_record_extended(row(%I), 0) from customer', name);
        return true;
      exception when undefined_function then return false;
      end $$;
    insert into customer (id) values (1)`,
  )
  const shape = tableOf(await catalogFor(database, policyOf()), 'public.customer')
  const rows = await query('select name, can_hash(name) as yes from unnest($1::text[]) as name', [
    shape.columns.map(({ name }) => name),
  ])
  const seen = new Map(rows.map((row) => [row['name'], row['yes'] === 't']))
  const wrong = shape.columns.filter(({ name, hashable }) => seen.get(name) !== hashable)
  assert.deepEqual(wrong, [])
  const unhashable = shape.columns.filter(({ hashable }) => !hashable).map(({ type }) => type)
  for (const type of ['json', 'point[]', 'public.bent', 'public.docs', 'public.odd_span', 'money', 'tsvector'])
    assert.ok(unhashable.includes(type), `${type} has no hash`)
  assert.ok(shape.columns.length > 150, 'all types were tried')
})

test('indexes, triggers, rules, policies, checks and relatives are told', async (t) => {
  const { database, query } = await withTables(
    t,
    `create table person (id bigint);
    create table customer (id bigint primary key, name text, age int check (age > 0)) inherits (person);
    create table vip () inherits (customer);
    create index on customer (name) include (age);
    create index on customer (lower(name));
    create index "part" on customer using hash (name) where age > 3;
    create function f() returns trigger language plpgsql as $$ begin return null; end $$;
    create trigger a before insert or delete on customer for each row execute function f();
    create trigger b after update or truncate on customer execute function f();
    create trigger c after delete on customer execute function f();
    alter table customer disable trigger c;
    create trigger d after delete on customer execute function f();
    alter table customer enable replica trigger d;
    create rule r as on delete to customer do also nothing;
    create rule off as on update to customer do also nothing;
    alter table customer disable rule off;
    create policy p on customer using (true);
    alter table customer enable row level security`,
  )
  await query('create view call as select * from customer')
  const catalog = await catalogFor(database, policyOf({ relations: [{ table: 'call' }] }))
  const shape = tableOf(catalog, 'public.customer')
  const indexes = shape.indexes.map(({ name, method, columns, unique, primary, partial, valid }) => {
    return [name, method, columns, [unique, primary, partial, valid]]
  })
  assert.deepEqual(indexes, [
    ['customer_lower_idx', 'btree', null, [false, false, false, true]],
    ['customer_name_age_idx', 'btree', ['name'], [false, false, false, true]],
    ['customer_pkey', 'btree', ['id'], [true, true, false, true]],
    ['part', 'hash', ['name'], [false, false, true, true]],
  ])
  assert.match(shape.indexes[0]?.definition ?? '', /ON public\.customer USING btree \(lower\(name\)\)/)
  assert.deepEqual(shape.triggers, [
    { name: 'a', events: ['insert', 'delete'], timing: 'before', enabled: true, function: 'public.f' },
    { name: 'b', events: ['update', 'truncate'], timing: 'after', enabled: true, function: 'public.f' },
    { name: 'c', events: ['delete'], timing: 'after', enabled: false, function: 'public.f' },
    { name: 'd', events: ['delete'], timing: 'after', enabled: false, function: 'public.f' },
  ])
  assert.deepEqual([shape.rules, shape.policies, shape.checks], [['r'], ['p'], ['CHECK ((age > 0))']])
  assert.deepEqual([shape.parents, shape.inheritors], [['public.person'], ['public.vip']])
  assert.deepEqual([shape.rowSecurity, shape.rowSecurityActive], [true, false])
  const view = tableOf(catalog, 'public.call')
  assert.deepEqual([view.kind, view.rules, view.key], ['v', [], []])
})

test('row security is active for whom the policies apply to', async (t) => {
  const { database } = await withTables(
    t,
    'create table customer (id bigint primary key); alter table customer enable row level security',
  )
  const shape = await database.transaction({ pinnedSearchPath: true }, async (session) => {
    await session.execute(raw('set local role pg_read_all_data'))
    return tableOf(await readCatalog(session, [policyOf()]), 'public.customer')
  })
  assert.equal(shape.rowSecurityActive, true)
})

test('a temporary table of the name does not hide the real one', async (t) => {
  const { database } = await withTables(t, 'create table customer (id bigint primary key)')
  const shape = await database.transaction({ pinnedSearchPath: true }, async (session) => {
    await session.execute(raw('create temporary table customer (x text)'))
    return tableOf(await readCatalog(session, [policyOf()]), 'public.customer')
  })
  assert.deepEqual(shape.key, ['id'])
})

test('the server tells what it is, and the zone that the session would have', async (t) => {
  const { database, query, url, version } = await withTables(t, 'create table customer (id bigint primary key)')
  const [name] = await query('select current_database() as name, current_user as "user"')
  const before = (await catalogFor(database, policyOf())).server
  assert.deepEqual(
    [before.version, before.primary, before.fsync, before.origin, before.database, before.user],
    [version, true, true, true, name?.['name'], name?.['user']],
  )
  await query(`alter database ${name?.['name']} set timezone = 'Africa/Johannesburg'`)
  await query(`alter database ${name?.['name']} set default_transaction_read_only = on`)
  await query(`alter database ${name?.['name']} set session_replication_role = replica`)
  const again = openDatabase({ url })
  t.after(() => again.close())
  const after = (await catalogFor(again, policyOf())).server
  assert.deepEqual([after.zone, after.primary, after.origin], ['Africa/Johannesburg', false, false])
})

test('an index that somebody drops while the catalog is read is not told, and is no error', async (t) => {
  const { database, query } = await withTables(
    t,
    'create table customer (id bigint primary key, name text); create index passing on customer (name)',
  )
  const catalog = await database.transaction({ mode: 'snapshot', pinnedSearchPath: true }, async (session) => {
    await session.execute(raw('select count(*) from pg_class'))
    await query('drop index passing')
    return readCatalog(session, [policyOf()])
  })
  const names = tableOf(catalog, 'public.customer').indexes.map(({ name }) => name)
  assert.deepEqual(names, ['customer_pkey'])
})
