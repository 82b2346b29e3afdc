import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fingerprintsOf } from '../../src/db/fingerprint.ts'
import { applyMigration, planMigration } from '../../src/db/migrate.ts'
import { openDatabase } from '../../src/db/open-database.ts'
import { testDatabase } from '../support/database.ts'

const DDL = `create type mood as enum ('ok', 'sad');
  create domain feeling as mood;
  create table customer (id bigint primary key, name text, age int, mood mood, moods mood[], feeling feeling,
    constraint grown check (age > 0));
  create table other (id bigint primary key);
  create table person (id bigint not null);
  create function f() returns trigger language plpgsql as $$ begin return new; end $$;
  create trigger touch before update on customer for each row execute function f();
  create rule note as on update to customer do also nothing;
  create policy mine on customer using (id > 1)`

const CHANGES: Readonly<Record<string, string>> = {
  'a new column': 'alter table customer add column x text',
  'a dropped column': 'alter table customer drop column name',
  'a renamed column': 'alter table customer rename column name to title',
  'another type': 'alter table customer alter column age type bigint',
  'another modifier': 'alter table customer alter column name type varchar(30)',
  'another collation': 'alter table customer alter column name type text collate "C"',
  'not null': 'alter table customer alter column age set not null',
  'an identity': 'alter table customer alter column id add generated always as identity',
  'another name': 'alter table customer rename to client',
  'another schema': 'create schema crm; alter table customer set schema crm',
  'the schema renamed': 'alter schema public rename to old',
  'a new label': `alter type mood add value 'new'`,
  'a renamed label': `alter type mood rename value 'sad' to 'low'`,
  'a new constraint': 'alter table customer add check (age < 200)',
  'a dropped constraint': 'alter table customer drop constraint grown',
  'a foreign key from here': 'alter table customer add foreign key (age) references other',
  'a foreign key to here': 'alter table other add foreign key (id) references customer',
  'a new trigger': 'create trigger more after delete on customer execute function f()',
  'a disabled trigger': 'alter table customer disable trigger touch',
  'the text of a trigger function':
    'create or replace function f() returns trigger language plpgsql as $$ begin return null; end $$',
  'a setting of a trigger function': 'alter function f() set work_mem = 100',
  'a new rule': 'create rule more as on delete to customer do instead nothing',
  'a disabled rule': 'alter table customer disable rule note',
  'a changed policy': 'alter policy mine on customer using (id > 2)',
  'row security': 'alter table customer enable row level security',
  'forced row security': 'alter table customer force row level security',
  'an inheritor': 'create table vip () inherits (customer)',
  'a parent': 'alter table customer inherit person',
  'no longer logged': 'alter table customer set unlogged',
}

const NO_CHANGES: Readonly<Record<string, string>> = {
  'new rows': 'insert into customer (id, age) select n, n from generate_series(1, 1000) n',
  statistics: 'analyze customer',
  'a grant': 'grant select on customer to public',
  'a comment': `comment on table customer is 'x'`,
  'an index': 'create index on customer (name)',
  'a change of another table': 'alter table other add column x text',
}

test('every change of a shape changes its fingerprint, and nothing else does', async (t) => {
  const db = await testDatabase(t)
  const database = openDatabase({ url: db.url })
  t.after(() => database.close())
  await applyMigration(
    database,
    (await planMigration(database, [])).filter(({ kind }) => kind === 'journal'),
  )
  await db.query(DDL)
  const [row] = await db.query(`select 'customer'::regclass::oid as oid`)
  const oid = row?.['oid'] ?? ''
  const fingerprint = () => database.transaction({}, (session) => fingerprintsOf(session, [oid]))
  const before = await fingerprint()
  assert.match(before, /^\d+:-?\d+$/)
  const after = async (ddl: string) => {
    try {
      await db.query(`begin; ${ddl}`)
      const rows = await db.query('select digest from mothball.fingerprint(array[$1]::oid[])', [oid])
      return `${oid}:${rows[0]?.['digest']}`
    } finally {
      await db.query('rollback')
    }
  }
  for (const [what, ddl] of Object.entries(CHANGES))
    await t.test(`${what} is seen`, async () => assert.notEqual(await after(ddl), before))
  for (const [what, ddl] of Object.entries(NO_CHANGES))
    await t.test(`${what}: the shape is the same`, async () => assert.equal(await after(ddl), before))
  await t.test('a table that is gone has no fingerprint', async () => {
    await db.query('drop table customer')
    assert.equal(await fingerprint(), '')
  })
})
