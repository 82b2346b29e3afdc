import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listAudit } from '../../src/engine/audit.ts'
import { exportCold } from '../../src/engine/cold/export.ts'
import { recall } from '../../src/engine/cold/recall.ts'
import { listErasures, planErasure } from '../../src/engine/erase/erase.ts'
import { find } from '../../src/engine/find/find.ts'
import { restore } from '../../src/engine/restore/restore.ts'
import { verify } from '../../src/engine/verify/verify.ts'
import { archivedCenter } from '../support/archived-center.ts'
import { callCenter, testEngine } from '../support/call-center.ts'
import { ageArchive, coldPlace, purgeAll } from '../support/cold.ts'
import { deidentifyHim, eraseHim, family, holdHim, type PersonCenter, personCenter, rowsOf } from '../support/person.ts'
import { assertClean } from '../support/verified.ts'

const ERASING = { beside: ['eraser'] } as const
const UNKEPT = { ...ERASING, policy: { erasure: { active: 'unless_kept' } } } as const

/** All rows of all tables as text, but for the tables' own times of archiving. */
async function texts({ db }: Pick<PersonCenter, 'db'>, tables: readonly string[], where: string) {
  const parts = tables.map(
    (name) => `select '${name}' as t, to_jsonb(x) - 'archive_batch' as r from ${name} x where ${where}`,
  )
  return (await db.query(`select t || ' ' || r::text as row from (${parts.join(' union all ')}) a order by 1`)).map(
    ({ row }) => row ?? '',
  )
}

const CHILDREN = ['call_log', 'contact_update_history', 'installment', 'aod'].flatMap((name) => [
  `nic_cc_${name}`,
  `nic_cc_${name}_backup`,
])

/** Late rows are nobody's fault here. */
async function assertProven(center: PersonCenter): Promise<void> {
  await center.db.query('delete from nic_cc_call_log')
  await assertClean(center)
}

test('a de-identified person keeps every row and every other value; nothing names him, nobody else is touched, all is proven', async (t) => {
  const center = await personCenter(t)
  const { engine, policy, db, person, other } = center
  await db.query(`update nic_cc_call_log set remark = 'Nomsa phoned' where customer_id = 1`)
  const count = await rowsOf(center, person)
  const others = await texts(center, CHILDREN, `customer_id = ${other}`)
  const kept = await texts(center, ['nic_cc_aod_backup', 'nic_cc_installment_backup'], `customer_id = ${person}`)
  const plan = await planErasure(engine, policy, person, 'deidentify')
  assert.deepEqual([plan.method, plan.obstacles], ['deidentify', []])
  assert.ok(plan.passedOver.includes('nic_cc_customer.notes'))
  const receipt = await deidentifyHim(center, person)
  assert.deepEqual(receipt.reached, plan.rows)
  assert.equal(await rowsOf(center, person), count)
  assert.deepEqual(await texts(center, CHILDREN, `customer_id = ${other}`), others)
  assert.deepEqual(
    await texts(center, ['nic_cc_aod_backup', 'nic_cc_installment_backup'], `customer_id = ${person}`),
    kept,
  )
  const [row] = await db.query(
    'select name, email, mobile, policy_number, archived_by from nic_cc_customer_backup where id = 1',
  )
  assert.deepEqual(row, {
    name: 'REDACTED',
    email: null,
    mobile: null,
    policy_number: 'REDACTED',
    archived_by: 'system',
  })
  const his = await texts(center, [...CHILDREN], `customer_id = ${person}`)
  assert.doesNotMatch(his.join('\n'), /Nomsa|late|"remark": "/)
  assert.deepEqual(await find(engine, policy, 'Nomsa@example.com'), [])
  assert.equal((await find(engine, policy, 'Thabo@example.com'))[0]?.key, other)
  await assertProven(center)
})

test('the receipt names method, tables, columns and counts, and no value; the audit entry says de-identified', async (t) => {
  const center = await personCenter(t)
  const receipt = await deidentifyHim(center, center.person)
  const subject = receipt.reached.find(({ object }) => object === 'nic_cc_customer_backup')
  assert.deepEqual(subject, {
    ...{ place: 'archive', object: 'nic_cc_customer_backup', rows: 1 },
    columns: ['name', 'email', 'mobile', 'policy_number'],
  })
  assert.deepEqual([receipt.method, typeof receipt.notReached['rows']], ['deidentify', 'string'])
  assert.deepEqual(await listErasures(center.engine, center.policy, { key: center.person }), [receipt])
  const [entry] = await listAudit(center.engine)
  assert.deepEqual([entry?.action, entry?.after], ['erase', 'de-identified, case DSR-7'])
  const stored = await center.db.query(
    'select e::text || r::text as all from mothball.erasure e join mothball.run r on r.id = e.run_id',
  )
  assert.doesNotMatch(JSON.stringify([receipt, entry, stored]), /Nomsa|REDACTED/)
})

test('a de-identified row that is changed later is found and named, and so is one whose name is put back', async (t) => {
  for (const change of [`name = 'Nomsa'`, `created_at = created_at - interval '1 day'`]) {
    const center = await personCenter(t)
    await deidentifyHim(center, center.person)
    await center.db.query(`update nic_cc_customer_backup set ${change} where id = 1; delete from nic_cc_call_log`)
    const { status, checks } = await verify(center.engine, center.policy)
    assert.equal(status, 'differs', change)
    assert.match(JSON.stringify(checks), /batch 2/)
  }
})

test('a row of his that vanishes after he was de-identified is missed', async (t) => {
  const center = await personCenter(t)
  await deidentifyHim(center, center.person)
  await center.db.query('delete from nic_cc_call_log; delete from nic_cc_customer_backup where id = 1')
  assert.equal((await verify(center.engine, center.policy)).status, 'differs')
})

test('who comes home after that comes as he was left; doing it again finds nothing, and he can still be deleted', async (t) => {
  const center = await personCenter(t, UNKEPT)
  const { engine, policy, person, db } = center
  await deidentifyHim(center, person)
  await assert.rejects(deidentifyHim(center, person), { code: 'nothing_identifying' })
  const { restored } = await restore(engine, policy, { selection: { by: 'keys', keys: [person] }, reason: 'x' })
  assert.equal(restored, 1)
  const [row] = await db.query('select name, email from nic_cc_customer where id = 1')
  assert.deepEqual(row, { name: 'REDACTED', email: null })
  await db.query('delete from nic_cc_call_log where customer_id = 2')
  await assertClean(center)
  await eraseHim(center, person)
  assert.equal(await rowsOf(center, person), 0)
})

test('an active person is de-identified where the policy lets active ones be erased, and only while no keep rule holds', async (t) => {
  const strict = await callCenter(t, ERASING)
  await assert.rejects(deidentifyHim(strict, await strict.customer(5)), { code: 'erasure_active' })
  const center = await callCenter(t, UNKEPT)
  const person = await center.customer(5, { name: 'Nomsa', mobile: '0825550142' })
  await family(center, person)
  const aod = await center.related('aod', person, { status: 'active' })
  await assert.rejects(deidentifyHim(center, person), { code: 'erasure_kept' })
  await center.db.query(`update nic_cc_aod set status = 'closed' where id = ${aod}`)
  const count = await rowsOf(center, person)
  await deidentifyHim(center, person)
  assert.equal(await rowsOf(center, person), count)
  const [row] = await center.db.query('select name, mobile from nic_cc_customer')
  assert.deepEqual(row, { name: 'REDACTED', mobile: null })
  assert.equal(await center.count('mothball.batch'), 0, 'nothing of his was archived')
})

test('a hold is in the way of a de-identification as of a deletion', async (t) => {
  const center = await personCenter(t)
  await holdHim(center.engine, center.policy, center.person)
  await assert.rejects(deidentifyHim(center, center.person), { code: 'erasure_held' })
  assert.equal(await center.count('nic_cc_customer_backup', `name = 'Nomsa'`), 1)
})

test('a trigger that keeps or puts back a value makes the de-identification fail as a whole', async (t) => {
  for (const [when, does] of [
    ['before', 'new.name := old.name; return new;'],
    ['before', 'return null;'],
    ['after', `update nic_cc_customer set name = 'Nomsa' where id = new.id and name <> 'Nomsa'; return null;`],
  ]) {
    const center = await callCenter(t, UNKEPT)
    const person = await center.customer(5, { name: 'Nomsa' })
    await center.db.query(`create function keep() returns trigger language plpgsql as $$ begin ${does} end $$;
      create trigger keep ${when} update on nic_cc_customer for each row execute function keep()`)
    await assert.rejects(deidentifyHim({ ...center, engine: testEngine(t, center.db) }, person), {
      code: 'erasure_differs',
    })
    assert.equal(await center.count('nic_cc_customer', `name = 'Nomsa'`), 1)
  }
})

const BAD: readonly (readonly [string, string, Readonly<Record<string, string | null>>, RegExp])[] = [
  ['a column that is not there', '', { nam: null }, /nic_cc_customer\.nam does not exist/],
  ['the key', '', { id: null }, /nic_cc_customer\.id is part of the key/],
  ['the age', '', { created_at: null }, /created_at is the age/],
  [
    'null where none may be',
    'alter table nic_cc_customer alter name set not null',
    { name: null },
    /name may not be null/,
  ],
  ['a unique column', 'create unique index on nic_cc_customer (email)', { email: 'x' }, /email is unique/],
  [
    'a text that is too long',
    'alter table nic_cc_customer alter name type varchar(4); alter table nic_cc_customer_backup alter name type varchar(4)',
    { name: 'REDACTED' },
    /name is no whole value of character varying\(4\)/,
  ],
  [
    'a text that is no value',
    'alter table nic_cc_customer add born date; alter table nic_cc_customer_backup add born date',
    { born: 'REDACTED' },
    /born is no whole value of date/,
  ],
  [
    'a generated column',
    'alter table nic_cc_customer add low text generated always as (lower(name)) stored; alter table nic_cc_customer_backup add low text',
    { low: null },
    /low is generated/,
  ],
]

test('what cannot be replaced is refused by field, with what to do, before anything is touched', async (t) => {
  for (const [what, ddl, columns, message] of BAD) {
    const search = { phone: [], email: [], text: [] }
    const center = await callCenter(t, {
      policy: {
        search,
        erasure: { active: 'unless_kept', missing: 'refuse', identifying: { nic_cc_customer: columns } },
      },
    })
    const person = await center.customer(5, { name: 'No' })
    if (ddl !== '') await center.db.query(ddl)
    const fresh = { ...center, engine: testEngine(t, center.db) }
    await assert.rejects(deidentifyHim(fresh, person), { code: 'identifying_invalid', message }, what)
    assert.equal(await center.count('mothball.run'), 0, what)
  }
})

test('a reference, a table of nobody, no column at all, and a contact that is searched and not named are refused', async (t) => {
  const center = await callCenter(t, UNKEPT)
  const person = await center.customer(5)
  for (const [identifying, message] of [
    [{}, /names nothing/],
    [{ nic_cc_aod: { customer_id: null } }, /customer_id ties rows together/],
    [{ nic_cc_nobody: { name: null } }, /of no table that belongs to a person/],
    [{ nic_cc_customer: { email: null, policy_number: null } }, /lacks mobile, by which people are searched/],
  ] as const) {
    const policy = { ...center.policy, erasure: { ...center.policy.erasure, missing: 'refuse', identifying } } as const
    await assert.rejects(deidentifyHim({ engine: center.engine, policy }, person), {
      code: 'identifying_invalid',
      message,
    })
  }
})

test('a constraint that does not take the replacement rolls all of it back, and is named without a value', async (t) => {
  const center = await callCenter(t, UNKEPT)
  const person = await center.customer(5, { name: 'Nomsa' })
  await center.db.query(`alter table nic_cc_customer add constraint short check (name <> 'REDACTED')`)
  const fresh = { ...center, engine: testEngine(t, center.db) }
  await assert.rejects(deidentifyHim(fresh, person), { code: 'redaction_refused', message: /short does not take/ })
  assert.equal(await center.count('nic_cc_customer', `name = 'Nomsa'`), 1)
})

test('what the source computes from a replaced column is computed again in the archive, and comes home as it is', async (t) => {
  const center = await personCenter(t, UNKEPT)
  const { db, policy, person } = center
  await db.query(`alter table nic_cc_customer add label text generated always as ('dear ' || name) stored;
    alter table nic_cc_customer_backup add label text;
    update nic_cc_customer_backup set label = 'dear ' || name; delete from nic_cc_call_log`)
  const engine = testEngine(t, db)
  await deidentifyHim({ engine, policy }, person)
  const [row] = await db.query('select label from nic_cc_customer_backup where id = 1')
  assert.deepEqual(row, { label: 'dear REDACTED' })
  assert.equal((await restore(engine, policy, { selection: { by: 'keys', keys: [person] }, reason: 'x' })).restored, 1)
})

test('cold files are written again without him, and the next export writes his rows as they are; who is in cold files alone is refused until he is back', async (t) => {
  const made = await archivedCenter(t, { beside: ['eraser', 'purger'] })
  await ageArchive(made, made.db.query, 'nic_cc_customer_backup', 3)
  const place = await coldPlace(t)
  const policy = { ...made.policy, cold: { ...made.policy.cold, familiesPerFile: 4 } }
  const engine = { ...made.engine, vault: () => Promise.resolve(place.vault) }
  const center = { ...made, engine, policy }
  const count = async (table: string, where = 'true') =>
    Number((await made.db.query(`select count(*) as n from ${table} where ${where}`))[0]?.['n'])
  await exportCold(engine, place.vault, policy, { actor: 'thandi' })
  const before = await count('nic_cc_call_log_backup')
  const receipt = await deidentifyHim(center, '1')
  assert.deepEqual([receipt.reached.filter(({ place: where }) => where === 'cold').length, receipt.unremoved], [4, []])
  assert.equal(await count('nic_cc_call_log_backup'), before)
  assert.equal((await exportCold(engine, place.vault, policy, { actor: 'thandi' })).families, 1)
  await purgeAll(center, place)
  assert.equal(await count('nic_cc_customer_backup'), 0)
  assert.deepEqual(await find(engine, policy, '1@example.com'), [])
  const { obstacles } = await planErasure(engine, policy, '2', 'deidentify')
  assert.deepEqual(
    obstacles.map(({ kind }) => kind),
    ['cold'],
  )
  await assert.rejects(deidentifyHim(center, '2'), { code: 'erasure_cold' })
  await recall(engine, place.vault, policy, { keys: ['1', '2'], actor: 'thandi', reason: 'asked' })
  const [row] = await made.db.query('select name, email from nic_cc_customer_backup where id = 1')
  assert.deepEqual([row?.['name'], row?.['email']], ['REDACTED', null])
  await deidentifyHim(center, '2')
  assert.equal(await count('nic_cc_customer_backup', 'email is not null'), 0)
  await assertClean(center)
})
