import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Conflict, RestoreResult } from '../../src/core/restore.ts'
import { restore } from '../../src/engine/restore/restore.ts'
import { previewRestore } from '../../src/engine/restore/restore-preview.ts'
import { verify } from '../../src/engine/verify/verify.ts'
import { activeRows, archive, archivedCount, archivedFamilies, wholeFamily } from '../support/archived-families.ts'
import { archiveToy, migrateToy, type Toy, toyTables } from '../support/archived-table.ts'
import { type CallCenter, callCenter } from '../support/call-center.ts'

const bring = ({ engine, policy }: CallCenter | Toy, keys: readonly string[]) =>
  restore(engine, policy, { selection: { by: 'keys', keys }, reason: 'phoned again' })

const preview = ({ engine, policy }: CallCenter | Toy, keys: readonly string[]) =>
  previewRestore(engine, policy, { by: 'keys', keys })

const brief = (conflicts: readonly Conflict[]) =>
  conflicts.map(({ key, table, kind, constraint }) => [key, table, kind, constraint])

/** Preview and restore say the same, and every hint is a sentence. */
async function assertConflicts(
  center: CallCenter | Toy,
  keys: readonly string[],
  expected: readonly (readonly string[])[],
): Promise<RestoreResult> {
  const seen = await preview(center, keys)
  assert.deepEqual(brief(seen.conflicts), expected)
  const result = await bring(center, keys)
  assert.deepEqual(brief(result.conflicts), expected)
  const stuck = new Set(expected.map(([key]) => key)).size
  assert.deepEqual([seen.subjects, result.restored], [keys.length - stuck, keys.length - stuck])
  assert.deepEqual(seen.related, result.related)
  for (const { hint } of result.conflicts) assert.match(hint, /^[A-Z].*\.$/)
  return result
}

test('a customer whose key is in use stays, the active row is not touched, the others come home', async (t) => {
  const center = await callCenter(t)
  const { keys } = await archivedFamilies(center, 3)
  const [first = '', second = ''] = keys
  await center.db.query(`insert into nic_cc_customer (id, name, created_at) values (${second}, 'Somebody else', now())`)
  const result = await assertConflicts(center, keys, [[second, 'nic_cc_customer', 'key_taken', 'nic_cc_customer_pkey']])
  assert.equal(result.related['nic_cc_call_log'], 2)
  assert.deepEqual(
    await center.db.query(`select name from nic_cc_customer where id in (${first}, ${second}) order by id`),
    [{ name: 'Nomsa Dlamini' }, { name: 'Somebody else' }],
  )
  assert.equal(await archivedCount(center), 9)
  const [row] = await center.db.query(`select status, restored, failed from mothball.run where id = ${result.run}`)
  assert.deepEqual(row, { status: 'partial', restored: '2', failed: '1' })
})

test('a related row whose key is in use keeps its whole family in the archive', async (t) => {
  const center = await callCenter(t)
  const { keys } = await archivedFamilies(center, 2)
  const [call] = await center.db.query(`select id from nic_cc_call_log_backup where customer_id = ${keys[0]}`)
  await center.db.query(
    `insert into nic_cc_call_log (id, remark, created_at) values (${call?.['id']}, 'a stranger', now())`,
  )
  await assertConflicts(center, keys, [[keys[0] ?? '', 'nic_cc_call_log', 'key_taken', 'nic_cc_call_log_pkey']])
  assert.deepEqual([await center.count('nic_cc_call_log'), await archivedCount(center)], [2, 9])
})

test('a unique value that is in use keeps the family in the archive; NULLs do not collide', async (t) => {
  const center = await callCenter(t)
  const keys = []
  for (const email of ['a@example.com', 'b@example.com', null])
    keys.push(await center.customer(90, { email, policy_number: 'P' }))
  await archive(center)
  await center.db.query(`create unique index one_email on nic_cc_customer (email) include (name);
    alter table nic_cc_customer add constraint one_pair unique (policy_number, email);
    insert into nic_cc_customer (email, policy_number, created_at) values ('b@example.com', 'P', now()), (null, 'P', now())`)
  await assertConflicts(center, keys, [
    [keys[1] ?? '', 'nic_cc_customer', 'unique_taken', 'one_email'],
    [keys[1] ?? '', 'nic_cc_customer', 'unique_taken', 'one_pair'],
  ])
})

test('two archived customers with the same unique value: one comes home, the other is reported', async (t) => {
  const center = await callCenter(t)
  const keys = [
    await center.customer(90, { email: 'a@example.com' }),
    await center.customer(90, { email: 'b@example.com' }),
  ]
  await center.db.query('create unique index one_email on nic_cc_customer (email)')
  await archive(center)
  await center.db.query(`update nic_cc_customer_backup set email = 'a@example.com'`)
  const result = await bring(center, keys)
  assert.deepEqual(
    [result.restored, brief(result.conflicts)],
    [1, [[keys[1], 'nic_cc_customer', 'unique_taken', 'one_email']]],
  )
})

const REFERENCES = `create table agent (id integer primary key);
  create table client (id integer primary key, agent_id integer references agent, created_at timestamptz not null default now() - interval '90 days');
  create table visit (id integer primary key, client_id integer references client, agent_id integer constraint visit_agent references agent);
  insert into agent values (1), (2);
  insert into client (id, agent_id) values (1, 1), (2, 2), (3, null);
  insert into visit values (10, 1, 1), (20, 2, null), (30, 3, 2)`

test('a row that refers to something deleted since keeps its family in the archive', async (t) => {
  const toy = await toyTables(t, REFERENCES, { subject: 'client', discover: true })
  await archiveToy(toy)
  await toy.db.query('delete from agent where id = 2')
  await assertConflicts(
    toy,
    ['1', '2', '3'],
    [
      ['2', 'client', 'parent_missing', 'client_agent_id_fkey'],
      ['3', 'visit', 'parent_missing', 'visit_agent'],
    ],
  )
  await toy.db.query('insert into agent values (2)')
  assert.equal((await bring(toy, ['2', '3'])).restored, 2)
})

for (const foreignKeys of ['none', 'no action'] as const)
  test(`an instalment in the plan of another archived customer does not come home without it (${foreignKeys})`, async (t) => {
    const center = await callCenter(t, { foreignKeys })
    const { keys } = await archivedFamilies(center, 2)
    const [first = '', second = ''] = keys
    await center.db.query(`update nic_cc_installment_backup set payment_plan_id =
      (select min(id) from nic_cc_payment_plan_backup where customer_id = ${second}) where customer_id = ${first}`)
    const constraint = foreignKeys === 'none' ? '' : 'nic_cc_installment_payment_plan_id_fkey'
    const alone = await bring(center, [first])
    assert.deepEqual(brief(alone.conflicts), [[first, 'nic_cc_installment', 'parent_missing', constraint]])
    assert.deepEqual([alone.restored, await archivedCount(center)], [0, 18])
    const together = await bring(center, keys)
    assert.deepEqual([together.restored, together.conflicts, await archivedCount(center)], [2, [], 0])
  })

test('an instalment whose plan never existed comes home as it was', async (t) => {
  const center = await callCenter(t)
  const customer = await center.customer(90)
  await center.related('installment', customer, { payment_plan_id: 777, status: 'paid' })
  const before = await activeRows(center)
  await archive(center)
  assert.equal((await bring(center, [customer])).restored, 1)
  assert.deepEqual(await activeRows(center), before)
})

test('a column that the archive lacks, or has with another type, keeps rows there until that is mended', async (t) => {
  const toy = await toyTables(t, REFERENCES, { subject: 'client', discover: true })
  await archiveToy(toy)
  await toy.db.query('alter table visit add column remark text')
  await assertConflicts(toy, ['1'], [['1', 'visit', 'shape_differs', '']])
  await migrateToy(toy)
  assert.equal((await bring(toy, ['1'])).restored, 1)
  await toy.db.query(
    'alter table client add column score numeric(12,2); alter table client_backup add column score numeric(12,4)',
  )
  await assertConflicts(
    toy,
    ['2', '3'],
    [
      ['2', 'client', 'shape_differs', ''],
      ['3', 'client', 'shape_differs', ''],
    ],
  )
})

test('a column that must not be null, added since with a value that nobody can know, keeps rows back until the archive has one', async (t) => {
  const toy = await toyTables(t, REFERENCES, { subject: 'client', discover: true })
  await archiveToy(toy)
  await toy.db.query(
    'alter table client add column tier text not null default md5(random()::text), add column remark text',
  )
  await migrateToy(toy)
  const result = await bring(toy, ['1', '2'])
  assert.deepEqual(brief(result.conflicts), [
    ['1', 'client', 'refused_by_database', 'tier'],
    ['2', 'client', 'refused_by_database', 'tier'],
  ])
  assert.match(result.conflicts[0]?.hint ?? '', /^Fill tier in the archive table of client/)
  await toy.db.query("update client_backup set tier = 'basic'")
  assert.equal((await bring(toy, ['1', '2'])).restored, 2)
  assert.equal((await verify(toy.engine, toy.policy)).status, 'clean')
})

test('a value in a column that the home table has lost is never dropped', async (t) => {
  const toy = await toyTables(
    t,
    `${REFERENCES}; alter table client add column note text; update client set note = 'x' where id = 1`,
    {
      subject: 'client',
      discover: true,
    },
  )
  await archiveToy(toy)
  await toy.db.query('alter table client drop column note')
  await assertConflicts(toy, ['1', '2'], [['1', 'client', 'shape_differs', 'note']])
})

test('a related table that is gone keeps those whose rows it held, and only those', async (t) => {
  const center = await callCenter(t)
  const withCalls = await wholeFamily(center)
  const without = await center.customer(90)
  await archive(center)
  await center.db.query('drop table nic_cc_call_log')
  await assertConflicts(center, [withCalls, without], [[withCalls, 'nic_cc_call_log_backup', 'shape_differs', '']])
})
