import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Policy } from '../../src/core/policy.ts'
import { isProblems, type PolicyInput, parsePolicy } from '../../src/core/policy-schema.ts'
import { applyMigration, planMigration } from '../../src/db/migrate.ts'
import type { Engine } from '../../src/engine/ports.ts'
import { restore } from '../../src/engine/restore/restore.ts'
import { run } from '../../src/engine/run/run.ts'
import { verify } from '../../src/engine/verify/verify.ts'
import { testEngine } from '../support/call-center.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'

type Place = Readonly<{ db: TestDatabase; engine: Engine; policy: Policy }>

async function place(t: TestContext, ddl: string, input: PolicyInput): Promise<Place> {
  const db = await testDatabase(t)
  await db.query(ddl)
  const policy = parsePolicy({ guard: 1, ...input }, 'policy')
  if (isProblems(policy)) throw new Error(JSON.stringify(policy))
  const engine = testEngine(t, db)
  await applyMigration(engine.database, await planMigration(engine.database, [policy]))
  return { db, engine, policy }
}

const rowsOf = async ({ db }: Place, tables: readonly string[]) => {
  const all: Record<string, unknown> = {}
  for (const table of tables)
    all[table] = (await db.query(`select x::text as row from ${table} x order by 1`)).map((row) => row['row'])
  return all
}

/** Archives, verifies, restores everything, verifies again: the tables must be what they were. */
async function thereAndBack(there: Place, tables: readonly string[], archived: number) {
  const before = await rowsOf(there, tables)
  const result = await run(there.engine, there.policy)
  assert.deepEqual([result.status, result.archived], ['success', archived])
  assert.deepEqual(
    (await verify(there.engine, there.policy)).checks.filter((check) => !check.ok),
    [],
  )
  const back = await restore(there.engine, there.policy, {
    selection: { by: 'run', run: result.run },
    reason: 'there and back',
  })
  assert.deepEqual([back.restored, back.conflicts], [archived, []])
  assert.deepEqual(await rowsOf(there, tables), before)
  assert.deepEqual(
    (await verify(there.engine, there.policy)).checks.filter((check) => !check.ok),
    [],
  )
}

test('keys of several columns move and come home, and a tenant keeps his neighbour of the same number', async (t) => {
  const there = await place(
    t,
    `create schema shop;
     create table shop.orders (tenant text, number integer, closed_on date, note text, primary key (tenant, number));
     create table shop.lines (tenant text, number integer, line integer, price numeric(10,4), primary key (tenant, number, line),
       foreign key (tenant, number) references shop.orders);
     insert into shop.orders select 'a"b,{}', n, current_date - case when n <= 3 then 400 else 1 end, 'x' from generate_series(1, 5) n;
     insert into shop.orders select 'a', n, current_date - 1, null from generate_series(1, 5) n;
     insert into shop.lines select tenant, number, line, 1.5 from shop.orders, generate_series(1, 2) line`,
    {
      name: 'orders',
      subject: 'shop.orders',
      age: { column: 'closed_on', days: 365, zone: 'Africa/Johannesburg' },
      relations: [{ table: 'shop.lines' }],
    },
  )
  await thereAndBack(there, ['shop.orders', 'shop.lines'], 3)
})

test('uuid keys, odd names and a timestamp in a declared zone move and come home', async (t) => {
  const there = await place(
    t,
    `create schema "Odd Schema";
     create table "Odd Schema"."Kunde (älter)" ("Id" uuid primary key default gen_random_uuid(), "Seit wann?" timestamp, "select" text);
     create table "Odd Schema"."Anruf" (id serial primary key, "Kunde" uuid references "Odd Schema"."Kunde (älter)");
     insert into "Odd Schema"."Kunde (älter)" ("Seit wann?", "select") select now() - interval '90 days', 'x' from generate_series(1, 4);
     insert into "Odd Schema"."Anruf" ("Kunde") select "Id" from "Odd Schema"."Kunde (älter)"`,
    {
      name: 'kunden',
      subject: 'Odd Schema.Kunde (älter)',
      age: { column: 'Seit wann?', days: 60, zone: 'Europe/Berlin' },
      relations: [{ table: 'Odd Schema.Anruf' }],
    },
  )
  await thereAndBack(there, ['"Odd Schema"."Kunde (älter)"', '"Odd Schema"."Anruf"'], 4)
})

test('a relation to a unique column that is not the key, three levels deep, is followed', async (t) => {
  const there = await place(
    t,
    `create table account (id bigint primary key, code text unique, opened bigint);
     create table contract (id bigint primary key, account_code text references account (code));
     create table invoice (id bigint primary key, contract bigint references contract);
     create table payment (id bigint primary key, invoice bigint references invoice, amount numeric);
     insert into account select n, 'C' || n, extract(epoch from now() - interval '100 days')::bigint from generate_series(1, 3) n;
     insert into contract select n, 'C' || n from generate_series(1, 3) n;
     insert into invoice select n * 10 + i, n from generate_series(1, 3) n, generate_series(0, 1) i;
     insert into payment select id, id, 1.10 from invoice`,
    {
      name: 'accounts',
      subject: 'account',
      age: { column: 'opened', days: 60, unit: 'epoch_s' },
      relations: [
        { table: 'contract' },
        { table: 'invoice', parent: 'contract' },
        { table: 'payment', parent: 'invoice' },
      ],
      keep: [{ name: 'large_payment', relation: 'payment', where: [{ column: 'amount', operator: '>', value: 1000 }] }],
    },
  )
  await there.db.query('update payment set amount = 5000 where id = 10')
  await thereAndBack(there, ['account', 'contract', 'invoice', 'payment'], 2)
})

test("no setting of the database mixes up rows: one without a number takes none of one who is called 'NULL'", async (t) => {
  const there = await place(
    t,
    `do $$ begin execute format('alter database %I set array_nulls = off', current_database());
       execute format('alter database %I set quote_all_identifiers = on', current_database()); end $$;
     create table account (id bigint primary key, code text unique, opened date);
     create table contract (id bigint primary key, code text, ends date);
     insert into account values (1, null, current_date - 90), (2, 'NULL', current_date), (3, 'C3', current_date - 90);
     insert into contract values (7, 'NULL', current_date), (8, 'C3', current_date), (9, null, null)`,
    {
      name: 'accounts',
      subject: 'account',
      age: { column: 'opened', days: 60, zone: 'Europe/Berlin' },
      relations: [{ table: 'contract', columns: ['code'], references: ['code'] }],
      keep: [{ name: 'runs', relation: 'contract', where: [{ column: 'ends', operator: '>', value: { ahead: 30 } }] }],
    },
  )
  await thereAndBack(there, ['account', 'contract'], 2)
})

test('a row that was left behind is found though another subject has no number to refer to', async (t) => {
  const there = await place(
    t,
    `create table account (id bigint primary key, code text unique, opened timestamptz);
     create table contract (id bigint primary key, account_code text);
     insert into account values (1, 'C1', now() - interval '90 days'), (2, null, now())`,
    {
      name: 'accounts',
      subject: 'account',
      age: { column: 'opened', days: 60 },
      relations: [{ table: 'contract', columns: ['account_code'], references: ['code'] }],
    },
  )
  assert.equal((await run(there.engine, there.policy)).archived, 1)
  await there.db.query("insert into contract values (7, 'C1')")
  const { checks } = await verify(there.engine, there.policy)
  assert.match(checks.find(({ name }) => name === 'orphans')?.detail ?? '', /contract: 1 row \(7\) without/)
})

test('tables with a foreign key into the family join it by themselves where the policy says discover', async (t) => {
  const there = await place(
    t,
    `create table ticket (id bigint primary key, closed_at timestamptz);
     create table comment (id bigint primary key, ticket bigint references ticket on delete cascade);
     create table attachment (id bigint primary key, comment bigint references comment on delete set null);
     insert into ticket select n, now() - interval '90 days' from generate_series(1, 2) n;
     insert into comment select n, n from generate_series(1, 2) n;
     insert into attachment select n, n from generate_series(1, 2) n`,
    { name: 'tickets', subject: 'ticket', age: { column: 'closed_at', days: 30 }, discover: true },
  )
  await thereAndBack(there, ['ticket', 'comment', 'attachment'], 2)
})

test('a keep rule on the subject itself keeps it', async (t) => {
  const there = await place(
    t,
    `create type mood as enum ('calm', 'vip');
     create table guest (id bigint primary key, mood mood, visited_at timestamptz);
     insert into guest values (1, 'calm', now() - interval '90 days'), (2, 'vip', now() - interval '90 days'), (3, null, now() - interval '90 days')`,
    {
      name: 'guests',
      subject: 'guest',
      age: { column: 'visited_at', days: 30 },
      keep: [{ name: 'vip', where: [{ column: 'mood', operator: '=', value: 'vip' }] }],
    },
  )
  await thereAndBack(there, ['guest'], 2)
})
