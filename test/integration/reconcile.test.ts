import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Difference } from '../../src/core/reconcile.ts'
import { previewReconcile, reconcile } from '../../src/engine/reconcile/reconcile.ts'
import { ARCHIVED_KEYS, type ArchivedCenter, archivedCenter } from '../support/archived-center.ts'
import { digestOf } from '../support/program.ts'
import { connect } from '../support/server.ts'
import { assertClean, checkOf, differing, verified } from '../support/verified.ts'

const [KEY, OTHER] = ARCHIVED_KEYS
const HOME = 'id, name, email, mobile, policy_number, score, scan, created_at'

const count = async ({ db }: ArchivedCenter, table: string, where = 'true'): Promise<number> =>
  Number((await db.query(`select count(*) as n from ${table} where ${where}`))[0]?.['n'])

const found = async ({ engine, policy }: ArchivedCenter): Promise<readonly Difference[]> =>
  previewReconcile(engine, policy)

const kinds = (differences: readonly Difference[]): readonly string[] => [
  ...new Set(differences.map(({ kind }) => kind)),
]

const copyHome = ({ db }: ArchivedCenter, key: string = KEY, columns = HOME) =>
  db.query(`insert into nic_cc_customer (${HOME}) select ${columns} from nic_cc_customer_backup where id = ${key}`)

test('where nothing is wrong nothing is found, and nothing mended', async (t) => {
  const center = await archivedCenter(t)
  assert.deepEqual(await found(center), [])
  const { mended, left } = await reconcile(center.owner, center.policy)
  assert.deepEqual([mended, left], [{}, []])
  assert.equal(await count(center, 'mothball.run', "operation = 'reconcile' and status = 'success'"), 1)
})

test('a look writes nothing', async (t) => {
  const center = await archivedCenter(t)
  await copyHome(center)
  const before = await digestOf(center.db)
  assert.deepEqual(kinds(await found(center)), ['twin_equal'])
  assert.equal(await digestOf(center.db), before)
})

test('a customer whom hands copied home: the equal copy leaves the archive, and his family follows him', async (t) => {
  const center = await archivedCenter(t)
  await copyHome(center)
  const { mended, left } = await reconcile(center.owner, center.policy)
  assert.deepEqual([mended, left], [{ twin_equal: 1, torn: 3 }, []])
  assert.equal(await count(center, 'nic_cc_customer_backup', `id = ${KEY}`), 0)
  assert.equal(await count(center, 'nic_cc_installment', `customer_id = ${KEY} and payment_plan_id = ${KEY}`), 1)
  assert.equal(await count(center, 'mothball.keep_until', `subject_key = '${KEY}' and until > now()`), 1)
  await assertClean(center)
})

test('twins that differ by anything both stay, and the columns are named without a value', async (t) => {
  const center = await archivedCenter(t)
  const edits = [
    ['score', '1.00'],
    ['mobile', "''"],
    ['scan', 'set_byte(scan, 1, 254)'],
    ['created_at', "created_at + interval '1 microsecond'"],
  ] as const
  for (const [index, [column, value]] of edits.entries())
    await copyHome(center, ARCHIVED_KEYS[index], HOME.replace(column, value))
  const { left } = await reconcile(center.owner, center.policy)
  const twin = left.find(({ kind }) => kind === 'twin_differs')
  assert.deepEqual([twin?.rows, twin?.columns], [4, ['created_at', 'mobile', 'scan', 'score']])
  assert.doesNotMatch(JSON.stringify(left), /example\.com|name 1/)
  assert.equal(await count(center, 'nic_cc_customer c join nic_cc_customer_backup b using (id)'), 4)
  assert.ok(differing(await verified(center)).includes('one_side'))
})

test('a related row copied back without its customer: the active copy goes, with those below it', async (t) => {
  const center = await archivedCenter(t)
  await center.db.query(`insert into nic_cc_payment_plan select id, customer_id, total from nic_cc_payment_plan_backup where id = ${KEY};
    insert into nic_cc_installment select id, customer_id, status, payment_plan_id from nic_cc_installment_backup where id = ${KEY}`)
  const { mended, left } = await reconcile(center.owner, center.policy)
  assert.deepEqual([mended, left], [{ twin_equal: 2 }, []])
  assert.equal(await count(center, 'nic_cc_payment_plan', `id = ${KEY}`), 0)
  assert.equal(await count(center, 'nic_cc_payment_plan_backup', `id = ${KEY}`), 1)
  await assertClean(center)
})

for (const onDelete of ['no action', 'cascade'])
  test(`an active copy that an active row needs does not go: nothing is left without its parent (on delete ${onDelete})`, async (t) => {
    const center = await archivedCenter(t)
    await center.db.query(`alter table nic_cc_installment add foreign key (payment_plan_id)
    references nic_cc_payment_plan on delete ${onDelete}`)
    await center.db.query(`insert into nic_cc_payment_plan select id, customer_id, total from nic_cc_payment_plan_backup where id = ${KEY};
    insert into nic_cc_installment (payment_plan_id, status) values (${KEY}, 'paid')`)
    await reconcile(center.owner, center.policy)
    assert.equal(await count(center, 'nic_cc_installment', 'customer_id is null'), 1)
    assert.equal(await count(center, 'nic_cc_payment_plan', `id = ${KEY}`), 1)
  })

test('a row that an agent writes to between look and mend is no equal twin any more', async (t) => {
  const center = await archivedCenter(t)
  await copyHome(center)
  const agent = await connect(center.db.url)
  t.after(() => agent.end())
  await agent.query(`begin; update nic_cc_customer set name = 'written' where id = ${KEY}`)
  const { left } = await reconcile(center.owner, center.policy)
  assert.deepEqual(kinds(left).includes('twin_equal'), true)
  await agent.query('commit')
  await reconcile(center.owner, center.policy)
  assert.equal(await count(center, 'nic_cc_customer_backup', `id = ${KEY}`), 1)
  assert.equal(await count(center, 'nic_cc_customer', "name = 'written'"), 1)
})

test('a family that hands brought home whole: the seal proves it, and the departures are written', async (t) => {
  const center = await archivedCenter(t)
  await copyHome(center)
  await center.db.query(`delete from nic_cc_customer_backup where id = ${KEY}`)
  for (const [table, columns] of [
    ['payment_plan', 'id, customer_id, total'],
    ['installment', 'id, customer_id, status, payment_plan_id'],
    ['call_log', 'id, customer_id, remark, created_at'],
  ])
    await center.db.query(`with gone as (delete from nic_cc_${table}_backup where customer_id = ${KEY} returning *)
      insert into nic_cc_${table} (${columns}) select ${columns} from gone`)
  assert.ok(differing(await verified(center)).includes('seals'))
  const { mended, left } = await reconcile(center.owner, center.policy)
  assert.deepEqual([mended, left], [{ departure_missing: 4 }, []])
  assert.equal(await count(center, 'mothball.keep_until', `subject_key = '${KEY}'`), 1)
  await assertClean(center)
})

test('a row that is gone for good, or came home changed, is named and proven by nothing', async (t) => {
  const center = await archivedCenter(t)
  await center.db.query(`delete from nic_cc_call_log_backup where id = ${KEY};
    with gone as (delete from nic_cc_call_log_backup where id = ${OTHER} returning *)
    insert into nic_cc_call_log (id, customer_id, remark, created_at) select id, null, 'changed', created_at from gone`)
  const { mended, left } = await reconcile(center.owner, center.policy)
  assert.deepEqual([mended, kinds(left)], [{}, ['batch_differs']])
  assert.equal(checkOf(await verified(center), 'counts').ok, false)
})

test('batches that the journal has lost are written again, under the run that made them', async (t) => {
  const center = await archivedCenter(t)
  await center.db.query(
    `delete from mothball.seal; delete from mothball.batch where id in (select id from mothball.batch limit 2)`,
  )
  assert.ok(differing(await verified(center)).includes('counts'))
  const { mended, left } = await reconcile(center.owner, center.policy)
  assert.deepEqual([mended, left], [{ batch_unknown: 16 }, []])
  assert.equal(await count(center, 'mothball.batch', 'run_id = 1'), 3)
  await assertClean(center)
})

test('a batch number that was never given out is replaced by one that was', async (t) => {
  const center = await archivedCenter(t)
  await center.db.query("insert into nic_cc_customer_backup (id, name, archive_batch) values (777, 'by hand', 4711)")
  const { left } = await reconcile(center.owner, center.policy)
  assert.deepEqual(left, [])
  assert.equal(await count(center, 'nic_cc_customer_backup b', 'id = 777 and archive_batch < 4711'), 1)
  await assertClean(center)
})

test('rows that no batch brought are taken over and sealed, but for those whose own rows are active', async (t) => {
  const center = await archivedCenter(t)
  await center.db.query(`insert into nic_cc_customer_backup (id, name) values (777, 'by others'), (778, 'by others');
    insert into nic_cc_call_log_backup (id, customer_id) values (777, 777);
    insert into nic_cc_call_log (customer_id, remark) values (778, 'stays where others left it')`)
  const { mended, left } = await reconcile(center.owner, center.policy)
  assert.deepEqual([mended, left], [{ batch_none: 2 }, []])
  assert.equal(await count(center, 'nic_cc_customer_backup', 'archive_batch is null'), 1)
  assert.equal(await count(center, 'nic_cc_customer', 'id = 778'), 0)
  assert.match(checkOf(await assertClean(center), 'seals').detail, /^\d+ of \d+ seals agree$/)
})

test('late rows are settled as the policy says, and brought home where it only reports', async (t) => {
  const center = await archivedCenter(t)
  await center.db.query(`insert into nic_cc_call_log (customer_id, remark) values (${KEY}, 'late')`)
  const policy = { ...center.policy, late: 'report' } as const
  const { mended, left } = await reconcile(center.owner, policy)
  assert.deepEqual([mended, left], [{ late: 1 }, []])
  await assertClean(center)
})

test('runs and log say again what the batches add up to', async (t) => {
  const center = await archivedCenter(t)
  await center.db.query(`update mothball.run set archived = 7; insert into mothball.run (policy, subject, operation, actor, moment, started_at)
    values ('${center.policy.name}', 'public.nic_cc_customer', 'archive', 'x', now(), now() - interval '2 hours')`)
  await center.db.query('delete from nic_cc_archive_log')
  assert.deepEqual(kinds(await found(center)), ['run_unended', 'run_counts', 'log_missing'])
  const { mended, left } = await reconcile(center.owner, center.policy)
  assert.deepEqual([mended, left], [{ run_unended: 1, run_counts: 1, log_missing: 1 }, []])
  await center.db.query('update nic_cc_archive_log set records_archived = 5 where run_id = 1')
  assert.deepEqual((await reconcile(center.owner, center.policy)).mended, { log_differs: 1 })
  await assertClean(center)
  assert.equal(await count(center, 'nic_cc_archive_log'), 2)
})

test('a row that cannot come home keeps no other, and is named', async (t) => {
  const center = await archivedCenter(t)
  await center.db.query(`create unique index on nic_cc_call_log (remark);
    insert into nic_cc_call_log (remark) values ('call ${KEY}')`)
  await copyHome(center)
  await copyHome(center, OTHER)
  const { mended, left } = await reconcile(center.owner, center.policy)
  assert.deepEqual([mended, kinds(left)], [{ twin_equal: 2, torn: 5 }, ['torn']])
  assert.deepEqual(left[0]?.keys, [KEY])
})
