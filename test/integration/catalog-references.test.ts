import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ForeignKey } from '../../src/core/table.ts'
import { catalogFor, tableOf, VERSION_18, withTables } from '../support/catalog.ts'
import { policyOf } from '../support/shapes.ts'

const keyText = ({ name, table, columns, target, references, onDelete }: ForeignKey) =>
  `${name}: ${table.schema}.${table.table}(${columns.join()}) -> ${target.table}(${references.join()}) ${onDelete}`

test('every foreign key into the family is found, whatever its schema, columns and depth', async (t) => {
  const { database } = await withTables(
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
  const catalog = await catalogFor(database, policyOf())
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
  const { database } = await withTables(
    t,
    `create table customer (id bigint primary key);
    create table call (id int, customer_id bigint references customer) partition by range (id);
    create table call_1 partition of call for values from (0) to (10) partition by range (id);
    create table call_1_1 partition of call_1 for values from (0) to (5);
    create table call_2 (customer_id bigint, id int);
    alter table call attach partition call_2 for values from (10) to (20);
    alter table call_2 add constraint leaf foreign key (customer_id) references customer on delete cascade`,
  )
  const catalog = await catalogFor(database, policyOf())
  assert.deepEqual([...catalog.tables.keys()], ['public.call', 'public.customer'])
  assert.deepEqual(tableOf(catalog, 'public.customer').incoming.map(keyText), [
    'call_customer_id_fkey: public.call(customer_id) -> customer(id) no action',
    'leaf: public.call(customer_id) -> customer(id) cascade',
  ])
  assert.equal(tableOf(catalog, 'public.call').kind, 'p')
  assert.deepEqual(tableOf(catalog, 'public.call').inheritors, ['public.call_1', 'public.call_2'])
})

test('a partition that is a subject knows who refers to it through its root', async (t) => {
  const { database } = await withTables(
    t,
    `create table person (id bigint primary key) partition by range (id);
    create table customer partition of person for values from (0) to (10);
    create table note (person_id bigint references person)`,
  )
  const catalog = await catalogFor(database, policyOf())
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
  const { database, query, version } = await withTables(
    t,
    `create table customer (id bigint primary key);
    create table plan (customer_id bigint);
    alter table plan add constraint late foreign key (customer_id) references customer not valid`,
  )
  if (version >= VERSION_18)
    await query('alter table plan add constraint idle foreign key (customer_id) references customer not enforced')
  const keys = tableOf(await catalogFor(database, policyOf()), 'public.customer').incoming
  const told = keys.map(({ name, enforced, validated }) => [name, enforced, validated])
  const idle = version >= VERSION_18 ? [['idle', false, false]] : []
  assert.deepEqual(told, [...idle, ['late', true, false]])
})

test('archive tables are told beside their sources, found ones included, under any suffix', async (t) => {
  const long = 'ü'.repeat(30)
  const { database } = await withTables(
    t,
    `create table customer (id bigint primary key);
    create table "${long}" (customer_id bigint references customer);
    create table customer_b (id bigint); create table "${long}_b" (id bigint); create table "other_b" (id int)`,
  )
  const catalog = await catalogFor(database, policyOf({ archiveSuffix: '_b' }))
  assert.deepEqual([...catalog.tables.keys()].toSorted(), [
    'public.customer',
    'public.customer_b',
    `public.${long}`,
    `public.${long}_b`,
  ])
})

test('an archive table whose source is gone is still told', async (t) => {
  const { database } = await withTables(
    t,
    'create table customer (id bigint primary key); create table order_backup (id bigint primary key)',
  )
  const catalog = await catalogFor(database, policyOf({ relations: [{ table: 'order', columns: ['customer_id'] }] }))
  assert.deepEqual([...catalog.tables.keys()], ['public.customer', 'public.order_backup'])
})
