import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type ContactKind, contactsIn } from '../../src/core/contact.ts'
import type { Found } from '../../src/core/found.ts'
import { applyMigration, planIndexes } from '../../src/db/migrate.ts'
import { find } from '../../src/engine/find.ts'
import { setHold } from '../../src/engine/hold.ts'
import { restore } from '../../src/engine/restore.ts'
import { run } from '../../src/engine/run.ts'
import { SEARCH_FORMS } from '../../src/sql/search.sql.ts'
import { column, id, raw, sql } from '../../src/sql/tag.ts'
import { type CallCenter, callCenter } from '../support/call-center.ts'

const look = (center: CallCenter, text: string) => find(center.engine, center.policy, text)

async function one(center: CallCenter, text: string): Promise<Found> {
  const found = await look(center, text)
  assert.equal(found.length, 1, `${text}: ${found.map(({ key }) => key).join()}`)
  return found[0] ?? assert.fail()
}

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
    const found = await one(center, text)
    assert.deepEqual([found.key, found.tier, found.matched], [old, 'archive', ['phone']], text)
  }
  const found = await one(center, '+27 83 555 0199')
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
      const found = await one(center, text ?? '')
      assert.deepEqual([found.key, found.tier, found.matched], [key, tier, [matched]])
    }
  }
})

test('a number that several share finds all of them, active ones first', async (t) => {
  const center = await callCenter(t)
  const old = await center.customer(90, { mobile: '0825550142' })
  const young = await center.customer(5, { mobile: '082 555 0142' })
  await archiveAll(center, 1)
  const found = await look(center, '0825550142')
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
  assert.equal((await one(center, above ?? '')).key, above)
  await archiveAll(center, 2)
  assert.deepEqual([(await one(center, below ?? '')).key, (await one(center, above ?? '')).key], [below, above])
})

test('a text that the database would read as another number is no key', async (t) => {
  const center = await callCenter(t)
  await center.db.query('insert into nic_cc_customer (id, created_at) values (825550142, now()), (7, now())')
  assert.deepEqual(await look(center, '0825550142'), [])
  for (const text of ['007', '+7', '7.0', '0x7', '7e0']) assert.deepEqual(await look(center, text), [], text)
  assert.equal((await one(center, ' 7 ')).key, '7')
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
    assert.deepEqual(await look(center, text), [], JSON.stringify(text))
})

test('the same is found with the indexes that migrate offers, and by them', async (t) => {
  const center = await callCenter(t)
  const key = await center.customer(90, { mobile: '+27 82 555 0142', email: 'A@example.com', policy_number: 'NIC-1' })
  await archiveAll(center, 1)
  await applyMigration(center.engine.database, await planIndexes(center.engine.database, [center.policy]))
  for (const text of ['0825550142', 'a@EXAMPLE.com', 'nic1']) assert.equal((await one(center, text)).key, key)
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

test('why an active customer stays: each rule that holds, and by how many rows', async (t) => {
  const center = await callCenter(t)
  const key = await center.customer(90)
  await center.related('aod', key, { status: 'active' })
  await center.related('aod', key, { status: 'active' })
  await center.related('aod', key, { status: 'settled' })
  const plan = await center.related('payment_plan', key)
  await center.related('installment', key, { payment_plan_id: Number(plan), status: 'pending' })
  await center.related('call_log', key, { created_at: -1 })
  await center.related('follow_up', key, { scheduled_at: 3 })
  await setHold(center.engine, center.policy, { key, reason: 'case 7', actor: 'thandi' })
  const { active, kept, run, holds } = await one(center, key)
  assert.deepEqual(
    kept,
    ['active_aod', 'unpaid_installment', 'follow_up', 'recent_call', 'hold'].filter((rule) => kept.includes(rule)),
  )
  assert.deepEqual(
    Object.fromEntries((active?.evidence ?? []).map(({ rule, rows }) => [rule, rows])),
    Object.fromEntries(kept.map((rule) => [rule, rule === 'active_aod' ? 2 : 1])),
  )
  assert.equal(kept.length, 5)
  assert.deepEqual([active?.verdict, run, holds[0]?.reason, holds[0]?.setBy], ['kept', null, 'case 7', 'thandi'])
})

test('a row that two paths reach is one piece of evidence', async (t) => {
  const center = await callCenter(t)
  const key = await center.customer(90)
  const plan = await center.related('payment_plan', key)
  await center.related('installment', key, { payment_plan_id: Number(plan), status: 'pending' })
  await center.db.query(`insert into nic_cc_installment (payment_plan_id, status) values (${plan}, 'pending')`)
  assert.deepEqual((await one(center, key)).active?.evidence, [{ rule: 'unpaid_installment', rows: 2 }])
})

test('what the next run would do is said of each active customer', async (t) => {
  const center = await callCenter(t)
  const [eligible, young] = [await center.customer(61), await center.customer(59)]
  const [ageless] = await center.db.query('insert into nic_cc_customer (created_at) values (null) returning id')
  const [endless] = await center.db.query("insert into nic_cc_customer (created_at) values ('-infinity') returning id")
  const verdictOf = async (key: string | null | undefined) => (await one(center, key ?? '')).active?.verdict
  assert.equal(await verdictOf(eligible), 'eligible')
  assert.equal(await verdictOf(young), 'too_young')
  assert.equal(await verdictOf(ageless?.['id']), 'no_age')
  assert.equal(await verdictOf(endless?.['id']), 'no_age')
})

test('a customer who is too young is told from when on he is old enough', async (t) => {
  const center = await callCenter(t)
  const key = await center.customer(50)
  const { active } = await one(center, key)
  const [row] = await center.db.query(`select (created_at + interval '1440 hours')::text as due, created_at::text as age
    from nic_cc_customer where id = ${key}`)
  assert.deepEqual([active?.oldEnoughAt, active?.age], [row?.['due'], row?.['age']])
})

test('ages in epoch milliseconds are told as instants', async (t) => {
  const center = await callCenter(t, { unit: 'epoch_ms' })
  await center.db.query(
    'insert into nic_cc_customer (id, created_at) values (1, 1700000000123), (2, 9223372036854775807)',
  )
  const { active } = await one(center, '1')
  assert.deepEqual([active?.age, active?.verdict], ['2023-11-14 22:13:20.123+00', 'eligible'])
  assert.equal((await one(center, '2')).active?.verdict, 'no_age')
})

test('of an archived customer it is told by which run, when, why, and what went along', async (t) => {
  const center = await callCenter(t)
  const key = await center.customer(90)
  const plan = await center.related('payment_plan', key)
  for (let n = 0; n < 3; n += 1)
    await center.related('installment', key, { payment_plan_id: Number(plan), status: 'paid' })
  await center.related('call_log', key, { created_at: -80 })
  const result = await archiveAll(center, 1)
  const found = await one(center, key)
  assert.deepEqual([found.tier, found.run, found.kept, found.active], ['archive', result.run, [], null])
  const { archived } = found
  assert.deepEqual([archived?.reason, archived?.archivedBy, archived?.batch], ['60_day_rule', 'system', 1])
  assert.equal(archived?.cutoff, result.cutoff)
  assert.ok(archived?.archivedAt?.endsWith('+00'))
  assert.deepEqual(archived?.related, {
    nic_cc_aod: 0,
    nic_cc_payment_plan: 1,
    nic_cc_installment: 3,
    nic_cc_call_log: 1,
    nic_cc_follow_up: 0,
    nic_cc_contact_update_history: 0,
  })
})

test('a customer whom others put into the archive is found there, without a run', async (t) => {
  const center = await callCenter(t)
  await center.db.query("insert into nic_cc_customer_backup (id, mobile) values (5, '0825550142')")
  const { tier, run, archived } = await one(center, '0825550142')
  assert.deepEqual([tier, run, archived?.batch], ['archive', null, null])
})

test('a restored customer is kept until the day that the restore promised, and his stay is remembered', async (t) => {
  const center = await callCenter(t)
  const key = await center.customer(90)
  const archive = await archiveAll(center, 1)
  const selection = { by: 'keys', keys: [key] } as const
  const home = await restore(center.engine, center.policy, { selection, reason: 'phoned again', actor: 'thandi' })
  const found = await one(center, key)
  assert.deepEqual([found.tier, found.kept, found.active?.verdict], ['active', ['restored'], 'kept'])
  assert.deepEqual(found.visits, [{ archivedBy: archive.run, leftBy: home.run }])
  assert.deepEqual(
    [found.keepUntil?.reason, found.keepUntil?.actor, found.keepUntil?.holds],
    ['phoned again', 'thandi', true],
  )
})

test('a customer in quarantine is told with his failure', async (t) => {
  const center = await callCenter(t)
  const key = await center.customer(90)
  await center.db.query(`insert into nic_cc_customer_backup (id) values (${key})`)
  const result = await run(center.engine, center.policy, { confirm: 1 })
  assert.equal(result.failed, 1)
  const found = await one(center, key)
  assert.deepEqual([found.tier, found.active?.verdict, found.failure?.run], ['active', 'quarantined', result.run])
  assert.ok(found.archived, 'the row in the archive that stands in his way')
})

test('a customer who is nowhere is told as far as the journal remembers him', async (t) => {
  const center = await callCenter(t)
  const key = await center.customer(90)
  await archiveAll(center, 1)
  const home = await restore(center.engine, center.policy, { selection: { by: 'keys', keys: [key] }, reason: 'x' })
  await center.db.query('delete from nic_cc_customer')
  const found = await one(center, key)
  assert.deepEqual([found.tier, found.run, found.active, found.archived], ['none', home.run, null, null])
  assert.deepEqual(await look(center, '4711'), [])
})

test('before the first migrate, active customers are found and judged', async (t) => {
  const center = await callCenter(t, { migrate: false })
  const key = await center.customer(90, { mobile: '0825550142' })
  const { tier, active } = await one(center, '082 555 0142')
  assert.deepEqual([tier, active?.verdict], ['active', 'eligible'])
  assert.equal((await one(center, key)).key, key)
})

test('a shape that changed between two questions is looked at again', async (t) => {
  const center = await callCenter(t)
  const key = await center.customer(90, { mobile: '0825550142' })
  assert.equal((await one(center, '0825550142')).key, key)
  await center.db.query(
    'alter table nic_cc_customer drop column mobile; alter table nic_cc_customer_backup drop column mobile',
  )
  assert.deepEqual(await look(center, '0825550142'), [])
  assert.equal((await one(center, key)).active?.verdict, 'eligible')
  await center.db.query('alter table nic_cc_customer drop column created_at')
  assert.equal((await one(center, key)).active?.verdict, 'not_judged')
})

test('under block, any related row is the reason', async (t) => {
  const center = await callCenter(t, { policy: { related: 'block' } })
  const key = await center.customer(90)
  await center.related('call_log', key, { created_at: -80 })
  await center.related('call_log', key, { created_at: -81 })
  assert.deepEqual((await one(center, key)).active?.evidence, [{ rule: 'has_nic_cc_call_log', rows: 2 }])
})

test('plan and show agree about every customer', async (t) => {
  const center = await callCenter(t)
  for (let n = 0; n < 12; n += 1) {
    const key = await center.customer(n < 9 ? 61 + n : 10)
    if (n % 3 === 0) await center.related('aod', key, { status: 'active' })
    if (n % 4 === 0) await center.related('call_log', key, { created_at: -2 })
  }
  const keys = (await center.db.query('select id from nic_cc_customer')).map(({ id }) => id ?? '')
  const verdicts = await Promise.all(keys.map(async (key) => [key, (await one(center, key)).active?.verdict] as const))
  const { archived } = await run(center.engine, center.policy, {
    confirm: verdicts.filter(([, verdict]) => verdict === 'eligible').length,
  })
  const gone = (await center.db.query('select id from nic_cc_customer_backup')).map(({ id }) => id ?? '')
  assert.deepEqual(
    gone.toSorted(),
    verdicts.flatMap(([key, verdict]) => (verdict === 'eligible' ? [key] : [])).toSorted(),
  )
  assert.equal(archived, gone.length)
})
