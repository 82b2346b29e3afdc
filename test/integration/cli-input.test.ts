// Bad input at the command line: each is refused before anything is touched, with a message, a hint and its exit code.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Call } from '../../src/cli/call.ts'
import { createProgram } from '../../src/cli/program.ts'
import type { ExitCode } from '../../src/core/errors/index.ts'
import { assertError, digestOf, type Ended, listOf, type Program, program, sampleDatabase } from '../support/program.ts'

/** What a command's work is given, where it is reached at all. */
async function reached(...words: readonly string[]): Promise<readonly unknown[] | string> {
  const calls: unknown[][] = []
  const door = {
    act:
      <Words extends readonly unknown[]>(_work: (call: Call, ...given: Words) => Promise<ExitCode>) =>
      async (...given: Words) => {
        calls.push([...given])
      },
  }
  const quiet = createProgram(door)
  for (const command of [quiet, ...quiet.commands, ...quiet.commands.flatMap((each) => each.commands)])
    command.configureOutput({ writeOut: () => undefined, writeErr: () => undefined, outputError: () => undefined })
  try {
    await quiet.parseAsync(words, { from: 'user' })
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  return calls.flat()
}

test('no command’s work begins with words that it does not know', async () => {
  const refused: Readonly<Record<string, RegExp>> = {
    plann: /unknown command 'plann'\n\(Did you mean plan\?\)/,
    'plan --jsno': /unknown option '--jsno'\n\(Did you mean --json\?\)/,
    'plan now': /too many arguments/,
    'run --batch-size 0': /^--batch-size: "0"/,
    'run --batch-size 10001': /more than 10000/,
    'run --batch-size=': /^--batch-size: is empty/,
    'run --max-rows 1e3': /^--max-rows: "1e3"/,
    'run --max-rows -5': /^--max-rows: "-5"/,
    'run --confirm=all': /^--confirm: "all"/,
    'run --slot tonight': /^--slot: "tonight" is not an instant/,
    'restore --run 0': /^--run: "0"/,
    'restore --since 2026-02-30': /does not exist/,
    'restore --where name': /is not "column operator value"/,
    'restore 1 --reason=': /^--reason: is empty/,
    'history x': /^RUN: "x"/,
    'history --limit 0': /^--limit: "0"/,
    show: /missing required argument/,
    'show=': /unknown command/,
    'hold set 1': /required option '--reason <text>'/,
    'hold release --id x': /^--id: "x"/,
    'hold drop 1': /too many arguments|unknown command/,
    'completion tcsh': /Allowed choices are bash, zsh, fish/,
    '--config= plan': /^--config: is empty/,
    'plan --policy=': /^--policy: is empty/,
    'plan --policy': /argument missing/,
  }
  for (const [words, message] of Object.entries(refused)) {
    const told = await reached(...words.split(' '))
    assert.equal(typeof told, 'string', `${words} was taken`)
    assert.match(String(told), message, words)
  }
})

test('words that are known reach their command as they were', async () => {
  assert.deepEqual((await reached('run', '--confirm=7412', '--json')).slice(0, 1), [{ confirm: 7412 }])
  assert.deepEqual((await reached('restore', '9007199254740993', '["a","b"]')).slice(0, 1), [
    ['9007199254740993', '["a","b"]'],
  ])
})

const PRESET = { preset: 'nic-call-center' }

async function assertRefused(ending: Promise<Ended>, code: string, exit: number, message: RegExp): Promise<void> {
  const ended = await ending
  assertError(ended, code, exit)
  assert.match(ended.stderr, message)
  assert.doesNotMatch(ended.stdout + ended.stderr, /geheim|at file:|node_modules/)
}

test('a configuration or a flag that is wrong leaves the database as it was', async (t) => {
  const db = await sampleDatabase(t)
  const before = await digestOf(db)
  const given = program(t, db)
  const with_ = (config: object, env = {}): Program => program(t, db, config, env)
  await assertRefused(
    given.json('migrat', '--yes'),
    'usage_invalid',
    2,
    /unknown command migrat\nhint: Did you mean migrate/,
  )
  await assertRefused(given.json('run', '--yes', '--batch-size', '0'), 'option_invalid', 2, /--batch-size: "0"/)
  await assertRefused(given.json('migrate'), 'confirmation_missing', 2, /Repeat the command with --yes/)
  await assertRefused(given.json('plan', '--policy', 'x'), 'policy_unknown', 2, /has nic-call-center/)
  await assertRefused(given.json('restore', '--yes', '--reason', 'x'), 'usage_invalid', 2, /nobody is named/)
  await assertRefused(given.json('restore', '1', '--yes'), 'usage_invalid', 2, /needs a reason/)
  const wrong = with_({ policies: [{ ...PRESET, batchSize: 0, days: 5 }] })
  await assertRefused(
    wrong.json('migrate', '--yes'),
    'config_invalid',
    2,
    /batchSize: must be at least 1\n.*no field days/,
  )
  const unset = with_({ database: { url: '${NOBODY_SETS_THIS}' }, policies: [PRESET] })
  await assertRefused(unset.json('migrate', '--yes'), 'variable_unset', 2, /database.url needs .* NOBODY_SETS_THIS/)
  const several = with_({ policies: [PRESET, { name: 'b', subject: 'b', age: { column: 'a', days: 1 } }] })
  await assertRefused(several.json('plan'), 'policy_ambiguous', 2, /nic-call-center, b/)
  await assertRefused(program(t, db, null).json('plan'), 'config_not_found', 2, /mothball init/)
  assert.equal(await digestOf(db), before)
})

test('a database that is not there, or lets nobody in, is told without its password', async (t) => {
  const db = await sampleDatabase(t)
  const url = new URL(db.url)
  url.password = 'geheim'
  await assertRefused(program(t, { url: url.href }).json('plan'), 'database_unreachable', 1, /28P01/)
  url.port = '1'
  await assertRefused(program(t, { url: url.href }).json('plan'), 'database_unreachable', 1, /ECONNREFUSED/)
  await assertRefused(program(t, { url: '' }).json('plan'), 'database_url_missing', 2, /MOTHBALL_DATABASE_URL/)
})

test('a database of a newer program is refused by every command, and left as it is', async (t) => {
  const db = await sampleDatabase(t, { migrated: true })
  await db.query(`insert into mothball.migration (version, name) values (999, 'tomorrow')`)
  const before = await digestOf(db)
  const { json } = program(t, db)
  assertError(await json('migrate', '--yes'), 'journal_newer', 4)
  assertError(await json('history'), 'journal_newer', 4)
  const run = await json('run', '--yes', '--max-rows', '1')
  assert.equal(run.code, 4)
  assert.equal(await digestOf(db), before)
})

test('nobody found: what was searched is said, what was typed is not', async (t) => {
  const db = await sampleDatabase(t, { migrated: true })
  const { json } = program(t, db)
  const unknown = await json('show', '082', '999', '9999')
  assertError(unknown, 'customer_unknown', 1)
  assert.match(unknown.stderr, /the key, mobile \(phone\), policy_number, email/)
  assert.doesNotMatch(unknown.stdout + unknown.stderr, /082/)
  const restore = await json('restore', '9007199254740993', '--yes', '--reason', 'x')
  assert.deepEqual([restore.code, restore.last['unknown']], [1, ['9007199254740993']], 'exact, and listed')
})

test('a key beyond 2^53 is found and restored exactly', async (t) => {
  const db = await sampleDatabase(t, { migrated: true })
  const [big, neighbour] = ['9007199254740993', '9007199254740992']
  for (const id of [big, neighbour])
    await db.query(`insert into nic_cc_customer (id, name, policy_number, account_status, updated_at, created_at)
      select ${id}, name, policy_number, account_status, updated_at, now() - interval '99 days' from nic_cc_customer where id = 1`)
  const { json } = program(t, db, { policies: [{ ...PRESET, criteria: 'basic' }] })
  assert.equal((await json('run', '--confirm=242')).code, 0)
  assert.equal((await json('show', big)).last['key'], big)
  assert.equal((await json('restore', big, '--yes', '--reason', 'x')).last['restored'], 1)
  const home = await db.query('select id from nic_cc_customer where id > 1000000')
  assert.deepEqual(home, [{ id: big }])
})

test('--quiet leaves the result and errors, and a policy without its tables is refused by plan', async (t) => {
  const db = await sampleDatabase(t, { migrated: true })
  const { plain } = program(t, db)
  const run = await plain('run', '--max-rows', '3', '--yes', '--quiet')
  assert.deepEqual([run.code, run.stderr], [0, ''])
  assert.match(run.stdout, /^SUCCESS {2}run 1 {2}3 archived · 0 failed · 0 skipped/)
  const other = program(t, db, { policies: [{ name: 'x', subject: 'nowhere', age: { column: 'a', days: 1 } }] })
  const plan = await other.json('plan')
  assert.equal(plan.code, 4)
  assert.deepEqual(listOf(plan.last['refusals']).map(({ code, object }) => [code, object])[0], [
    'missing_table',
    'nowhere',
  ])
})
