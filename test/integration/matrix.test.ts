import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { hasCode } from '../../src/core/errors/index.ts'
import { applyMigration, planMigration } from '../../src/db/migrate.ts'
import { fillSampleTables } from '../../src/demo/sample-data.ts'
import { createSampleTables, SAMPLE_TABLES, type SampleUnit } from '../../src/demo/sample-tables.ts'
import { plan } from '../../src/engine/plan/plan.ts'
import { restore } from '../../src/engine/restore/restore.ts'
import { run } from '../../src/engine/run/run.ts'
import { verify } from '../../src/engine/verify/verify.ts'
import { policyOf, testEngine } from '../support/call-center.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'

type Related = 'archive' | 'keep' | 'block'
type Case = Readonly<{ foreignKeys: boolean; unit: SampleUnit; related: Related; criteria: 'basic' | 'enhanced' }>

const RELATED_TABLES = SAMPLE_TABLES.slice(1)

/** The specification in plain SQL, written a second time: what each option and criterion must move. */
function expectedSql({ unit, related, criteria }: Case): string {
  const at = (column: string) => (unit === 'timestamptz' ? column : `to_timestamp(${column} / 1000.0)`)
  const enhanced = [
    "not exists (select from nic_cc_aod x where x.customer_id = c.id and x.status = 'active')",
    "not exists (select from nic_cc_installment x where x.customer_id = c.id and coalesce(x.status, '') <> 'paid')",
    `not exists (select from nic_cc_follow_up x where x.customer_id = c.id and ${at('x.scheduled_at')} between now() and now() + interval '30 days')`,
    `not exists (select from nic_cc_call_log x where x.customer_id = c.id and ${at('x.created_at')} > now() - interval '30 days')`,
  ]
  const blocked = RELATED_TABLES.map((table) => `not exists (select from ${table} x where x.customer_id = c.id)`)
  const conditions = [
    `${at('c.created_at')} < now() - interval '60 days'`,
    ...(criteria === 'enhanced' ? enhanced : []),
    ...(related === 'block' ? blocked : []),
  ]
  return `select c.id from nic_cc_customer c where ${conditions.join(' and ')} order by c.id`
}

async function sample(t: TestContext, { foreignKeys, unit }: Case): Promise<TestDatabase> {
  const options = { customers: 300, seed: 7, foreignKeys, unit }
  return testDatabase(t, {
    template: {
      name: `matrix_${foreignKeys}_${unit}`,
      build: async (query) => {
        await createSampleTables(query, options)
        await fillSampleTables(query, options)
      },
    },
  })
}

const contents = async (db: TestDatabase) => {
  const rows = SAMPLE_TABLES.map(
    (table) => `select '${table}' as name, md5(string_agg(x::text, ',' order by id)) as rows from ${table} x`,
  )
  return db.query(`${rows.join(' union all ')} order by 1`)
}

const count = async (db: TestDatabase, table: string) =>
  Number((await db.query(`select count(*) as n from ${table}`))[0]?.['n'])

const failing = async (engine: Parameters<typeof verify>[0], policy: Parameters<typeof verify>[1]) =>
  (await verify(engine, policy)).checks.filter((check) => !check.ok)

for (const foreignKeys of [false, true])
  for (const unit of ['timestamptz', 'epoch_ms'] as const)
    for (const related of ['archive', 'keep', 'block'] as const)
      for (const criteria of ['basic', 'enhanced'] as const) {
        const one: Case = { foreignKeys, unit, related, criteria }
        const words = `${related}, ${criteria}, ${unit}, ${foreignKeys ? 'with' : 'without'} foreign keys`
        if (related === 'keep' && foreignKeys)
          test(`related rows cannot stay under enforced keys, and nothing moves: ${words}`, (t) => refused(t, one))
        else test(`plan, run, verify and undo agree with plain SQL: ${words}`, (t) => agreed(t, one))
      }

async function prepare(t: TestContext, one: Case) {
  const db = await sample(t, one)
  const policy = policyOf({ unit: one.unit, policy: { related: one.related, criteria: one.criteria, batchSize: 100 } })
  const engine = testEngine(t, db)
  await applyMigration(engine.database, await planMigration(engine.database, [policy]))
  return { db, policy, engine }
}

async function refused(t: TestContext, one: Case) {
  const { db, policy, engine } = await prepare(t, one)
  const before = await contents(db)
  const found = await plan(engine, policy)
  assert.ok(
    found.refusals.some((each) => each.code === 'keep_under_foreign_key'),
    JSON.stringify(found.refusals),
  )
  await assert.rejects(run(engine, policy, { confirm: found.eligible }), (error) => hasCode(error, 'plan_refused'))
  assert.deepEqual(await contents(db), before)
}

async function agreed(t: TestContext, one: Case) {
  const { db, policy, engine } = await prepare(t, one)
  const before = await contents(db)
  const expected = (await db.query(expectedSql(one))).map((row) => row['id'])
  const planned = await plan(engine, policy)
  assert.equal(planned.eligible, expected.length)

  const result = await run(engine, policy, { confirm: planned.eligible })
  assert.deepEqual([result.status, result.archived, result.related], ['success', expected.length, planned.related])
  const moved = await db.query('select id from nic_cc_customer_backup order by id')
  assert.deepEqual(
    moved.map((row) => row['id']),
    expected,
  )
  for (const table of RELATED_TABLES) {
    const twin = one.related === 'archive' ? await count(db, `${table}_backup`) : 0
    assert.equal(twin, planned.related[table] ?? 0)
  }
  assert.deepEqual(await failing(engine, policy), [])

  const home = await restore(engine, policy, { selection: { by: 'run', run: result.run }, reason: 'undone' })
  assert.deepEqual([home.restored, home.conflicts], [expected.length, []])
  assert.deepEqual(await contents(db), before)
  assert.deepEqual(await failing(engine, policy), [])
  const next = await plan(engine, policy)
  assert.deepEqual([next.eligible, next.kept['restored']], [0, expected.length])
}
