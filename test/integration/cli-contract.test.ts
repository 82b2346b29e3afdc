// The contract: each command's exit code and the last line of its stdout, on a database as a user brings it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { run } from '../../src/engine/run/run.ts'
import { testEngine } from '../support/call-center.ts'
import { assertError, digestOf, listOf, PRESET, program, sampleDatabase } from '../support/program.ts'
import { asAdmin } from '../support/server.ts'

const sumOf = (counts: unknown): number => Object.values(counts as Record<string, number>).reduce((a, b) => a + b, 0)

test('plan, migrate and run work on a stranger’s database, without a terminal', async (t) => {
  const db = await sampleDatabase(t)
  const { alone: json } = program(t, db)
  const count = async (table: string) => Number((await db.query(`select count(*) as n from ${table}`))[0]?.['n'])

  const before = await json('plan')
  assert.equal(before.code, 0, 'before the first migration a plan is no failure')
  assert.ok(listOf(before.last['refusals']).some(({ code }) => code === 'journal_missing'))

  const migrated = await json('migrate', '--yes')
  assert.deepEqual([migrated.code, migrated.last['type']], [0, 'migrate'])
  assert.deepEqual((await json('migrate')).last['steps'], [], 'a second one has nothing to do, and asks nothing')

  const plan = await json('plan', '--detailed-exitcode')
  assert.equal(plan.code, 10)
  const { type, version, policy, active, candidates, eligible, kept, related, refusals, warnings } = plan.last
  assert.deepEqual(
    { type, version, policy, active, candidates, refusals, warnings },
    { type: 'plan', version: 1, policy: 'nic-call-center', active: 300, candidates: 240, refusals: [], warnings: [] },
  )
  assert.equal(eligible, 212)
  assert.deepEqual(Object.keys(kept as object), [
    'active_aod',
    'unpaid_installment',
    'follow_up',
    'recent_call',
    'hold',
    'restored',
  ])
  assert.match(String(plan.last['cutoff']), /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/)

  const dry = await json('run', '--dry-run')
  assert.equal(dry.code, 0)
  assert.deepEqual([dry.last['archived'], dry.last['eligible'], dry.last['stopReason']], [0, 212, 'dry_run'])
  assert.equal(await count('nic_cc_customer'), 300)

  const small = await json('run', '--max-rows', '10', '--yes')
  assert.equal(small.code, 0)
  assert.deepEqual([small.last['archived'], small.last['stopReason']], [10, 'max_rows'])
  const moved = await json('run', '--confirm=202', '--batch-size', '50')
  assert.equal(moved.code, 0)
  const result = moved.last
  assert.deepEqual(
    [result['type'], result['status'], result['archived'], result['failed'], result['skipped'], result['batches']],
    ['run', 'success', 202, 0, 0, 5],
  )
  assert.equal(result['stopReason'], 'nothing_eligible')
  assert.equal(typeof result['run'], 'number')
  assert.equal(typeof result['durationMs'], 'number')
  assert.ok(moved.lines.slice(0, -1).every((line) => line['type'] === 'event' && line['version'] === 1))
  assert.equal(moved.stderr, '', 'with --json stderr is for errors')
  assert.equal(await count('nic_cc_customer'), 88)
  assert.equal(await count('nic_cc_customer_backup'), 212)
  assert.equal(sumOf(small.last['related']) + sumOf(result['related']), sumOf(related))
})

test('who was archived is found, proven and brought home', async (t) => {
  const db = await sampleDatabase(t, { migrated: true })
  const engine = testEngine(t, db)
  const { json } = program(t, db)
  const small = await run(engine, PRESET, { maxRows: 10 })
  await run(engine, PRESET, { confirm: 202 })

  const shown = await json('show', '1')
  assert.deepEqual(
    [shown.code, shown.last['type'], shown.last['key'], shown.last['tier'], shown.last['kept'], shown.last['run']],
    [0, 'show', '1', 'archive', [], small.run],
  )

  const clean = await json('verify')
  assert.deepEqual([clean.code, clean.last['type'], clean.last['status']], [0, 'verify', 'clean'])
  for (const check of listOf(clean.last['checks'])) {
    assert.deepEqual([typeof check['name'], check['ok'], typeof check['detail']], ['string', true, 'string'])
  }

  const home = await json('restore', '1', '2', '--reason', 'phoned again', '--yes')
  assert.equal(home.code, 0)
  assert.deepEqual([home.last['type'], home.last['restored'], home.last['conflicts']], ['restore', 2, []])
  assert.ok(sumOf(home.last['related']) > 0)
  assert.deepEqual((await json('show', '1')).last['kept'], ['restored'])

  const undone = await json('restore', '--run', String(small.run), '--reason', 'undo', '--yes')
  assert.equal(undone.code, 0, 'some are home already, and that is no failure')
  assert.deepEqual([undone.last['restored'], undone.last['alreadyHome']], [8, 2])
  assert.equal((await json('verify')).code, 0)
})

test('an edited archive row makes verify differ, and it is named', async (t) => {
  const db = await sampleDatabase(t, { migrated: true })
  const { json, plain } = program(t, db)
  await run(testEngine(t, db), PRESET, { confirm: 212 })
  await db.query(`update nic_cc_customer_backup set name = name || '.' where id = 1`)
  const differs = await json('verify')
  assert.deepEqual([differs.code, differs.last['status']], [5, 'differs'])
  const told = await plain('verify')
  assert.equal(told.code, 5)
  assert.match(told.stdout, /✖ seals .*nic_cc_customer.* 1\b/)
  assert.match(told.stdout, /DIFFERS/)
})

test('each finding of verify has a line of its own for people, and programs read the one text of before', async (t) => {
  const db = await sampleDatabase(t, { migrated: true })
  const { json, plain } = program(t, db)
  await run(testEngine(t, db), PRESET, { confirm: 212 })
  await db.query(`update nic_cc_customer_backup set name = name || '.' where id = 1`)
  await db.query("update nic_cc_aod_backup set status = status || '.'")
  const seals = listOf((await json('verify')).last['checks']).find(({ name }) => name === 'seals')
  assert.deepEqual(Object.keys(seals ?? {}), ['name', 'ok', 'detail'])
  const findings = String(seals?.['detail']).split('; ')
  assert.ok(findings.length > 2, String(seals?.['detail']))
  const lines = (await plain('verify')).stdout.split('\n')
  const first = lines.findIndex((line) => line.startsWith('✖ seals'))
  const shown = lines.slice(first, first + findings.length)
  assert.deepEqual(
    shown.map((line) => line.replace(/^✖ seals/, '').trim()),
    findings,
  )
  const indent = ' '.repeat(shown[0]?.indexOf(findings[0] ?? '') ?? 0)
  assert.ok(shown.slice(1).every((line) => /^ +\S/.exec(line)?.[0].slice(0, -1) === indent))
})

test('above the guard a run needs the number that the plan names; without it nothing moves', async (t) => {
  const db = await sampleDatabase(t, { migrated: true })
  const { json } = program(t, db)
  const before = await digestOf(db)
  assertError(await json('run', '--yes'), 'guard_exceeded', 4)
  assertError(await json('run', '--confirm=211'), 'confirm_mismatch', 4)
  assertError(await json('run'), 'confirmation_missing', 2)
  assert.equal(await digestOf(db), before)
  const below = await json('run', '--confirm=20', '--max-rows=20')
  assert.deepEqual([below.code, below.last['archived']], [0, 20], 'a number is accepted below the guard too')
})

test('holds are set, listed and released, and keep a customer', async (t) => {
  const db = await sampleDatabase(t, { migrated: true })
  const { json } = program(t, db)
  const set = await json('hold', 'set', '1', '--reason', 'court case', '--case', '2026/114')
  assert.deepEqual([set.code, set.last['type'], set.last['key'], set.last['tier']], [0, 'hold', '1', 'active'])
  assert.deepEqual((await json('show', '1')).last['kept'], ['hold'])
  assert.equal(listOf((await json('hold', 'list', '--case', '2026/114')).last['holds']).length, 1)
  assertError(await json('hold', 'release', '1', '--case', '2026/114'), 'usage_invalid', 2)
  assertError(await json('hold', 'release', '1'), 'confirmation_missing', 2)
  const released = await json('hold', 'release', '1', '--yes')
  assert.deepEqual([released.code, listOf(released.last['released']).length], [0, 1])
  assertError(await json('hold', 'release', '1', '--yes'), 'not_found', 1)
  assertError(await json('hold', 'set', '99999', '--reason', 'x'), 'already_gone', 1)
})

test('a person is erased only with his key given twice, behind a plan, and leaves a receipt', async (t) => {
  const db = await sampleDatabase(t, { migrated: true })
  const { json } = program(t, db)
  assert.equal((await json('run', '--max-rows', '3', '--yes')).code, 0)
  const key = (await db.query('select min(id) as id from nic_cc_customer_backup'))[0]?.['id'] ?? ''
  const plan = await json('erase', key, '--dry-run')
  assert.deepEqual([plan.last['type'], plan.last['action'], plan.last['key']], ['erase', 'plan', key])
  assertError(await json('erase', key, '--reason', 'x', '--case', '7'), 'confirmation_missing', 2)
  assertError(await json('erase', key, '--confirm', key, '--case', '7'), 'usage_invalid', 2)
  assertError(await json('erase', key, '--confirm', key, '--reason', 'x'), 'usage_invalid', 2)
  assertError(await json('erase', key, '--confirm', '2', '--reason', 'x', '--case', '7'), 'erasure_unconfirmed', 4)
  await json('hold', 'set', key, '--reason', 'court case')
  const held = await json('erase', key, '--dry-run')
  assert.deepEqual([held.code, typeof held.last['letter']], [4, 'string'])
  await json('hold', 'release', key, '--yes')
  const softly = await json('erase', key, '--de-identify', '--confirm', key, '--reason', 'x', '--case', '6')
  assert.deepEqual([softly.code, softly.last['method'], softly.last['erasure']], [0, 'deidentify', 1])
  assertError(await json('erase', key, '--de-identify', '--dry-run'), 'nothing_identifying', 1)
  const erased = await json('erase', key, '--confirm', key, '--reason', 'x', '--case', '7')
  assert.deepEqual(
    [erased.code, erased.last['action'], erased.last['method'], erased.last['erasure']],
    [0, 'erase', 'delete', 2],
  )
  assert.equal(listOf((await json('erasures', '--key', key)).last['erasures']).length, 2)
  assert.equal((await json('verify')).code, 0)
})

test('a customer who cannot move makes the run partial, is listed, and is tried again on request', async (t) => {
  const db = await sampleDatabase(t, { migrated: true })
  const { json, plain } = program(t, db)
  const columns = await db.query(`select string_agg(quote_ident(attname), ', ') as list from pg_attribute
    where attrelid = 'nic_cc_customer'::regclass and attnum > 0 and not attisdropped`)
  const list = columns[0]?.['list']
  await db.query(`insert into nic_cc_customer_backup (${list}) select ${list} from nic_cc_customer where id = 1`)
  const partial = await json('run', '--confirm=212')
  assert.deepEqual([partial.code, partial.last['status'], partial.last['failed']], [3, 'partial', 1])
  const [failure] = listOf((await json('failures')).last['failures'])
  assert.equal(failure?.['key'], '1')
  assert.match((await plain('failures')).stdout, /^key +cause .*\n1 /)
  const again = await json('run', '--yes')
  assert.deepEqual([again.code, again.last['skipped']], [0, 1], 'skipped alone is not partial')
  const retried = await json('failures', 'retry', '1', '77')
  assert.deepEqual([retried.code, retried.last['retried'], retried.last['unknown']], [3, 1, ['77']])
  assert.equal((await json('failures')).last['failures']?.toString(), '')
})

test('history tells every run, and one in detail', async (t) => {
  const db = await sampleDatabase(t, { migrated: true })
  const { json, plain } = program(t, db)
  const engine = testEngine(t, db)
  await run(engine, PRESET, { dryRun: true })
  await run(engine, PRESET, { maxRows: 5 })
  const runs = listOf((await json('history')).last['runs'])
  assert.deepEqual(
    runs.map(({ run, dryRun, archived, status }) => [run, dryRun, archived, status]),
    [
      [2, false, 5, 'success'],
      [1, true, 0, 'success'],
    ],
  )
  const detail = (await json('history', '2')).last
  assert.equal(listOf([detail['run']])[0]?.['archived'], 5)
  const told = (await plain('history', '2')).stdout
  assert.match(told, /^Run 2 archive success · 5 moved/)
  assert.match(told, /Undo: mothball restore --run 2/)
})

test('doctor refuses before the migration, is content after it, and prints the GRANTs that a role lacks', async (t) => {
  const db = await sampleDatabase(t)
  const { json, plain } = program(t, db)
  const sick = await json('doctor')
  assert.deepEqual([sick.code, sick.last['type'], sick.last['status']], [4, 'doctor', 'refused'])
  await json('migrate', '--yes')
  const well = await json('doctor')
  assert.deepEqual([well.code, well.last['status']], [0, 'ok'], well.stdout)
  const role = `doctor_${Math.random().toString(36).slice(2)}`
  await db.query(`create role ${role} login password 'trial'`)
  t.after(() => asAdmin((query) => query(`drop role if exists ${role}`)).catch(() => undefined))
  const url = new URL(db.url)
  url.username = role
  url.password = 'trial'
  const asRole = ['--database-url', url.href]
  const refused = await plain('doctor', ...asRole)
  assert.equal(refused.code, 4, refused.stdout + refused.stderr)
  assert.match(refused.stdout, /`grant usage on schema mothball to doctor_/)
  const prefix = `${role}_`
  const { stdout } = await plain('doctor', '--grants', '--role-prefix', prefix)
  t.after(() =>
    asAdmin(async (query) => {
      for (const name of ['archiver', 'restorer', 'purger', 'reader'])
        await query(`drop role if exists ${prefix}${name}`)
    }).catch(() => undefined),
  )
  await db.query(stdout)
  await db.query(`grant ${prefix}archiver, ${prefix}restorer to ${role}`)
  const granted = await plain('doctor', ...asRole)
  assert.equal(granted.code, 0, granted.stdout + granted.stderr)
  const moving = await json('run', '--yes', '--max-rows', '5', ...asRole)
  assert.deepEqual([moving.code, moving.last['archived']], [0, 5], 'the GRANTs that were printed are enough')
})

test('migrate prints its SQL, which does the same', async (t) => {
  const db = await sampleDatabase(t)
  const { plain, json } = program(t, db)
  const script = await plain('migrate', '--sql')
  assert.equal(script.code, 0)
  assertError(await json('migrate'), 'confirmation_missing', 2)
  await db.query(script.stdout)
  assert.deepEqual((await json('migrate')).last['steps'], [])
  const indexed = await json('migrate', '--indexes', '--yes')
  assert.ok(listOf(indexed.last['steps']).every(({ kind }) => kind === 'index'))
  assert.deepEqual((await json('migrate', '--indexes')).last['steps'], [])
})

test('init proposes the preset where its tables are, and every relation where they are not', async (t) => {
  const db = await sampleDatabase(t, { unit: 'epoch_ms' })
  const call = program(t, db, null)
  const written = await call.json('init')
  assert.deepEqual([written.code, written.last['type'], written.last['table']], [0, 'init', 'nic_cc_customer'])
  assert.deepEqual(listOf(written.last['policies'])[0]?.['age'], { unit: 'epoch_ms' })
  assertError(await call.json('init'), 'file_exists', 2)
  const planned = await call.json('plan')
  assert.deepEqual([planned.code, planned.last['eligible']], [0, 212], 'the file that was written works as it is')

  await db.query(`create table orders (id uuid primary key, created_at timestamp);
    create table lines (order_id uuid references orders, no int, primary key (order_id, no));
    create table notes (id int primary key, order_id uuid, no int, foreign key (order_id, no) references lines)`)
  const other = await call.json('init', '--table', 'orders', '--force')
  const [policy] = listOf(other.last['policies'])
  assert.deepEqual(
    listOf(policy?.['relations']).map(({ table, columns, parent }) => [table, columns, parent]),
    [
      ['lines', ['order_id'], undefined],
      ['notes', ['order_id', 'no'], 'lines'],
    ],
  )
  assert.equal((await call.json('plan')).last['policy'], 'orders')
  assertError(await call.json('init', '--table', 'lines', '--force'), 'nothing_to_propose', 1)
  assertError(await call.json('init', '--table', 'nowhere', '--force'), 'not_found', 1)
})
