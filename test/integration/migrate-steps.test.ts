import assert from 'node:assert/strict'
import { test } from 'node:test'
import { planIndexChanges } from '../../src/core/migration.ts'
import { applyMigration, type MigrationStep, planIndexes, requireJournal } from '../../src/db/migrate.ts'
import { openDatabase } from '../../src/db/open-database.ts'
import { SEARCH_FORMS } from '../../src/sql/search.sql.ts'
import { raw, sql } from '../../src/sql/tag.ts'
import { MIGRATIONS, migratable, POLICY } from '../support/migratable.ts'
import { policyOf } from '../support/shapes.ts'

test('two who migrate at once both succeed, and all of it is there once', async (t) => {
  const { plan, query, url, judge } = await migratable(t)
  const steps = await plan()
  const others = [1, 2, 3, 4].map(() => openDatabase({ url }))
  t.after(() => Promise.all(others.map((each) => each.close())))
  await Promise.all(others.map((each) => applyMigration(each, steps)))
  assert.deepEqual(await plan(), [])
  assert.deepEqual((await judge()).refusals, [])
  assert.deepEqual(await query('select count(*) as n from mothball.migration'), [{ n: String(MIGRATIONS.length) }])
})

test('a step that fails leaves nothing behind, and the next ones are not tried', async (t) => {
  const { apply, query } = await migratable(t)
  const step = { kind: 'log', object: 'x', title: 'x', transactional: true } as const
  const steps = [
    { ...step, statements: [raw('create table public.first (id int)'), raw('create table public.customer (id int)')] },
    { ...step, statements: [raw('create table public.second (id int)')] },
  ]
  await assert.rejects(apply(steps), { code: 'statement_failed' })
  assert.deepEqual(await query(`select to_regclass('first') as a, to_regclass('second') as b`), [{ a: null, b: null }])
})

test('each step is told when it is done', async (t) => {
  const { plan, database } = await migratable(t)
  const steps = await plan()
  const heard: MigrationStep[] = []
  await applyMigration(database, steps, { onStep: (step) => heard.push(step) })
  assert.deepEqual(heard, steps)
})

test('a journal that is missing, older or newer is named as such', async (t) => {
  const { plan, apply, query, database } = await migratable(t)
  const required = () => database.transaction({}, (session) => requireJournal(session))
  await assert.rejects(required(), { code: 'journal_missing' })
  await query('create schema mothball')
  await assert.rejects(required(), { code: 'journal_missing' })
  await apply(await plan())
  await required()
  const needed = Number.parseInt(MIGRATIONS.at(-1) ?? '', 10)
  await query(`insert into mothball.migration (version, name) values (${needed + 1}, 'later')`)
  await assert.rejects(required(), { code: 'journal_newer', facts: { found: needed + 1, known: needed } })
  await assert.rejects(plan(), { code: 'journal_newer' })
  await query('delete from mothball.migration where version > 1')
  await assert.rejects(required(), { code: 'journal_outdated', facts: { found: 1, needed } })
})

test('a journal of an older version is brought up by what it lacks', async (t) => {
  const { plan, apply, database } = await migratable(t)
  const steps = await plan()
  await apply(steps.slice(0, 1))
  const rest = (await plan()).filter(({ kind }) => kind === 'journal')
  assert.deepEqual(
    rest.map(({ object }) => object),
    MIGRATIONS.slice(1),
  )
  await apply(rest)
  await database.transaction({}, (session) => requireJournal(session))
})

test('an index on what show searches is the one that the search uses', async (t) => {
  const { apply, plan, database, query } = await migratable(t)
  const policy = policyOf({
    relations: [{ table: 'aod' }],
    search: { phone: ['mobile'], text: ['name'], email: ['mobile'] },
  })
  await apply(await plan(policy))
  const steps = await planIndexes(database, [policy])
  assert.deepEqual(
    steps.map(({ title }) => title),
    ['customer', 'customer_backup'].flatMap((name) => [
      `index ${name} (phone form of mobile)`,
      `index ${name} (email form of mobile)`,
      `index ${name} (text form of name)`,
    ]),
  )
  await apply(steps)
  assert.deepEqual(await planIndexes(database, [policy]), [])
  const found = await database.transaction({}, async (session) => {
    await session.execute(raw('set local enable_seqscan = off'))
    const query = sql<
      Record<'QUERY PLAN', string>
    >`explain select from public.customer c where ${SEARCH_FORMS.phone(raw('c.mobile'))} = ${'825550142'}`
    return (await session.rows(query)).map((row) => row['QUERY PLAN']).join(' ')
  })
  assert.match(found, /mothball_customer_phone_mobile/)
  await query(
    `insert into customer (name, mobile) values ('x', '+27 82 555 0142'), ('y', '(082) 555-0142'), ('z', '+27 82 555 0143')`,
  )
  const rows = await database.rows(
    sql<{
      name: string
    }>`select name from public.customer c where ${SEARCH_FORMS.phone(raw('c.mobile'))} = ${'825550142'} order by 1`,
  )
  assert.deepEqual(
    rows.map(({ name }) => name),
    ['x', 'y'],
  )
})

test('an unindexed reference gets its index, after what a broken build left', async (t) => {
  const { read, database, query, apply } = await migratable(t)
  await query(
    'drop index aod_customer_id_idx; insert into customer (id, name) values (1, $$a$$); insert into aod (customer_id) values (1), (1)',
  )
  const [change] = planIndexChanges([POLICY], await read(POLICY))
  const name = change?.name ?? ''
  await assert.rejects(query(`create unique index concurrently ${name} on aod (customer_id)`), /duplicate|unique/)
  const valid = async () =>
    (await query('select indisvalid, indisunique from pg_index where indexrelid = $1::regclass', [name]))[0]
  assert.deepEqual(await valid(), { indisvalid: 'f', indisunique: 't' })
  const steps = await planIndexes(database, [POLICY])
  assert.deepEqual(
    steps.map(({ statements }) => statements.length),
    [2],
  )
  await apply(steps)
  assert.deepEqual(await valid(), { indisvalid: 't', indisunique: 'f' })
  assert.deepEqual(await planIndexes(database, [POLICY]), [])
})
