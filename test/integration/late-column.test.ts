import assert from 'node:assert/strict'
import { test } from 'node:test'
import { planMigration } from '../../src/db/migrate.ts'
import { restore } from '../../src/engine/restore/restore.ts'
import { archiveToy, migrateToy, type Toy, toyTables } from '../support/archived-table.ts'
import { assertClean } from '../support/verified.ts'

const ITEM = `create table item (id bigint primary key, name text,
  created_at timestamptz not null default now() - interval '90 days'); insert into item values (1, 'a'), (2, 'b')`

/** Two archived items, and their table changed since. */
async function changedSince(t: Parameters<typeof toyTables>[0], ddl: string): Promise<Toy> {
  const toy = await toyTables(t, ITEM, { subject: 'item' })
  await archiveToy(toy)
  await toy.db.query(ddl)
  return toy
}

const bringAll = ({ engine, policy }: Toy) =>
  restore(engine, policy, { selection: { by: 'time', since: '2000-01-01', until: null }, reason: 'undo' })

const LATE: readonly [what: string, ddl: string, expected: string][] = [
  ['a number', 'alter table item add risk integer not null default -7', '-7'],
  ['a text with quotes', "alter table item add risk varchar(20) not null default 'it''s \\ \"so\"'", 'it\'s \\ "so"'],
  ['an array', 'alter table item add risk text[] not null default \'{a,"b c"}\'', '{a,"b c"}'],
  [
    'an enum',
    "create type level as enum ('low', 'high'); alter table item add risk level not null default 'low'",
    'low',
  ],
  [
    'what the active rows were given, though the default is another by now',
    'alter table item add risk integer not null default 1; alter table item alter risk set default 2',
    '1',
  ],
  [
    'a column that was filled by hand, and has a constant default',
    "alter table item add risk text; update item set risk = 'none'; alter table item alter risk set default 'none', alter risk set not null",
    'none',
  ],
]

for (const [what, ddl, expected] of LATE)
  test(`rows archived before a NOT NULL column came home with its value: ${what}`, async (t) => {
    const toy = await changedSince(t, ddl)
    const [step] = await planMigration(toy.engine.database, [toy.policy])
    assert.match(step?.title ?? '', /^add to item_backup: risk \(.* in rows that are there\)$/)
    await migrateToy(toy)
    await assertClean(toy)
    const result = await bringAll(toy)
    assert.deepEqual([result.restored, result.conflicts], [2, []])
    assert.deepEqual(await toy.db.query('select risk::text as risk from item order by id'), [
      { risk: expected },
      { risk: expected },
    ])
    await assertClean(toy)
  })

test('the moment that now() was when the column was added is what the archived rows get', async (t) => {
  const toy = await toyTables(t, ITEM.replace("(2, 'b')", "(2, 'b'), (3, 'young')"), { subject: 'item' })
  await toy.db.query('update item set created_at = now() where id = 3')
  await archiveToy(toy)
  await toy.db.query('alter table item add seen timestamptz not null default now()')
  await migrateToy(toy)
  assert.equal((await bringAll(toy)).restored, 2)
  assert.deepEqual(await toy.db.query('select count(distinct seen) as moments, count(*) as items from item'), [
    { moments: '1', items: '3' },
  ])
})

test('a default leaves nothing behind in the archive: rows to come bring their own value', async (t) => {
  const toy = await changedSince(t, 'alter table item add risk integer not null default 5')
  await migrateToy(toy)
  await toy.db.query("insert into item values (3, 'c', now() - interval '90 days', 9)")
  await archiveToy(toy)
  assert.deepEqual(await toy.db.query('select id, risk from item_backup order by id'), [
    { id: '1', risk: '5' },
    { id: '2', risk: '5' },
    { id: '3', risk: '9' },
  ])
  assert.deepEqual(
    await toy.db.query(`select 1 from pg_attrdef where adrelid = 'item_backup'::regclass
      and adnum = (select attnum from pg_attribute where attrelid = adrelid and attname = 'risk')`),
    [],
  )
})

test('a value that nobody can know is not made up: the rows stay, and migrate says so', async (t) => {
  const toy = await changedSince(t, 'alter table item add token uuid not null default gen_random_uuid()')
  const [step] = await planMigration(toy.engine.database, [toy.policy])
  assert.equal(step?.title, 'add to item_backup: token (empty in rows that are there: fill it before they come home)')
  await migrateToy(toy)
  const result = await bringAll(toy)
  assert.deepEqual([result.restored, result.conflicts.length], [0, 2])
  await toy.db.query('update item_backup set token = gen_random_uuid()')
  assert.equal((await bringAll(toy)).restored, 2)
  await assertClean(toy)
})
