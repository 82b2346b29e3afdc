import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Policy } from '../../src/core/policy.ts'
import { type Catalog, columnOf, type ForeignKey, type TableShape } from '../../src/core/table.ts'
import { readCatalog } from '../../src/db/catalog.ts'
import type { Database } from '../../src/db/database.ts'
import { openDatabase } from '../../src/db/open-database.ts'
import { raw } from '../../src/sql/tag.ts'
import { testDatabase } from '../support/database.ts'
import { policyOf } from '../support/shapes.ts'

const NOT_ENFORCED = 180_000

async function prepared(t: TestContext, ddl: string) {
  const db = await testDatabase(t)
  const database = openDatabase({ url: db.url })
  t.after(() => database.close())
  await db.query(ddl)
  const [version] = await db.query("select current_setting('server_version_num') as n")
  return { ...db, database, version: Number(version?.['n']) }
}

const read = (database: Database, ...policies: Policy[]): Promise<Catalog> =>
  database.transaction({ mode: 'snapshot', pinnedSearchPath: true }, (session) => readCatalog(session, policies))

function tableOf(catalog: Catalog, name: string): TableShape {
  const shape = catalog.tables.get(name)
  assert.ok(shape, `${name} is told`)
  return shape
}

const keyText = ({ name, table, columns, target, references, onDelete }: ForeignKey) =>
  `${name}: ${table.schema}.${table.table}(${columns.join()}) -> ${target.table}(${references.join()}) ${onDelete}`

test('every column is told with the type that a cast needs', async (t) => {
  const { database } = await prepared(
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
  const shape = tableOf(await read(database, policyOf()), 'public.customer')
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
  const { database, version, query } = await prepared(t, 'create table customer (id bigint primary key, a int)')
  if (version < NOT_ENFORCED) return t.skip('virtual columns came with PostgreSQL 18')
  await query('alter table customer add column b int generated always as (a + 1) virtual')
  const shape = tableOf(await read(database, policyOf()), 'public.customer')
  assert.equal(columnOf(shape, 'b')?.generated, 'virtual')
})

test('a column is hashable exactly where the server can hash it, for every type there is', async (t) => {
  const { database, query } = await prepared(
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
  const shape = tableOf(await read(database, policyOf()), 'public.customer')
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

test('every foreign key into the family is found, whatever its schema, columns and depth', async (t) => {
  const { database } = await prepared(
    t,
    `create schema "Crm-2";
    create table customer (id bigint primary key, branch int, code text, unique (branch, code));
    create table plan (id int primary key, customer_id bigint references customer on delete restrict);
    create table "Crm-2"."Inv.oice" ("Br" int, code text,
      constraint "by code" foreign key (code, "Br") references customer (code, branch) on delete set null deferrable);
    create table rate (id int, plan_id int references plan on delete cascade);
    create table mark (id int primary key, mark_id int references mark on delete set default);
    create table apart (id int references mark)`,
  )
  const catalog = await read(database, policyOf())
  assert.deepEqual([...catalog.tables.keys()], ['Crm-2.Inv.oice', 'public.customer', 'public.plan', 'public.rate'])
  assert.deepEqual(tableOf(catalog, 'public.customer').incoming.map(keyText), [
    'by code: Crm-2.Inv.oice(code,Br) -> customer(code,branch) set null',
    'plan_customer_id_fkey: public.plan(customer_id) -> customer(id) restrict',
  ])
  assert.deepEqual(tableOf(catalog, 'public.plan').incoming.map(keyText), [
    'rate_plan_id_fkey: public.rate(plan_id) -> plan(id) cascade',
  ])
  const [composite] = tableOf(catalog, 'Crm-2.Inv.oice').outgoing
  assert.deepEqual([composite?.deferrable, composite?.enforced, composite?.validated], [true, true, true])
})

test('a partitioned table is told once, with the keys of its partitions', async (t) => {
  const { database } = await prepared(
    t,
    `create table customer (id bigint primary key);
    create table call (id int, customer_id bigint references customer) partition by range (id);
    create table call_1 partition of call for values from (0) to (10) partition by range (id);
    create table call_1_1 partition of call_1 for values from (0) to (5);
    create table call_2 (customer_id bigint, id int);
    alter table call attach partition call_2 for values from (10) to (20);
    alter table call_2 add constraint leaf foreign key (customer_id) references customer on delete cascade`,
  )
  const catalog = await read(database, policyOf())
  assert.deepEqual([...catalog.tables.keys()], ['public.call', 'public.customer'])
  assert.deepEqual(tableOf(catalog, 'public.customer').incoming.map(keyText), [
    'call_customer_id_fkey: public.call(customer_id) -> customer(id) no action',
    'leaf: public.call(customer_id) -> customer(id) cascade',
  ])
  assert.equal(tableOf(catalog, 'public.call').kind, 'p')
  assert.deepEqual(tableOf(catalog, 'public.call').inheritors, ['public.call_1', 'public.call_2'])
})

test('a partition that is a subject knows who refers to it through its root', async (t) => {
  const { database } = await prepared(
    t,
    `create table person (id bigint primary key) partition by range (id);
    create table customer partition of person for values from (0) to (10);
    create table note (person_id bigint references person)`,
  )
  const catalog = await read(database, policyOf())
  const customer = tableOf(catalog, 'public.customer')
  assert.deepEqual(customer.parents, ['public.person'])
  assert.deepEqual(
    customer.incoming.map(({ table, columns }) => [table.table, columns]),
    [['note', ['person_id']]],
  )
  assert.deepEqual(
    tableOf(catalog, 'public.note').outgoing.map(({ target }) => target.table),
    ['person'],
  )
})

test('a key that is not valid, or not enforced, is told as such', async (t) => {
  const { database, query, version } = await prepared(
    t,
    `create table customer (id bigint primary key);
    create table plan (customer_id bigint);
    alter table plan add constraint late foreign key (customer_id) references customer not valid`,
  )
  if (version >= NOT_ENFORCED)
    await query('alter table plan add constraint idle foreign key (customer_id) references customer not enforced')
  const keys = tableOf(await read(database, policyOf()), 'public.customer').incoming
  const told = keys.map(({ name, enforced, validated }) => [name, enforced, validated])
  const idle = version >= NOT_ENFORCED ? [['idle', false, false]] : []
  assert.deepEqual(told, [...idle, ['late', true, false]])
})

test('archive tables are told beside their sources, found ones included, under any suffix', async (t) => {
  const long = 'ü'.repeat(30)
  const { database } = await prepared(
    t,
    `create table customer (id bigint primary key);
    create table "${long}" (customer_id bigint references customer);
    create table customer_b (id bigint); create table "${long}_b" (id bigint); create table "other_b" (id int)`,
  )
  const catalog = await read(database, policyOf({ archiveSuffix: '_b' }))
  assert.deepEqual([...catalog.tables.keys()].toSorted(), [
    'public.customer',
    'public.customer_b',
    `public.${long}`,
    `public.${long}_b`,
  ])
})

test('indexes, triggers, rules, policies, checks and relatives are told', async (t) => {
  const { database, query } = await prepared(
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
  const catalog = await read(database, policyOf({ relations: [{ table: 'call' }] }))
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
    { name: 'a', events: ['insert', 'delete'], timing: 'before', enabled: true },
    { name: 'b', events: ['update', 'truncate'], timing: 'after', enabled: true },
    { name: 'c', events: ['delete'], timing: 'after', enabled: false },
    { name: 'd', events: ['delete'], timing: 'after', enabled: false },
  ])
  assert.deepEqual([shape.rules, shape.policies, shape.checks], [['r'], ['p'], ['CHECK ((age > 0))']])
  assert.deepEqual([shape.parents, shape.inheritors], [['public.person'], ['public.vip']])
  assert.deepEqual([shape.rowSecurity, shape.rowSecurityActive], [true, false])
  const view = tableOf(catalog, 'public.call')
  assert.deepEqual([view.kind, view.rules, view.key], ['v', [], []])
})

test('row security is active for whom the policies apply to', async (t) => {
  const { database, query } = await prepared(
    t,
    'create table customer (id bigint primary key); alter table customer enable row level security',
  )
  await query(`do $$ begin create role mothball_reader; exception when duplicate_object then null; end $$`)
  const shape = await database.transaction({ pinnedSearchPath: true }, async (session) => {
    await session.execute(raw('set local role mothball_reader'))
    return tableOf(await readCatalog(session, [policyOf()]), 'public.customer')
  })
  assert.equal(shape.rowSecurityActive, true)
})

test('a temporary table of the name does not hide the real one', async (t) => {
  const { database } = await prepared(t, 'create table customer (id bigint primary key)')
  const shape = await database.transaction({ pinnedSearchPath: true }, async (session) => {
    await session.execute(raw('create temporary table customer (x text)'))
    return tableOf(await readCatalog(session, [policyOf()]), 'public.customer')
  })
  assert.deepEqual(shape.key, ['id'])
})

test('the server tells what it is, and the zone that the session would have', async (t) => {
  const { database, query, url, version } = await prepared(t, 'create table customer (id bigint primary key)')
  const [name] = await query('select current_database() as name, current_user as "user"')
  const before = (await read(database, policyOf())).server
  assert.deepEqual(
    [before.version, before.primary, before.fsync, before.database, before.user],
    [version, true, true, name?.['name'], name?.['user']],
  )
  await query(`alter database ${name?.['name']} set timezone = 'Africa/Johannesburg'`)
  await query(`alter database ${name?.['name']} set default_transaction_read_only = on`)
  const again = openDatabase({ url })
  t.after(() => again.close())
  const after = (await read(again, policyOf())).server
  assert.deepEqual([after.zone, after.primary], ['Africa/Johannesburg', false])
})
