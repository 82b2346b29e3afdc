import assert from 'node:assert/strict'
import { test } from 'node:test'
import { doctor } from '../../src/engine/doctor.ts'
import { restore } from '../../src/engine/restore/restore.ts'
import { run } from '../../src/engine/run/run.ts'
import { sealBatches } from '../../src/engine/verify/seal.ts'
import { archiveToy, type Toy, toyTables } from '../support/archived-table.ts'
import { type CallCenter, type CallCenterOptions, callCenter } from '../support/call-center.ts'
import { guardedCenter, installHomecoming } from '../support/homecoming.ts'
import { assertClean, checkOf, differing, verified } from '../support/verified.ts'

/** Four customers with a call each, moved by a run that was killed before it could seal. */
async function unsealed(center: CallCenter): Promise<void> {
  for (let n = 0; n < 4; n += 1) {
    const customer = await center.customer(100 + n, { name: `name ${n}` })
    await center.related('call_log', customer, { created_at: -90, remark: 'hello' })
  }
  const result = await run(center.engine, center.policy, { confirm: 4, batchSize: 2 })
  assert.deepEqual([result.archived, result.batches], [4, 2])
  await center.db.query('delete from mothball.seal')
}

const bringHome = ({ engine, policy }: Pick<CallCenter, 'engine' | 'policy'>, ...keys: readonly string[]) =>
  restore(engine, policy, { selection: { by: 'keys', keys }, reason: 'phoned' })

const center = async (...args: [Parameters<typeof callCenter>[0], CallCenterOptions?]) => {
  const made = await callCenter(...args)
  await unsealed(made)
  return made
}

const EDITS: readonly [what: string, statement: string, table: string][] = [
  ['a letter of a customer', "update nic_cc_customer_backup set name = name || '.' where id = 1", 'nic_cc_customer'],
  ['NULL for a text of a call', 'update nic_cc_call_log_backup set remark = null where id = 2', 'nic_cc_call_log'],
  ['a row that is gone', 'delete from nic_cc_call_log_backup where id = 1', 'nic_cc_call_log'],
  [
    'a row that was added',
    'insert into nic_cc_call_log_backup (id, archive_batch) select 99, min(id) from mothball.batch',
    'nic_cc_call_log',
  ],
]

for (const [what, statement, table] of EDITS)
  test(`what was edited before the seal gets none, and is named: ${what}`, async (t) => {
    const made = await center(t)
    await made.db.query(statement)
    const before = checkOf(await verified(made), 'seals')
    assert.equal(before.ok, false)
    assert.match(
      before.detail,
      new RegExp(`^${table} batch \\d+ \\(2 moved, [123] there\\): .*\\(seen not yet by a run\\)`),
    )

    assert.deepEqual(await sealBatches(made.engine, made.policy), { sealed: 1, refused: 1 })
    const after = checkOf(await verified(made), 'seals')
    assert.equal(after.ok, false)
    assert.match(
      after.detail,
      new RegExp(`^${table} batch \\d+ .*: not the rows that moved, subjects 1 to 2; .*seen first on 20`),
    )
    const told = (await doctor(made.engine, [made.policy])).examinations.flatMap(({ findings }) => findings)
    assert.ok(told.some(({ code }) => code === 'seal_refused'))
  })

test('a seal that is refused twice keeps the time at which it was first seen; put back, the rows are sealed', async (t) => {
  const made = await center(t)
  await made.db.query("update nic_cc_customer_backup set name = 'edited' where id = 1")
  const seen = () => made.db.query('select batch_id, table_name, found, moved, seen_at from mothball.seal_refusal')
  await sealBatches(made.engine, made.policy)
  const first = await seen()
  await sealBatches(made.engine, made.policy)
  assert.equal(first.length, 1)
  assert.deepEqual(await seen(), first)
  await made.db.query("update nic_cc_customer_backup set name = 'name 0' where id = 1")
  await run(made.engine, made.policy)
  assert.match(checkOf(await assertClean(made), 'seals').detail, /^\d+ of \d+ seals agree$/)
})

test('a run tells of a seal that it refused', async (t) => {
  const made = await center(t)
  await made.db.query("update nic_cc_customer_backup set name = 'edited' where id = 1")
  await run(made.engine, made.policy)
  const kinds = made.events.filter(({ kind }) => kind === 'sealed' || kind === 'seal-refused').slice(1)
  assert.deepEqual(
    kinds.map((event) => [event.kind, 'batches' in event && event.batches]),
    [
      ['sealed', 1],
      ['seal-refused', 1],
    ],
  )
})

test('rows that left lawfully before the seal are no difference, and hide none', async (t) => {
  const made = await center(t)
  await bringHome(made, '1')
  assert.deepEqual(await sealBatches(made.engine, made.policy), { sealed: 2, refused: 0 })
  await assertClean(made)
  await made.db.query('delete from mothball.seal')
  await made.db.query("update nic_cc_customer_backup set name = 'edited' where id = 2")
  assert.deepEqual(await sealBatches(made.engine, made.policy), { sealed: 1, refused: 1 })
})

test('a row that was edited before it left keeps its batch from being sealed', async (t) => {
  const made = await center(t)
  await made.db.query("update nic_cc_customer_backup set name = 'edited' where id = 1")
  await bringHome(made, '1')
  assert.deepEqual(await sealBatches(made.engine, made.policy), { sealed: 1, refused: 1 })
  assert.deepEqual(differing(await verified(made)), ['seals'])
})

test('a column that was added before the seal is no part of what moved', async (t) => {
  const made = await center(t)
  await made.db.query(
    'alter table nic_cc_customer_backup add note text; update nic_cc_customer_backup set note = $$x$$',
  )
  assert.deepEqual(await sealBatches(made.engine, made.policy), { sealed: 2, refused: 0 })
})

test('without comparison only the number of rows is known', async (t) => {
  const made = await center(t, { policy: { compare: false } })
  await made.db.query("update nic_cc_customer_backup set name = 'edited' where id = 1")
  await made.db.query('delete from nic_cc_call_log_backup where id = 3')
  assert.deepEqual(await sealBatches(made.engine, made.policy), { sealed: 1, refused: 1 })
  assert.match(checkOf(await verified(made), 'seals').detail, /^nic_cc_call_log batch \d+ \(2 moved, 1 there\)/)
})

const ODD = `create type mood as enum ('calm', 'cross');
  create table item (id bigint primary key, created_at timestamptz default now() - interval '90 days',
    place point, doc json, money numeric(12,4), bits varbit, feel mood, tags text[] default '[5:6]={a,b}',
    span tstzrange default '[2026-01-01,2026-02-01)', wide text generated always as (md5(id::text)) stored, late timestamptz default 'infinity');
  insert into item (id, place, doc, money, bits, feel)
    select n, point(n, -n), '{"a":  1}', n + 0.10, '0101', 'cross' from generate_series(1, 5) n`

test('values of every kind are the same when they are sealed as when they moved, at home and on their way', async (t) => {
  const toy = await toyTables(t, ODD, { subject: 'item' })
  await archiveToy(toy)
  await assertClean(toy)
  await resealed(toy, 0)
  await toy.db.query('delete from mothball.seal')
  await bringHome(toy, '1', '2')
  await resealed(toy, 0)
  await toy.db.query('update item_backup set doc = \'{"a": 1}\' where id = 4')
  await resealed(toy, 1)
})

async function resealed({ db, engine, policy }: Toy, refused: number): Promise<void> {
  await db.query('delete from mothball.seal')
  assert.deepEqual(await sealBatches(engine, policy), { sealed: 1 - refused, refused })
}

test('a family that came home by the trigger before the seal is no difference, and hides none', async (t) => {
  const { center: made, keys, write } = await guardedCenter(t)
  await made.db.query('delete from mothball.seal')
  await write(`insert into nic_cc_call_log (customer_id) values (${keys[0]})`)
  assert.deepEqual(await sealBatches(made.engine, made.policy), { sealed: 1, refused: 0 })
  await made.db.query('delete from mothball.seal')
  await made.db.query(`update nic_cc_customer_backup set name = 'edited' where id = ${keys[1]}`)
  assert.deepEqual(await sealBatches(made.engine, made.policy), { sealed: 0, refused: 1 })
  assert.deepEqual(differing(await verified(made)), ['seals'])
})

test('values of every kind leave by the trigger what their batch is compared by', async (t) => {
  const ddl = `${ODD}; create table note (id bigint primary key, item_id bigint)`
  const toy = await toyTables(t, ddl, { subject: 'item', relations: [{ table: 'note', columns: ['item_id'] }] })
  await installHomecoming(toy)
  await archiveToy(toy)
  await toy.db.query('delete from mothball.seal')
  await toy.db.query('insert into note values (1, 1), (2, 3)')
  await resealed(toy, 0)
  await toy.db.query('update item_backup set doc = \'{"a": 1}\' where id = 4')
  await resealed(toy, 1)
})
