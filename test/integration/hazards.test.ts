import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { PolicyInput } from '../../src/core/policy-schema.ts'
import { readCatalog } from '../../src/db/catalog.ts'
import type { Database } from '../../src/db/database.ts'
import { applyMigration, planMigration } from '../../src/db/migrate.ts'
import { openDatabase } from '../../src/db/open-database.ts'
import { startEmbeddedPostgres } from '../../src/demo/embedded-postgres.ts'
import { raw, sql } from '../../src/sql/tag.ts'
import { testDatabase } from '../support/database.ts'
import { HAZARD_BASE, HAZARD_CASES, HAZARD_RELATIONS, type HazardCase } from '../support/hazard-cases.ts'
import { type Judged, judge, policyOf } from '../support/shapes.ts'

class Undo extends Error {}

/** What is found after `ddl`, which is then undone. */
async function judgeAfter(database: Database, { ddl, policy }: Pick<HazardCase, 'ddl' | 'policy'>): Promise<Judged> {
  let judged: Judged | null = null
  const work = database.transaction({ pinnedSearchPath: true }, async (session) => {
    if (ddl !== undefined)
      await session.execute(raw(`set local search_path = public; ${ddl}; set local search_path = pg_catalog`))
    const parsed = policyOf({ relations: HAZARD_RELATIONS, ...policy })
    judged = judge(parsed, await readCatalog(session, [parsed]))
    throw new Undo()
  })
  await work.catch((error: unknown) => {
    if (!(error instanceof Undo)) throw error
  })
  assert.ok(judged !== null)
  return judged
}

async function prepared(t: TestContext) {
  const db = await testDatabase(t)
  const database = openDatabase({ url: db.url })
  t.after(() => database.close())
  await db.query(HAZARD_BASE)
  await applyMigration(database, await planMigration(database, [policyOf({ relations: HAZARD_RELATIONS })]))
  const [version] = await db.query("select current_setting('server_version_num') as n")
  return { db, database, version: Number(version?.['n']) }
}

test('each hazard is found in a real database, and no other with it', async (t) => {
  const { database, version } = await prepared(t)
  for (const [title, { since = 0, refused, ...change }] of Object.entries(HAZARD_CASES))
    await t.test(title, async (inner) => {
      if (version < since) return inner.skip(`needs PostgreSQL ${since / 10_000}`)
      const { refusals } = await judgeAfter(database, change)
      assert.deepEqual(refusals, refused)
    })
})

test('every statement that a hint offers mends its hazard', async (t) => {
  const { database, version } = await prepared(t)
  for (const [title, { since = 0, refused, ddl, ...rest }] of Object.entries(HAZARD_CASES)) {
    if (version < since || refused.length === 0) continue
    const before = await judgeAfter(database, { ...rest, ...(ddl === undefined ? {} : { ddl }) })
    for (const { code, object, hint } of before.all) {
      const statement = /`((?:alter|drop|create)(?: (?!concurrently)[^`]*)?;)`/.exec(hint)?.[1]
      // What a person has to choose, and what would leave the transaction, cannot be tried.
      if (statement === undefined || /<\w+>|concurrently/.test(statement) || /set local role/.test(ddl ?? '')) continue
      await t.test(`${title}: ${code} ${object}`, async () => {
        const after = await judgeAfter(database, { ...rest, ddl: `${ddl ?? ''}; ${statement}`.replace(/;$/, '') })
        assert.equal(
          after.all.some((each) => each.code === code && each.object === object),
          false,
          statement,
        )
      })
    }
  }
})

test('what may go on is told as a warning', async (t) => {
  const { database } = await prepared(t)
  const warned = async (ddl: string, policy: Partial<PolicyInput> = {}) =>
    (await judgeAfter(database, { ddl, policy })).warnings
  assert.deepEqual(await warned('select'), [])
  assert.deepEqual(await warned('drop index aod_customer_id_idx'), ['missing_index aod.customer_id'])
  assert.deepEqual(
    await warned(
      `create function f() returns trigger language plpgsql as $$ begin return new; end $$;
      create trigger stamp before insert on customer for each row execute function f()`,
    ),
    ['trigger_on_restore customer.stamp'],
  )
  assert.deepEqual(
    await warned(`create unique index by_mail on customer_backup (email); alter table customer_backup add column box text;
      alter table customer_backup add check (amount > 0)`),
    [
      'archive_extra_unique customer_backup.by_mail',
      'archive_extra_column customer_backup.box',
      'archive_extra_check customer_backup',
    ],
  )
  assert.deepEqual(
    await warned('alter table aod drop constraint aod_customer_id_fkey', {
      relations: [{ table: 'aod', columns: ['customer_id'], action: 'keep' }],
    }),
    ['intended_orphans aod'],
  )
  assert.deepEqual(
    await warned(`alter table aod drop constraint aod_customer_id_fkey;
      alter table aod add constraint late foreign key (customer_id) references customer not valid`),
    ['reference_not_valid aod.late'],
  )
  assert.deepEqual(await warned('alter table customer enable row level security'), [
    'archive_without_row_security customer_backup',
  ])
})

test('a temporary table is refused as a subject', async (t) => {
  const { database } = await prepared(t)
  const judged = database.transaction({ pinnedSearchPath: true }, async (session) => {
    await session.execute(raw('create temporary table client (id bigint primary key, created_at timestamptz)'))
    const { name } = await session.one(sql<{ name: string }>`select pg_my_temp_schema()::regnamespace::text as name`)
    const policy = policyOf({ subject: `${name}.client`, relations: [] })
    return judge(policy, await readCatalog(session, [policy])).refusals[0]?.replace(name, 'pg_temp')
  })
  assert.equal(await judged, 'not_plain_table pg_temp.client')
})

test('a read-only database is refused', async (t) => {
  const { db } = await prepared(t)
  const [row] = await db.query('select current_database() as name')
  await db.query(`alter database ${row?.['name']} set default_transaction_read_only = on`)
  const again = openDatabase({ url: db.url })
  t.after(() => again.close())
  const policy = policyOf({ relations: HAZARD_RELATIONS })
  const catalog = await again.transaction({ mode: 'snapshot', pinnedSearchPath: true }, (session) =>
    readCatalog(session, [policy]),
  )
  assert.deepEqual(judge(policy, catalog).refusals, [`server_not_primary ${row?.['name']}`])
  await assert.rejects(planMigration(again, [policy]), { code: 'server_not_primary' })
})

test('a server without fsync is refused', async (t) => {
  const binDir = process.env['MOTHBALL_TEST_PG_BIN']
  const server = await startEmbeddedPostgres({ settings: { fsync: 'off' }, ...(binDir ? { binDir } : {}) })
  t.after(() => server.stop())
  const database = openDatabase({ url: server.url() })
  t.after(() => database.close())
  await database.execute(raw(HAZARD_BASE))
  const policy = policyOf({ relations: HAZARD_RELATIONS })
  await applyMigration(database, await planMigration(database, [policy]))
  const catalog = await database.transaction({ mode: 'snapshot', pinnedSearchPath: true }, (session) =>
    readCatalog(session, [policy]),
  )
  assert.deepEqual(judge(policy, catalog).refusals, ['fsync_off postgres'])
})
