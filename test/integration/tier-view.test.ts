import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from '../../src/engine/inspect.ts'
import { migratable, stepsText } from '../support/migratable.ts'
import { policyOf } from '../support/shapes.ts'

const POLICY = policyOf({ relations: [{ table: 'aod' }], views: true })
const OWN = ['archived_at', 'archived_by', 'archive_reason', 'archive_batch']

const COLUMNS = `select string_agg(attname, ',' order by attnum) as names from pg_attribute
  where attrelid = 'customer_all'::regclass and attnum > 0 and not attisdropped`

async function withViews(t: Parameters<typeof migratable>[0], ddl?: string) {
  const db = await migratable(t, ddl)
  await db.apply(await db.plan(POLICY))
  const views = async () => stepsText(await db.plan(POLICY)).filter((step) => step.startsWith('view'))
  const names = async () => (await db.query(COLUMNS))[0]?.['names']?.split(',')
  const explain = async (sql: string) => {
    const rows = await db.query(`explain ${sql}`)
    return rows.map((row) => row['QUERY PLAN']).join('\n')
  }
  return { ...db, views, names, explain }
}

test('active and archived rows stand in one view, each with its tier; nothing is made unasked', async (t) => {
  const { query, names, views, explain, apply, plan } = await withViews(t)
  await query(`insert into customer (id, name) values (1, 'here');
    insert into customer_backup (id, name, created_at, archive_batch) values (2, 'away', '2020-01-01', 7)`)
  const rows = await query('select id, name, tier, archived_by, archive_batch from customer_all order by id')
  assert.deepEqual(rows, [
    { id: '1', name: 'here', tier: 'active', archived_by: null, archive_batch: null },
    { id: '2', name: 'away', tier: 'archive', archived_by: 'system', archive_batch: '7' },
  ])
  assert.deepEqual(await names(), ['id', 'name', 'mobile', 'amount', 'created_at', 'tier', ...OWN])
  assert.deepEqual(await views(), [])
  await query('set enable_seqscan = off')
  const found = await explain('select * from customer_all where id = 2')
  assert.match(found, /customer_pkey[\s\S]*customer_backup_pkey/)
  assert.doesNotMatch(found, /Function Scan/)
  await query('drop view customer_all; drop view aod_all')
  assert.deepEqual(stepsText(await plan(policyOf({ relations: [{ table: 'aod' }] }))), [])
  await apply(await plan(POLICY))
  assert.equal((await query('select from customer_all')).length, 2)
})

for (const [what, table, archive] of [
  ['added', 'add column remark text', null],
  ['dropped', 'drop column mobile', null],
  ['renamed', 'rename column mobile to phone', 'rename column mobile to phone'],
  ['retyped', 'alter column amount type numeric(14,4)', 'alter column amount type numeric(14,4)'],
  ['widened', 'alter column name type text', 'alter column name type text'],
] as const)
  test(`a column can be ${what} beneath the view, the plan says so, and migrate brings it into step`, async (t) => {
    const { query, apply, plan, views, names, read } = await withViews(t)
    await query(`alter table customer ${table}`)
    if (archive !== null) await query(`alter table customer_backup ${archive}`)
    assert.deepEqual(await views(), ['view customer_all'])
    await apply(await plan(POLICY))
    const [customer] = [...(await read(POLICY)).tables.values()].filter(({ name }) => name.table === 'customer')
    assert.deepEqual(await names(), [...(customer?.columns.map(({ name }) => name) ?? []), 'tier', ...OWN])
    assert.deepEqual(await query('select * from customer_all'), [])
    assert.deepEqual(await views(), [])
  })

test('a table can be dropped, or renamed and brought back, beneath its view', async (t) => {
  const { query, views } = await withViews(t)
  await query('alter table customer rename to client')
  await assert.rejects(query('select * from customer_all'), { code: '42P01' })
  await query('alter table client rename to customer; truncate customer cascade')
  assert.deepEqual(await query('select * from customer_all'), [])
  assert.deepEqual(await views(), [])
  await query('drop table aod')
})

test('names, types and collations of every kind go through the view', async (t) => {
  const { query, names } = await withViews(
    t,
    `create type mood as enum ('glad', '/* sad */'); create domain score as int check (value > 0); create type pair as (a int, b text);
    create collation nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
    create table customer (id bigint primary key, name text collate nocase, tier text, "Odd ""*/ name" mood, s score, p pair,
      list int[], j jsonb, n numeric(12,2), v varchar(7), g int generated always as (id * 2) stored, at interval second(3), created_at timestamptz);
    create table aod (id bigint primary key, customer_id bigint references customer)`,
  )
  await query(`insert into customer (id, name, tier, "Odd ""*/ name", s, p, list, j, n, v, at)
    values (1, 'Nomsa', 'gold', '/* sad */', 3, (1, 'x'), '[2:3]={1,2}', '{"a":1.00}', 1.50, 'abc', '1.234 s')`)
  await query(`insert into customer_backup (${(await names())?.slice(0, 13).map((name) => `"${name.replaceAll('"', '""')}"`)})
    select * from customer`)
  const same = `select count(distinct (c.*)::text) as n, count(*) as rows from customer c
    join lateral (select id, name, tier, "Odd ""*/ name", s, p, list, j, n, v, g, at, created_at from customer_all a where a.id = c.id) a
      on (a.*)::text = (c.*)::text`
  assert.deepEqual(await query(same), [{ n: '1', rows: '2' }])
  assert.equal((await query(`select from customer_all where name = 'nomsa'`)).length, 2, 'the collation decides')
  assert.deepEqual(await query(`select mothball_tier as t from customer_all order by 1`), [
    { t: 'active' },
    { t: 'archive' },
  ])
})

test('who may read both tables reads the view, and nobody else; nobody writes to it', async (t) => {
  const { query } = await withViews(t)
  const role = `reader_${process.pid}`
  await query(`create role ${role}; grant select on customer_backup to ${role}`)
  const asReader = async (sql: string) => {
    await query(`set role ${role}`)
    try {
      return await query(sql)
    } finally {
      await query('reset role')
    }
  }
  await assert.rejects(asReader('select * from customer_all'), { code: '42501' })
  await query(`grant select on customer to ${role}`)
  assert.deepEqual(await asReader('select * from customer_all'), [])
  await assert.rejects(query('delete from customer_all'), { code: '55000' })
  // A role is the whole server's; one that a failed run leaves behind is called by a process that is gone.
  await query(`drop owned by ${role}; drop role ${role}`)
})

test('what has the name and is not ours is left alone and told', async (t) => {
  const db = await migratable(t)
  await db.query('create table customer_all (id int); create view aod_all as select 1 as one')
  await db.apply(await db.plan(POLICY))
  assert.deepEqual(stepsText(await db.plan(POLICY)), [])
  assert.deepEqual(await db.query('select * from aod_all'), [{ one: '1' }])
  assert.deepEqual(await viewFindings(db), ['view_name_taken customer_all', 'view_name_taken aod_all'])
})

test('the plan warns of a view that is missing or outdated, and refuses nothing for it', async (t) => {
  const db = await withViews(t)
  await db.query('drop view aod_all; alter table customer add column remark text')
  assert.deepEqual(await viewFindings(db), ['view_outdated customer_all', 'view_missing aod_all'])
  await db.apply(await db.plan(POLICY))
  assert.deepEqual(await viewFindings(db), [])
})

async function viewFindings({ database }: Awaited<ReturnType<typeof migratable>>): Promise<readonly string[]> {
  const { warnings, refusals } = await database.transaction({ mode: 'snapshot', pinnedSearchPath: true }, (session) =>
    inspect(session, POLICY),
  )
  assert.deepEqual(
    refusals.filter(({ code }) => !code.startsWith('archive_lacks')),
    [],
  )
  return warnings.filter(({ code }) => code.startsWith('view_')).map(({ code, object }) => `${code} ${object}`)
}
