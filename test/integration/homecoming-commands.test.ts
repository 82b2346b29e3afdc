import assert from 'node:assert/strict'
import { test } from 'node:test'
import { guardedCenter, refusalOf } from '../support/homecoming.ts'
import { digestOf, program, sampleDatabase } from '../support/program.ts'

/** Everything that an installation makes, as one text. */
const MADE = `select coalesce(string_agg(line, ' ' order by line), '') as made from (
    select p.proname as line from pg_proc p where p.pronamespace = 'mothball'::regnamespace
    union all select g.tgname || ' ' || g.tgrelid::regclass from pg_trigger g where not g.tgisinternal
    union all select h::text from mothball.homecoming h) l`

test('homecoming is installed, shown and removed by commands, and leaves nothing behind', async (t) => {
  const db = await sampleDatabase(t, { migrated: true })
  const { json, plain } = program(t, db)
  const made = async () => (await db.query(MADE))[0]?.['made'] ?? ''
  const before = await made()

  const asked = await json('homecoming', 'install')
  assert.deepEqual([asked.code, asked.last['code'], await made()], [2, 'confirmation_missing', before])
  const missing = await json('homecoming')
  assert.deepEqual([missing.code, missing.last['type'], missing.last['state']], [0, 'homecoming', 'missing'])

  const installed = await json('homecoming', 'install', '--yes')
  assert.deepEqual([installed.code, installed.last['action']], [0, 'install'])
  assert.equal((installed.last['steps'] as unknown[]).length, 7)
  const after = await made()
  assert.match(after, /zzz_mothball_homecoming_\w+_insert nic_cc_aod/)
  assert.match(
    (await plain('homecoming', 'status')).stdout,
    /nic_cc_installment\s+installed\s+customer_id, payment_plan_id/,
  )
  assert.deepEqual((await json('homecoming', 'install')).last['steps'], [], 'a second one asks nothing')
  assert.equal((await json('plan')).code, 0)
  const doctor = await json('doctor')
  assert.ok(!doctor.stdout.includes('trigger_'), 'our own trigger is no finding')

  const removal = await json('homecoming', 'remove', '--sql')
  assert.equal(await made(), after)
  assert.equal((await json('homecoming', 'remove', '--yes')).code, 0)
  assert.equal(await made(), before)
  const script = await json('homecoming', 'install', '--sql', '--subject')
  assert.equal(await made(), before)
  await db.query(String(script.last['sql']))
  assert.equal((await json('homecoming')).last['state'], 'installed')
  assert.match(await refusalOf(db.query('insert into nic_cc_customer select * from nic_cc_customer limit 1')), /^23505/)
  await db.query(String(removal.last['sql']))
  await json('homecoming', 'remove', '--yes')
  assert.equal(await made(), before)
})

test('the history tells a homecoming, and status writes nothing', async (t) => {
  const { center, keys, write } = await guardedCenter(t)
  const { json, plain } = program(t, center.db)
  await write(`insert into nic_cc_call_log (customer_id) values (${keys[0]})`)
  const [last] = (await json('history')).last['runs'] as Record<string, unknown>[]
  assert.deepEqual(
    [last?.['operation'], last?.['restored'], last?.['reason'], last?.['status']],
    ['homecoming', 1, 'homecoming: somebody wrote to nic_cc_call_log', 'success'],
  )
  assert.match((await plain('history', String(last?.['run']))).stdout, /homecoming success/)
  assert.match((await plain('show', keys[0])).stdout, /active/)
  const refused = await json('restore', '--run', String(last?.['run']), '--reason', 'x', '--yes')
  assert.deepEqual([refused.code, refused.last['code']], [2, 'option_invalid'])
  const before = await digestOf(center.db)
  assert.equal((await json('homecoming')).code, 0)
  assert.equal(await digestOf(center.db), before)
})
