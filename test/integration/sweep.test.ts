import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LateAction } from '../../src/core/late.ts'
import { reconcile } from '../../src/engine/reconcile/reconcile.ts'
import { run } from '../../src/engine/run/run.ts'
import { previewSweep, sweep } from '../../src/engine/sweep/sweep.ts'
import { ARCHIVED_KEYS, type ArchivedCenter, archivedCenter } from '../support/archived-center.ts'
import { archiveToy, toyTables } from '../support/archived-table.ts'
import { callCenter } from '../support/call-center.ts'
import { once } from '../support/reached.ts'
import { connect } from '../support/server.ts'
import { assertClean, differing, verified } from '../support/verified.ts'

const [KEY] = ARCHIVED_KEYS

const withLate = (center: ArchivedCenter, late: LateAction): ArchivedCenter => ({
  ...center,
  policy: { ...center.policy, late },
})

const count = async ({ db }: ArchivedCenter, table: string, where = 'true'): Promise<number> =>
  Number((await db.query(`select count(*) as n from ${table} where ${where}`))[0]?.['n'])

const lateCall = ({ db }: ArchivedCenter, key: string = KEY) =>
  db.query(`insert into nic_cc_call_log (customer_id, remark) values (${key}, 'late')`)

test('a row written for an archived customer brings his family home, and he stays', async (t) => {
  const center = await archivedCenter(t)
  await lateCall(center)
  const swept = await sweep(center.engine, center.policy)
  assert.deepEqual([swept.rows, swept.restored, swept.left], [{ nic_cc_call_log: 1 }, 1, {}])
  assert.equal(await count(center, 'nic_cc_customer', `id = ${KEY}`), 1)
  assert.equal(await count(center, 'nic_cc_call_log', `customer_id = ${KEY}`), 2)
  await assertClean(center)
  assert.equal((await run(center.engine, center.policy)).archived, 0)
})

test('under follow the row moves after its customer, with what stands below it, and the proof closes', async (t) => {
  const center = withLate(await archivedCenter(t), 'follow')
  await center.db.query(`insert into nic_cc_payment_plan (id, customer_id, total) values (70, ${KEY}, 1);
    insert into nic_cc_installment (payment_plan_id, status) values (70, 'paid'), (${KEY}, 'paid')`)
  const swept = await sweep(center.engine, center.policy)
  assert.deepEqual([swept.followed, swept.restored, swept.left], [3, 0, {}])
  assert.equal(await count(center, 'nic_cc_customer_backup'), 6)
  assert.equal(await count(center, 'nic_cc_installment_backup', 'customer_id is null'), 2)
  await assertClean(center)
  assert.equal(await count(center, 'mothball.seal', 'batch_id = (select max(id) from mothball.batch)'), 7)
})

test('under follow a row that makes a keep rule hold brings its family home instead', async (t) => {
  const center = withLate(await archivedCenter(t), 'follow')
  const [, other] = ARCHIVED_KEYS
  await center.db.query(`insert into nic_cc_aod (customer_id, status) values (${KEY}, 'active'), (${other}, 'settled')`)
  const swept = await sweep(center.engine, center.policy)
  assert.deepEqual([swept.followed, swept.restored], [1, 1])
  assert.equal(await count(center, 'nic_cc_customer', `id = ${KEY}`), 1)
  assert.equal(await count(center, 'nic_cc_customer', `id = ${other}`), 0)
  await assertClean(center)
})

test('under report nothing moves, and it is told in the result and in the journal', async (t) => {
  const center = withLate(await archivedCenter(t), 'report')
  await lateCall(center)
  const swept = await sweep(center.engine, center.policy)
  assert.deepEqual(
    [swept.rows, swept.restored + swept.followed, swept.left],
    [{ nic_cc_call_log: 1 }, 0, { reported: 1 }],
  )
  assert.equal(
    await count(
      center,
      'mothball.run',
      "operation = 'sweep' and status = 'partial' and details->'late'->'left'->>'reported' = '1'",
    ),
    1,
  )
  assert.deepEqual(differing(await verified(center)), ['orphans', 'appendix_b_orphans'])
})

test('a row that belongs to another customer as well moves nobody, and keeps no other family', async (t) => {
  const center = withLate(await archivedCenter(t), 'follow')
  const [, other] = ARCHIVED_KEYS
  await center.db.query(`insert into nic_cc_installment (customer_id, payment_plan_id) values (${KEY}, 8)`)
  await lateCall(center, other)
  const swept = await sweep(center.engine, center.policy)
  assert.deepEqual([swept.followed, swept.left], [1, { two_owners: 1 }])
  assert.equal(await count(center, 'nic_cc_installment', `customer_id = ${KEY}`), 1)
})

test('a row that somebody holds waits for the next sweep', async (t) => {
  const center = withLate(await archivedCenter(t), 'follow')
  await lateCall(center)
  const agent = await connect(center.db.url)
  await agent.query("begin; select 1 from nic_cc_call_log where remark = 'late' for update")
  assert.deepEqual((await sweep(center.engine, center.policy)).left, { held: 1 })
  await agent.end()
  assert.equal((await sweep(center.engine, center.policy)).followed, 1)
  await assertClean(center)
})

test('rows of nobody and rows under keep are never touched', async (t) => {
  const loose = await archivedCenter(t)
  await loose.db.query('insert into nic_cc_call_log (customer_id) values (4711)')
  assert.deepEqual((await sweep(loose.engine, loose.policy)).nobody, { nic_cc_call_log: 1 })
  assert.equal(await count(loose, 'nic_cc_call_log', 'customer_id = 4711'), 1)
  const kept = await archivedCenter(t, { related: 'keep' })
  const swept = await sweep(kept.engine, kept.policy)
  assert.deepEqual([swept.rows, swept.restored, swept.followed], [{}, 0, 0])
})

test('a customer inserted again under an archived key is reported, and his rows are no late ones', async (t) => {
  const center = withLate(await archivedCenter(t), 'follow')
  await center.db.query(`insert into nic_cc_customer (id, name, created_at) values (${KEY}, 'again', now())`)
  await lateCall(center)
  const swept = await sweep(center.engine, center.policy)
  assert.deepEqual([swept.returned, swept.followed], [{ subjects: 1, keys: [KEY] }, 0])
  assert.equal(await count(center, 'nic_cc_call_log', "remark = 'late'"), 1)
})

test('a family that cannot come home is reported again and again, without a failed restore each time', async (t) => {
  const center = await archivedCenter(t)
  await center.db.query(`insert into nic_cc_payment_plan (id, customer_id) values (${KEY}, 7)`)
  await lateCall(center)
  for (let n = 0; n < 2; n += 1) assert.deepEqual((await sweep(center.engine, center.policy)).left, { conflict: 1 })
  assert.equal(await count(center, 'mothball.run', "operation = 'restore'"), 0)
})

test('a row that came past a foreign key is found by the sweep over everything', async (t) => {
  const center = await archivedCenter(t, { foreignKeys: true })
  await center.db.query(
    `set session_replication_role = replica; insert into nic_cc_call_log (customer_id) values (${KEY})`,
  )
  assert.equal((await sweep(center.engine, center.policy)).restored, 1)
  await assertClean(center)
})

test('a preview writes nothing and says what would come of it', async (t) => {
  const center = await archivedCenter(t)
  await lateCall(center)
  const preview = await previewSweep(center.engine, center.policy)
  assert.deepEqual([preview.rows, preview.families, preview.late], [{ nic_cc_call_log: 1 }, 1, 'restore'])
  assert.equal(await count(center, 'mothball.run'), 1)
})

for (const late of ['restore', 'follow'] as const)
  test(`a row that an agent writes while the batch is open is found right after it: ${late}`, async (t) => {
    const agent = once('related-deleted', () => center.related('call_log', key, { created_at: -70 }))
    const center = await callCenter(t, { policy: { late }, signals: agent })
    const key = await center.customer(90)
    await center.customer(90)
    const result = await run(center.engine, center.policy, { confirm: 2, batchSize: 1 })
    assert.deepEqual([result.late.rows, result.late.restored + result.late.followed], [{ nic_cc_call_log: 1 }, 1])
    const place = late === 'restore' ? 'nic_cc_customer' : 'nic_cc_call_log_backup'
    assert.equal(await center.count(place), 1)
    assert.equal(
      await center.count(
        'nic_cc_archive_log',
        `details->'late'->>'${late}d' <> '0' or details->'late'->>'followed' = '1'`,
      ),
      1,
    )
    const kinds = center.events.map(({ kind }) => kind)
    assert.deepEqual(kinds.filter((kind) => kind === 'batch-moved' || kind === 'late-found').slice(0, 3), [
      'batch-moved',
      'late-found',
      'batch-moved',
    ])
    await assertClean(center)
  })

test('a late row of a customer whom an older run archived is found at the end of the next run', async (t) => {
  const center = await archivedCenter(t)
  await lateCall(center)
  const result = await run(center.engine, center.policy)
  assert.deepEqual([result.late.restored, result.late.isWhole], [1, true])
  await assertClean(center)
})

test('keys of two columns, of text and uuid, are swept and reconciled the same', async (t) => {
  const uuid = '00000000-0000-4000-8000-000000000001'
  const ddl = `create schema "Odd"; create table "Odd"."Order Book" ("Branch" text, "No" uuid, "opened at" timestamptz,
      primary key ("Branch", "No"));
    create table "Odd"."lines" (id int primary key, "Branch" text, "No" uuid);
    create index on "Odd"."lines" ("Branch", "No");
    insert into "Odd"."Order Book" select b, '${uuid}', now() - interval '90 days' from unnest(array['a,b', '"q"', 'x']) b;
    insert into "Odd"."lines" values (1, 'a,b', '${uuid}')`
  const columns = ['Branch', 'No']
  const toy = await toyTables(t, ddl, {
    subject: 'Odd.Order Book',
    age: { column: 'opened at', days: 60 },
    late: 'follow',
    relations: [{ table: 'Odd.lines', columns, references: columns }],
  })
  await archiveToy(toy)
  await toy.db.query(`insert into "Odd"."lines" values (2, 'a,b', '${uuid}'), (3, '"q"', '${uuid}')`)
  assert.equal((await sweep(toy.engine, toy.policy)).followed, 2)
  await toy.db.query(`insert into "Odd"."lines" values (4, 'x', '${uuid}');
    insert into "Odd"."Order Book" select "Branch", "No", "opened at" from "Odd"."Order Book_backup" where "Branch" = 'a,b'`)
  const { mended, left } = await reconcile(toy.owner, toy.policy)
  assert.deepEqual([mended, left], [{ twin_equal: 1, torn: 2, late: 1 }, []])
  await assertClean(toy)
})
