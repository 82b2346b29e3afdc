import assert from 'node:assert/strict'
import { test } from 'node:test'
import { planHomecoming, planHomecomingRemoval } from '../../src/engine/homecoming/homecoming.ts'
import { migrationScript } from '../../src/sql/migration-step.sql.ts'
import { testEngine } from '../support/call-center.ts'
import { guardedCenter, refusalOf, removeHomecoming } from '../support/homecoming.ts'
import { PRESET, program, sampleDatabase } from '../support/program.ts'

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
  const installed = await json('homecoming', 'install', '--yes')
  assert.deepEqual([installed.code, installed.last['type'], installed.last['action']], [0, 'homecoming', 'install'])
  assert.match(await made(), /zzz_mothball_homecoming_\w+_insert nic_cc_aod/)
  const { stdout } = await plain('homecoming')
  assert.match(stdout, /nic_cc_installment\s+installed\s+customer_id, payment_plan_id/)
  assert.match(stdout, /nic_cc_customer\s+not offered .*--subject/)
  const doctor = await json('doctor')
  assert.deepEqual([doctor.code, /trigger|homecoming/.test(doctor.stdout)], [0, false], 'our own trigger is no finding')
  assert.equal((await json('homecoming', 'remove', '--yes')).code, 0)
  assert.equal(await made(), before)
})

test('the printed script does what the command does, both ways', async (t) => {
  const db = await sampleDatabase(t, { migrated: true })
  const engine = testEngine(t, db)
  const made = async () => (await db.query(MADE))[0]?.['made'] ?? ''
  const before = await made()
  const script = await program(t, db).json('homecoming', 'install', '--sql', '--subject')
  assert.equal(await made(), before)
  await db.query(String(script.last['sql']))
  assert.deepEqual(await planHomecoming(engine, PRESET, { withSubject: true }), [])
  assert.match(await refusalOf(db.query('insert into nic_cc_customer select * from nic_cc_customer limit 1')), /^23505/)
  await db.query(migrationScript(await planHomecomingRemoval(engine, PRESET)))
  assert.deepEqual([await made(), await removeHomecoming({ engine, policy: PRESET })], [before, []])
})

test('the history tells a homecoming, which is no run that a restore could undo', async (t) => {
  const { center, keys, write } = await guardedCenter(t)
  const { json, plain } = program(t, center.db)
  await write(`insert into nic_cc_call_log (customer_id) values (${keys[0]})`)
  const [last] = (await json('history')).last['runs'] as Record<string, unknown>[]
  assert.deepEqual(
    [last?.['operation'], last?.['restored'], last?.['reason'], last?.['status']],
    ['homecoming', 1, 'homecoming: somebody wrote to nic_cc_call_log', 'success'],
  )
  assert.match((await plain('show', keys[0])).stdout, /restored by run 2 .*somebody wrote to nic_cc_call_log/)
  const refused = await json('restore', '--run', String(last?.['run']), '--reason', 'x', '--yes')
  assert.deepEqual([refused.code, refused.last['code']], [2, 'option_invalid'])
})
