/**
 * The program as a user calls it, without a terminal, on a test's database: `start` and `alone` as bin/mothball.js in a
 * process of their own, `json` and `plain` in one that has it loaded already.
 * The contract's form is the default: `COMMAND --config FILE --json`, the database from the environment.
 */
import assert from 'node:assert/strict'
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Policy } from '../../src/core/policy.ts'
import { applyMigration, planMigration } from '../../src/db/migrate.ts'
import { openDatabase } from '../../src/db/open-database.ts'
import { fillSampleTables } from '../../src/demo/sample-data.ts'
import { createSampleTables } from '../../src/demo/sample-tables.ts'
import { policyOf } from './call-center.ts'
import { type TestDatabase, testDatabase } from './database.ts'
import { call } from './program-pool.ts'
import { serverUrl } from './server.ts'

const BIN = fileURLToPath(new URL('../../bin/mothball.js', import.meta.url))

export type Json = Readonly<Record<string, unknown>>

export type Ended = Readonly<{
  code: number | null
  stdout: string
  stderr: string
  /** stdout's lines, where they are JSON. */
  lines: readonly Json[]
  /** The last of them: the result. */
  last: Json
}>

export type Program = Readonly<{
  /** Runs to the end with --json, in a process of its own. */
  alone(...words: readonly string[]): Promise<Ended>
  /** Runs to the end, with --json. */
  json(...words: readonly string[]): Promise<Ended>
  /** Runs to the end, for people. */
  plain(...words: readonly string[]): Promise<Ended>
  /** Starts with --json and goes on. */
  start(...words: readonly string[]): Started
  /** A folder of the test's own; the program runs in it. */
  folder: string
}>

export type Started = Readonly<{
  child: ChildProcessByStdio<null, Readable, Readable>
  ended: Promise<Ended>
}>

/** `config` is the document of --config; null: none is named. */
export function program(
  t: TestContext,
  db: Pick<TestDatabase, 'url'>,
  config: object | null = { policies: [{ preset: 'nic-call-center' }] },
  env: Readonly<Record<string, string>> = {},
): Program {
  const folder = mkdtempSync(join(tmpdir(), 'mothball-program-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const named = config === null ? [] : ['--config', join(folder, 'given.json')]
  if (config !== null) writeFileSync(join(folder, 'given.json'), JSON.stringify(config))
  const variables = { ...definedOf(process.env), MOTHBALL_DATABASE_URL: db.url, NO_COLOR: '1', ...env }
  const start = (...words: readonly string[]): Started => {
    const child = spawn(process.execPath, [BIN, ...words, ...named], {
      cwd: folder,
      env: variables,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    t.after(() => child.kill('SIGKILL'))
    const ended = endOf(child)
    // A test may close the pipes itself, and wait for the child instead.
    ended.catch(() => undefined)
    return { child, ended }
  }
  const callOf = async (...words: readonly string[]) =>
    readEnded(await call({ words: [...words, ...named], folder, env: variables }))
  return {
    folder,
    start: (...words) => start(...words, '--json'),
    alone: (...words) => start(...words, '--json').ended,
    json: (...words) => callOf(...words, '--json'),
    plain: callOf,
  }
}

const definedOf = (env: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))

async function endOf(child: Started['child']): Promise<Ended> {
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return readEnded({ code, stdout, stderr })
}

function readEnded({ code, stdout, stderr }: Pick<Ended, 'code' | 'stdout' | 'stderr'>): Ended {
  const lines = stdout.split('\n').flatMap((line): Json[] => (line.startsWith('{') ? [JSON.parse(line)] : []))
  return { code, stdout, stderr, lines, last: lines.at(-1) ?? {} }
}

/** 300 customers of the call center: 212 are eligible by the enhanced criteria, 240 by the basic ones. */
export type Sample = Readonly<{ foreignKeys?: boolean; unit?: 'timestamptz' | 'epoch_ms'; migrated?: boolean }>

export function sampleDatabase(t: TestContext, sample: Sample = {}): Promise<TestDatabase> {
  const { foreignKeys = false, unit = 'timestamptz', migrated = false } = sample
  const name = `program_${foreignKeys ? 'keys' : 'none'}_${unit}${migrated ? '_migrated' : ''}`
  const build = async (query: TestDatabase['query']) => {
    const options = { customers: 300, seed: 1, foreignKeys, unit }
    await createSampleTables(query, options)
    await fillSampleTables(query, options)
    if (migrated) await migrate(query)
  }
  return testDatabase(t, { template: { name, build } })
}

/** What `mothball migrate --yes` does, without starting it. */
async function migrate(query: TestDatabase['query']): Promise<void> {
  const [row] = await query('select current_database() as name')
  const database = openDatabase({ url: serverUrl(row?.['name'] ?? '') })
  try {
    await applyMigration(database, await planMigration(database, [PRESET]))
  } finally {
    await database.close()
  }
}

export const PRESET: Policy = policyOf({})

/** One text over every row of every table but `except`: equal where nothing was changed, or made. */
export async function digestOf({ query }: TestDatabase, ...except: readonly string[]): Promise<string> {
  const tables = await query(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
      where schemaname not in ('pg_catalog', 'information_schema') and tablename <> all($1) order by 1`,
    [except],
  )
  const digests: string[] = []
  for (const { name } of tables) {
    const [row] = await query(
      `select count(*) || ' ' || coalesce(sum(hashtextextended(t::text, 0)), 0) as d from ${name} t`,
    )
    digests.push(`${name} ${row?.['d']}`)
  }
  return digests.join('\n')
}

/** A list of objects within a line; fails where it is none. */
export function listOf(value: unknown): readonly Json[] {
  assert.ok(Array.isArray(value), JSON.stringify(value))
  return value
}

/** The error line of --json: `code`, and on stderr the same for people. */
export function assertError(ended: Ended, code: string, exit: number): void {
  assert.equal(ended.last['type'], 'error', ended.stdout + ended.stderr)
  assert.equal(ended.last['code'], code)
  assert.equal(ended.last['version'], 1)
  assert.equal(ended.code, exit)
  assert.match(ended.stderr, /^error: .+\n(.*\n)*hint: .+\.\n$/)
}
