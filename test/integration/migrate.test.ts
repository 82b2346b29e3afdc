import assert from 'node:assert/strict'
import { test } from 'node:test'
import { migrationScript } from '../../src/sql/migration-step.sql.ts'
import { MIGRATIONS, migratable, stepsText } from '../support/migratable.ts'
import { policyOf } from '../support/shapes.ts'

/** Columns with type, default and constraint as the catalog prints them. */
const COLUMNS = `select attname || ' ' || format_type(atttypid, atttypmod) || case when attnotnull then ' not null' else '' end
    || coalesce(' default ' || pg_get_expr(adbin, adrelid), '') || attidentity::text || attgenerated::text as line
  from pg_attribute left join pg_attrdef on adrelid = attrelid and adnum = attnum
  where attrelid = $1::regclass and attnum > 0 and not attisdropped order by attnum`

test('a new database gets its journal, archive tables and log, and then nothing more', async (t) => {
  const { plan, apply, judge, query } = await migratable(t)
  const steps = await plan()
  assert.deepEqual(stepsText(steps), ['archive customer_backup', 'archive aod_backup', 'log mothball_archive_log'])
  await apply(steps)
  assert.deepEqual(await plan(), [])
  assert.deepEqual(await judge(), { refusals: [], warnings: [], all: [] })
  const versions = await query('select name from mothball.migration order by version')
  assert.deepEqual(
    versions.map((row) => row['name']),
    MIGRATIONS,
  )
})

test('planning writes nothing', async (t) => {
  const { plan, query } = await migratable(t)
  const before = await query('select count(*) as n, max(oid) as last from pg_class')
  await plan()
  assert.deepEqual(await query('select count(*) as n, max(oid) as last from pg_class'), before)
})

test('an archive table has its columns as plain values, and ours with their defaults', async (t) => {
  const { plan, apply, query } = await migratable(t)
  await apply(await plan())
  const rows = await query(COLUMNS, ['customer_backup'])
  assert.deepEqual(
    rows.map((row) => row['line']),
    [
      'id bigint not null',
      'name character varying(40) not null',
      'mobile text',
      'amount numeric(12,2)',
      'created_at timestamp with time zone not null',
      'archived_at timestamp with time zone default now()',
      `archived_by text default 'system'::text`,
      `archive_reason text default '60_day_rule'::text`,
      'archive_batch bigint',
    ],
  )
  const indexes = await query(
    `select pg_get_indexdef(indexrelid) as line from pg_index where indrelid = 'aod_backup'::regclass order by 1`,
  )
  assert.deepEqual(
    indexes.map((row) => row['line']?.replace(/.* USING /, '')),
    ['btree (archive_batch)', 'btree (customer_id)', 'btree (id)'],
  )
})

test('the log has the fields of the specification, and takes no status of its own', async (t) => {
  const { plan, apply, query } = await migratable(t)
  await apply(await plan())
  const rows = await query(COLUMNS, ['mothball_archive_log'])
  assert.deepEqual(
    rows.map((row) => row['line']),
    [
      'id integer not nulld',
      'run_date timestamp with time zone not null',
      'records_archived integer not null',
      'records_failed integer not null',
      'status text not null',
      'error_message text',
      'execution_time_ms integer',
      'dry_run boolean not null default false',
      'run_id bigint',
      'policy text',
      'operation text',
      'cutoff timestamp with time zone',
      'actor text',
      'details jsonb',
    ],
  )
  const insert = (status: string) =>
    query(
      `insert into mothball_archive_log (run_date, records_archived, records_failed, status) values (now(), 1, 0, $1)`,
      [status],
    )
  await insert('partial')
  await assert.rejects(insert('done'), /status_check/)
})

const ODD = `${'ü'.repeat(29)}x`

test('odd names, domains of other schemas, collations and computed columns arrive exactly', async (t) => {
  const subject = `Crm Ä.${ODD}`
  const prepare = await migratable(
    t,
    `create schema "Crm Ä"; create schema types;
    create domain types.amount as numeric(12,2) check (value >= 0);
    create type types."Mood" as enum ('ok', 'it''s');
    create table "Crm Ä"."${ODD}" ("Id" uuid, "No 2" int, "select" types.amount not null default 0, mood types."Mood"[],
      name text collate "C", big text, double numeric generated always as ("No 2" * 2) stored,
      "created at" timestamptz(3), primary key ("No 2", "Id"));
    alter table "Crm Ä"."${ODD}" alter column big set storage external`,
  )
  const policy = policyOf({
    subject,
    age: { column: 'created at', days: 60 },
    archiveSuffix: '_b',
    logTable: 'Crm Ä.the log',
    reason: `it's \\ "old"`,
  })
  await prepare.apply(await prepare.plan(policy))
  assert.deepEqual(await prepare.judge(policy), { refusals: [], warnings: [], all: [] })
  const catalog = await prepare.read(policy)
  const [source, archive] = [catalog.tables.get(subject), catalog.tables.get(`${subject}_b`)]
  const facts = (shape: typeof source) => shape?.columns.map(({ name, type, collation }) => [name, type, collation])
  assert.deepEqual(facts(archive)?.slice(0, -4), facts(source))
  assert.deepEqual([archive?.key, archive?.checks], [['No 2', 'Id'], []])
  assert.deepEqual(
    archive?.columns.filter(({ generated, identity }) => generated ?? identity),
    [],
  )
  const [row] = await prepare.query(
    `insert into "Crm Ä"."${ODD}_b" ("Id", "No 2", "select") values (gen_random_uuid(), 1, 2) returning archive_reason`,
  )
  assert.equal(row?.['archive_reason'], `it's \\ "old"`)
  const [storage] = await prepare.query(
    `select attstorage from pg_attribute where attrelid = $1::regclass and attname = 'big'`,
    [`"Crm Ä"."${ODD}_b"`],
  )
  assert.equal(storage?.['attstorage'], 'e')
})

test('a virtual column is archived as a plain value', async (t) => {
  const { plan, apply, judge, query } = await migratable(t)
  const [version] = await query("select current_setting('server_version_num')::int >= 180000 as has")
  if (version?.['has'] !== 't') return t.skip('virtual columns came with PostgreSQL 18')
  await query('alter table aod add column twice bigint generated always as (id * 2) virtual')
  await apply(await plan())
  assert.deepEqual((await judge()).refusals, [])
})

test('the printed script makes the same as applying the steps', async (t) => {
  const { plan, query, judge } = await migratable(t)
  const steps = await plan(policyOf({ relations: [{ table: 'aod' }], reason: 'it\'s \\ "old"' }))
  for (const { statements } of steps) for (const { values } of statements) assert.deepEqual(values, [])
  await query(migrationScript(steps))
  assert.deepEqual(await plan(), [])
  assert.deepEqual((await judge()).refusals, [])
})

test('what the source has gained is added, empty in rows that are there unless null would keep them away', async (t) => {
  const { plan, apply, query, judge } = await migratable(t)
  await apply(await plan())
  await query(`insert into aod_backup (id, customer_id) values (1, 1);
    create schema types; create domain types.code as varchar(8) collate "C";
    alter table aod add column "The Code" types.code not null default 'x', add column twice int generated always as (1) stored`)
  const steps = await plan()
  assert.deepEqual(stepsText(steps), ['column aod_backup'])
  assert.equal(steps[0]?.title, "add to aod_backup: The Code ('x'::character varying in rows that are there), twice")
  await apply(steps)
  assert.deepEqual((await judge()).refusals, [])
  assert.deepEqual(await query('select "The Code", twice from aod_backup'), [{ 'The Code': 'x', twice: null }])
})

test("tables made by the specification's own recipe are filled up, without a guess about older rows", async (t) => {
  const { plan, apply, query, judge } = await migratable(t)
  await query(`create table customer_backup (like customer including all, archived_at timestamptz default now(),
      archived_by text default 'system');
    insert into customer_backup (id, name) values (7, 'kept');
    create table aod_backup (like aod);
    create table mothball_archive_log (id serial primary key, run_date timestamptz, records_archived integer,
      records_failed integer, status text, error_message text, execution_time_ms integer, dry_run boolean)`)
  const steps = await plan()
  assert.deepEqual(stepsText(steps), [
    'column customer_backup',
    'column aod_backup',
    'log mothball_archive_log',
    'index customer_backup',
    'index aod_backup',
    'index aod_backup',
  ])
  await apply(steps)
  assert.deepEqual(await plan(), [])
  assert.deepEqual((await judge()).refusals, ['archive_no_key aod_backup'])
  assert.deepEqual(await query('select archive_reason, archive_batch from customer_backup'), [
    { archive_reason: null, archive_batch: null },
  ])
  await query(`insert into customer_backup (id, name) values (8, 'new')`)
  assert.deepEqual(await query('select archive_reason from customer_backup where id = 8'), [
    { archive_reason: '60_day_rule' },
  ])
})

test("a stranger's table of the name is left as it is", async (t) => {
  const { plan, apply, query, judge } = await migratable(t)
  await query('create table aod_backup (box text primary key); create table mothball_archive_log (note text)')
  await apply(await plan())
  assert.deepEqual(await query(COLUMNS, ['aod_backup']), [{ line: 'box text not null' }])
  assert.deepEqual(await query(COLUMNS, ['mothball_archive_log']), [{ line: 'note text' }])
  const { refusals } = await judge()
  assert.ok(refusals.includes('archive_key_differs aod_backup'))
  assert.ok(refusals.includes('log_table_differs mothball_archive_log.status'))
})
