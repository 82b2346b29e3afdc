// The promises of the demo's sample data: its size, how many each keep rule holds, and the same rows for a seed.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { fillSampleTables } from '../../src/demo/sample-data.ts'
import { createSampleTables, SAMPLE_TABLES, type SampleOptions } from '../../src/demo/sample-tables.ts'
import { type Query, type Template, testDatabase } from '../support/database.ts'

const SMALL: SampleOptions = { customers: 400, seed: 7, foreignKeys: false }

const sample: Template = {
  name: 'sample_10214_seed_42',
  build: (query) => build(query, { customers: 10_214, seed: 42, foreignKeys: true }),
}

async function build(query: Query, options: SampleOptions): Promise<void> {
  await createSampleTables(query, options)
  await fillSampleTables(query, options)
}

async function filled(t: TestContext, options: Partial<SampleOptions>): Promise<Query> {
  const { query } = await testDatabase(t)
  await build(query, { ...SMALL, ...options })
  return query
}

/** The only row's only value as a number. */
async function number(query: Query, text: string): Promise<number> {
  const [row] = await query(text)
  return Number(Object.values(row ?? {})[0])
}

const between = (value: number, low: number, high: number, what: string) =>
  assert.ok(value >= low && value <= high, `${what}: ${value} is not within ${low} and ${high}`)

async function eachTable(read: (table: string) => Promise<string>): Promise<string[]> {
  const all: string[] = []
  for (const table of SAMPLE_TABLES) all.push(await read(table))
  return all
}

/** What doesn't depend on the hour of the fill: all but times and dates. Each table's digest, in the tables' order. */
async function digests(query: Query): Promise<string[]> {
  const times = "array['created_at','updated_at','last_payment_at','paid_at','scheduled_at','due_date','start_date']"
  const digest = async (table: string) => {
    const rows = await query(
      `select md5(string_agg((to_jsonb(t) - ${times})::text, '|' order by id)) as md5 from ${table} as t`,
    )
    return String(rows[0]?.['md5'])
  }
  return eachTable(digest)
}

/** Times as distances from the first customer's, which are the same at any hour. */
async function distances(query: Query): Promise<string[]> {
  const distance = async (table: string) => {
    const rows = await query(`select md5(string_agg((created_at - start)::text, '|' order by id)) as md5
      from ${table}, (select created_at as start from nic_cc_customer where id = 1) as first`)
    return String(rows[0]?.['md5'])
  }
  return eachTable(distance)
}

const KEEP_RULES = {
  active_aod: `exists (select from nic_cc_aod where customer_id = c.id and status = 'active')`,
  unpaid_installment: `exists (select from nic_cc_installment where customer_id = c.id and status <> 'paid')`,
  recent_call: `exists (select from nic_cc_call_log where customer_id = c.id and created_at >= now() - interval '30 days')`,
  follow_up: `exists (select from nic_cc_follow_up where customer_id = c.id
    and scheduled_at >= now() and scheduled_at < now() + interval '30 days')`,
}

const countOld = (query: Query, condition: string) =>
  number(
    query,
    `select count(*) from nic_cc_customer as c where created_at < now() - interval '60 days' and (${condition})`,
  )

test('four of five customers are older than 60 days, rounded, at any size', async (t) => {
  const { query } = await testDatabase(t, { template: sample })
  assert.equal(await number(query, 'select count(*) from nic_cc_customer'), 10_214)
  assert.equal(await countOld(query, 'true'), 8_171)
  for (const customers of [0, 1, 2, 3, 13]) {
    const small = await filled(t, { customers })
    assert.equal(await countOld(small, 'true'), Math.round(customers * 0.8))
  }
})

test('each keep rule holds a few hundred old customers, and nearly three quarters of all are eligible', async (t) => {
  const { query } = await testDatabase(t, { template: sample })
  between(await countOld(query, KEEP_RULES.active_aod), 330, 450, 'active_aod')
  between(await countOld(query, KEEP_RULES.unpaid_installment), 240, 360, 'unpaid_installment')
  between(await countOld(query, KEEP_RULES.recent_call), 170, 270, 'recent_call')
  between(await countOld(query, KEEP_RULES.follow_up), 70, 140, 'follow_up')
  const eligible = await countOld(query, `not (${Object.values(KEEP_RULES).join(' or ')})`)
  between(eligible / 10_214, 0.72, 0.75, 'eligible')
})

test('a few hundred old customers have no related row at all', async (t) => {
  const { query } = await testDatabase(t, { template: sample })
  const related = SAMPLE_TABLES.slice(1).map((table) => `exists (select from ${table} where customer_id = c.id)`)
  between(await countOld(query, `not (${related.join(' or ')})`), 300, 600, 'without related rows')
})

test('nearly all young customers are active', async (t) => {
  const { query } = await testDatabase(t, { template: sample })
  const young = await number(
    query,
    `select avg((${Object.values(KEEP_RULES).join(' or ')})::int)
    from nic_cc_customer as c where created_at >= now() - interval '60 days'`,
  )
  between(young, 0.95, 1, 'active share of the young')
})

test('a customer brings about nine related rows', async (t) => {
  const { query } = await testDatabase(t, { template: sample })
  const expected = [1, 0.5, 1, 3, 3, 1, 0.4]
  for (const [i, table] of SAMPLE_TABLES.entries()) {
    const average = (await number(query, `select count(*) from ${table}`)) / 10_214
    between(average / (expected[i] ?? 0), 0.93, 1.07, table)
  }
})

test('an instalment belongs to the customer of its plan, and a plan has as many as it says', async (t) => {
  const { query } = await testDatabase(t, { template: sample })
  const wrong = `select count(*) from (
    select p.id from nic_cc_payment_plan as p left join nic_cc_installment as i on i.payment_plan_id = p.id
    group by p.id
    having count(i.id) <> p.installments or sum(i.amount) <> p.total_amount or bool_or(i.customer_id <> p.customer_id)
  ) as wrong`
  assert.equal(await number(query, wrong), 0)
})

test('no row lies in the future or is older than its customer', async (t) => {
  const { query } = await testDatabase(t, { template: sample })
  for (const table of SAMPLE_TABLES) {
    assert.equal(await number(query, `select count(*) from ${table} where created_at > now()`), 0, table)
    if (table === 'nic_cc_customer') continue
    const early = `select count(*) from ${table} as r join nic_cc_customer as c on c.id = r.customer_id
      where r.created_at < c.created_at`
    assert.equal(await number(query, early), 0, table)
  }
  assert.equal(await number(query, `select count(*) from nic_cc_installment where paid_at > now()`), 0)
})

test('the same seed gives the same rows, however the work is cut', async (t) => {
  const [whole, cut] = [await filled(t, {}), await filled(t, { chunkSize: 37 })]
  assert.deepEqual(await digests(cut), await digests(whole))
  assert.deepEqual(await distances(cut), await distances(whole))
})

test('another seed gives other rows in every table', async (t) => {
  const [seven, eight] = [await digests(await filled(t, {})), await digests(await filled(t, { seed: 8 }))]
  for (const [i, table] of SAMPLE_TABLES.entries()) assert.notEqual(seven[i], eight[i], table)
})

const COUNT_FOREIGN_KEYS = "select count(*) from pg_constraint where contype = 'f'"

test('with foreign keys each reference is enforced, without them none exists, and the rows are the same', async (t) => {
  const [bound, free] = [await filled(t, { foreignKeys: true }), await filled(t, {})]
  assert.equal(await number(bound, COUNT_FOREIGN_KEYS), 7)
  assert.equal(await number(bound, `${COUNT_FOREIGN_KEYS} and confdeltype = 'a'`), 7)
  assert.equal(await number(free, COUNT_FOREIGN_KEYS), 0)
  assert.deepEqual(await digests(bound), await digests(free))
})

test('in epoch_ms every instant is a bigint of milliseconds, and nothing else differs', async (t) => {
  const [stamps, milliseconds] = [await filled(t, {}), await filled(t, { unit: 'epoch_ms' })]
  const columns = (type: string) => `select count(*) from information_schema.columns
    where table_schema = 'public' and data_type = '${type}' and column_name like '%\\_at'`
  assert.equal(await number(milliseconds, columns('bigint')), await number(stamps, columns('timestamp with time zone')))
  assert.equal(await number(milliseconds, columns('timestamp with time zone')), 0)
  const old = `select count(*) from nic_cc_customer where created_at < extract(epoch from now() - interval '60 days') * 1000`
  assert.equal(await number(milliseconds, old), 320)
  assert.equal(await number(milliseconds, `${old} - 86400000.0 * 365 * 4`), 0)
  assert.deepEqual(await digests(milliseconds), await digests(stamps))
})

test('each related table is indexed by customer, and instalments by plan', async (t) => {
  const query = await filled(t, { customers: 0 })
  const leading = async (table: string, column: string) =>
    number(
      query,
      `select count(*) from pg_index as i join pg_attribute as a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
      where i.indrelid = '${table}'::regclass and i.indpred is null and a.attname = '${column}'`,
    )
  for (const table of SAMPLE_TABLES.slice(1)) assert.equal(await leading(table, 'customer_id'), 1, table)
  assert.equal(await leading('nic_cc_installment', 'payment_plan_id'), 1)
  assert.equal(await leading('nic_cc_customer', 'created_at'), 1)
})

test('mobile numbers come in five formats, and every e-mail domain is a reserved one', async (t) => {
  const { query } = await testDatabase(t, { template: sample })
  const shapes = await query(`select distinct translate(mobile, '0123456789', '##########') as shape
    from nic_cc_customer where mobile is not null order by 1`)
  const expected = ['### ### ####', '+## ## ### ####', '##########', '(###) ###-####', '###########']
  assert.deepEqual(shapes.map((row) => row['shape']).sort(), expected.sort())
  const mail = "select count(*) from nic_cc_customer where email !~ '@(example\\.(com|org|net)|[a-z.]+\\.example)$'"
  assert.equal(await number(query, `${mail} and email <> ''`), 0)
})

test('the odd rows are there: no e-mail, an apostrophe, an emoji, the limits of the amount, a note out of line', async (t) => {
  const { query } = await testDatabase(t, { template: sample })
  const count = (condition: string) => number(query, `select count(*) from nic_cc_customer where ${condition}`)
  between(await count('email is null'), 300, 500, 'no e-mail')
  between(await count(`name like '%''%'`), 100, 1_000, 'apostrophes')
  between(await count(`name ~ '[^[:ascii:]]'`), 100, 2_000, 'beyond ASCII')
  assert.equal(await count(`notes ->> 'remark' like '%🎉%'`), 1)
  assert.equal(await count('abs(amount_due) = 9999999999.99'), 2)
  assert.equal(await count(`notes -> 'balance' = '12345678901234567890.123456789012345678'`), 1)
  assert.equal(await count('pg_column_size(notes) > 50000'), 1)
})

test('one inactive old customer has the number 082 555 0142, with history of every kind', async (t) => {
  const { query } = await testDatabase(t, { template: sample })
  const digits = `regexp_replace(mobile, '[^0-9]', '', 'g') in ('0825550142', '27825550142')`
  assert.equal(await number(query, `select count(*) from nic_cc_customer where ${digits}`), 1)
  assert.equal(await countOld(query, `${digits} and not (${Object.values(KEEP_RULES).join(' or ')})`), 1)
  for (const table of SAMPLE_TABLES.slice(1)) {
    const rows = await number(
      query,
      `select count(*) from ${table} where customer_id =
      (select id from nic_cc_customer where ${digits})`,
    )
    assert.ok(rows > 0, table)
  }
})

test('a new customer gets the next number', async (t) => {
  const query = await filled(t, { customers: 25 })
  const insert = `insert into nic_cc_customer (name, policy_number, account_status, updated_at)
    values ('New', 'NIC-2024-0000001', 'open', now()) returning id`
  assert.equal(await number(query, insert), 26)
})

test('progress adds up what the driver says was written, and is silent when it says nothing', async (t) => {
  const { query } = await testDatabase(t)
  const heard: string[] = []
  const hear = (table: string, rows: number) => void heard.push(`${table} ${rows}`)
  await createSampleTables(query, SMALL)
  await fillSampleTables(async () => ({ rowCount: 3 }), { ...SMALL, chunkSize: 200 }, hear)
  assert.deepEqual(heard, [
    ...SAMPLE_TABLES.map((table) => `${table} 3`),
    ...SAMPLE_TABLES.map((table) => `${table} 6`),
  ])
  heard.length = 0
  await fillSampleTables(query, SMALL, hear)
  assert.deepEqual(heard, [])
})
