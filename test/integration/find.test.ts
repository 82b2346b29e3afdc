import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type ContactKind, contactsIn } from '../../src/core/contact.ts'
import { applyMigration, planIndexes } from '../../src/db/migrate.ts'
import { restore } from '../../src/engine/restore/restore.ts'
import { run } from '../../src/engine/run/run.ts'
import { SEARCH_FORMS } from '../../src/sql/search.sql.ts'
import { column, id, raw, sql } from '../../src/sql/tag.ts'
import { type CallCenter, callCenter } from '../support/call-center.ts'
import { lookFor, theOne } from '../support/found.ts'

const archiveAll = async (center: CallCenter, customers: number) => {
  const result = await run(center.engine, center.policy, { confirm: customers })
  assert.equal(result.archived, customers)
  return result
}

test('a customer is found by his phone number in any format, active and archived', async (t) => {
  const center = await callCenter(t)
  const old = await center.customer(90, { mobile: '+27 82 555 0142' })
  const young = await center.customer(5, { mobile: '(083) 555-0199' })
  await archiveAll(center, 1)
  for (const text of [
    '082 555 0142',
    '0825550142',
    '+27825550142',
    '0027 82 555 0142',
    '(082) 555-0142',
    '+27 (0)82 555 0142',
  ]) {
    const found = await theOne(center, text)
    assert.deepEqual([found.key, found.tier, found.matched], [old, 'archive', ['phone']], text)
  }
  const found = await theOne(center, '+27 83 555 0199')
  assert.deepEqual([found.key, found.tier, found.matched], [young, 'active', ['phone']])
})

test('a customer is found by policy number and e-mail in any case', async (t) => {
  const center = await callCenter(t)
  const key = await center.customer(90, { policy_number: 'nic-2024/0012345', email: 'Nomsa.D@Example.co.za' })
  for (const tier of ['active', 'archive'] as const) {
    if (tier === 'archive') await archiveAll(center, 1)
    for (const [text, matched] of [
      ['NIC 2024 0012345', 'text'],
      ['nic20240012345', 'text'],
      [' nomsa.d@EXAMPLE.CO.ZA ', 'email'],
    ]) {
      const found = await theOne(center, text ?? '')
      assert.deepEqual([found.key, found.tier, found.matched], [key, tier, [matched]])
    }
  }
})

test('a number that several share finds all of them, active ones first', async (t) => {
  const center = await callCenter(t)
  const old = await center.customer(90, { mobile: '0825550142' })
  const young = await center.customer(5, { mobile: '082 555 0142' })
  await archiveAll(center, 1)
  const found = await lookFor(center, '0825550142')
  assert.deepEqual(
    found.map(({ key, tier }) => [key, tier]),
    [
      [young, 'active'],
      [old, 'archive'],
    ],
  )
})

test('an id beyond 2^53 is found exactly', async (t) => {
  const center = await callCenter(t)
  const [below, above] = ['9007199254740992', '9007199254740993']
  for (const id of [below, above])
    await center.db.query(`insert into nic_cc_customer (id, created_at) values (${id}, now() - interval '90 days')`)
  assert.equal((await theOne(center, above ?? '')).key, above)
  await archiveAll(center, 2)
  assert.deepEqual([(await theOne(center, below ?? '')).key, (await theOne(center, above ?? '')).key], [below, above])
})

test('a text that the database would read as another number is no key', async (t) => {
  const center = await callCenter(t)
  await center.db.query('insert into nic_cc_customer (id, created_at) values (825550142, now()), (7, now())')
  assert.deepEqual(await lookFor(center, '0825550142'), [])
  for (const text of ['007', '+7', '7.0', '0x7', '7e0']) assert.deepEqual(await lookFor(center, text), [], text)
  assert.equal((await theOne(center, ' 7 ')).key, '7')
})

test('a text that is nothing finds nothing, and breaks nothing', async (t) => {
  const center = await callCenter(t)
  await center.customer(5, { name: 'x', email: '', mobile: '', policy_number: '' })
  for (const text of [
    '',
    ' ',
    '-',
    '@',
    "'; drop table nic_cc_customer; --",
    '99999999999999999999999',
    '\0',
    'a\0b',
    '%',
    '[1',
    '😀',
  ])
    assert.deepEqual(await lookFor(center, text), [], JSON.stringify(text))
})

test('the same is found with the indexes that migrate offers, and by them', async (t) => {
  const center = await callCenter(t)
  const key = await center.customer(90, { mobile: '+27 82 555 0142', email: 'A@example.com', policy_number: 'NIC-1' })
  await archiveAll(center, 1)
  await applyMigration(center.owner.database, await planIndexes(center.owner.database, [center.policy]))
  for (const text of ['0825550142', 'a@EXAMPLE.com', 'nic1']) assert.equal((await theOne(center, text)).key, key)
  await center.db.query('set enable_seqscan = off; set enable_bitmapscan = off')
  for (const tier of ['nic_cc_customer', 'nic_cc_customer_backup'])
    for (const kind of ['phone', 'email', 'text'] as const) {
      const [name = ''] = center.policy.search[kind]
      const { text } = sql`explain select from ${id(tier)} s where ${SEARCH_FORMS[kind](column(raw('s'), name))} = 'x'`
      const plan = (await center.db.query(text)).map((row) => row['QUERY PLAN']).join(' ')
      assert.match(plan, /Index.*Scan using/, `${kind} in ${tier}`)
    }
})

test('the forms that core makes are those that the server makes', async (t) => {
  const center = await callCenter(t)
  const texts = fc.sample(
    fc.oneof(
      fc.string({ unit: 'binary-ascii', minLength: 1 }),
      fc.stringMatching(/^[+(]?[0-9 ()./-]{7,17}$/),
      fc.stringMatching(/^[A-Za-z]{3}[-/ ]?20[0-9]{2}[-/ ]?[0-9]{7}$/),
      fc.emailAddress(),
    ),
    500,
  )
  for (const text of texts.filter((each) => !each.includes('\0')))
    for (const { kind, form } of contactsIn(text)) {
      const typed = text.trim()
      const row = await center.engine.database.one(
        sql<{ form: string }>`select ${SEARCH_FORMS[kind satisfies ContactKind](sql`${typed}::text`)} as form`,
      )
      assert.equal(row.form, form, `${kind} ${JSON.stringify(text)}`)
    }
})

test('a customer whom others put into the archive is found there, without a run', async (t) => {
  const center = await callCenter(t)
  await center.db.query("insert into nic_cc_customer_backup (id, mobile) values (5, '0825550142')")
  const { tier, run, archived } = await theOne(center, '0825550142')
  assert.deepEqual([tier, run, archived?.batch], ['archive', null, null])
})

test('a customer who is nowhere is told as far as the journal remembers him', async (t) => {
  const center = await callCenter(t)
  const key = await center.customer(90)
  await archiveAll(center, 1)
  const home = await restore(center.engine, center.policy, { selection: { by: 'keys', keys: [key] }, reason: 'x' })
  await center.db.query('delete from nic_cc_customer')
  const found = await theOne(center, key)
  assert.deepEqual([found.tier, found.run, found.active, found.archived], ['none', home.run, null, null])
  assert.deepEqual(await lookFor(center, '4711'), [])
})

test('before the first migrate, active customers are found and judged', async (t) => {
  const center = await callCenter(t, { migrate: false })
  const key = await center.customer(90, { mobile: '0825550142' })
  const { tier, active } = await theOne(center, '082 555 0142')
  assert.deepEqual([tier, active?.verdict], ['active', 'eligible'])
  assert.equal((await theOne(center, key)).key, key)
})

test('a shape that changed between two questions is looked at again', async (t) => {
  const center = await callCenter(t)
  const key = await center.customer(90, { mobile: '0825550142' })
  assert.equal((await theOne(center, '0825550142')).key, key)
  await center.db.query(
    'alter table nic_cc_customer drop column mobile; alter table nic_cc_customer_backup drop column mobile',
  )
  assert.deepEqual(await lookFor(center, '0825550142'), [])
  assert.equal((await theOne(center, key)).active?.verdict, 'eligible')
  await center.db.query('alter table nic_cc_customer drop column created_at')
  assert.equal((await theOne(center, key)).active?.verdict, 'not_judged')
})
