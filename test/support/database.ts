/**
 * A fresh database for one test: made in the suite's server, cloned from a named template that is built once,
 * dropped at the end. The database of a failed test stays and is named in a diagnostic.
 */
import { randomBytes } from 'node:crypto'
import type { TestContext } from 'node:test'
import pg from 'pg'
import { MUTANT_VARIABLE } from '../mutants/mutant.ts'
import { type Connection, connect, type Query, serverUrl } from './server.ts'
import { buildTemplate, type Template } from './template.ts'

export type { Query } from './server.ts'
export type { Template } from './template.ts'

export type TestDatabase = Readonly<{
  url: string
  query: Query
  /** Ends the connection of `query`; the database itself goes at the end of the test. */
  close: () => Promise<void>
}>

const admins = new Map<string, pg.Pool>()

/** One connection for all databases that a test file makes: to connect costs as much as to clone. */
async function asOneAdmin(statement: string): Promise<void> {
  const url = serverUrl('postgres')
  const pool = admins.get(url) ?? new pg.Pool({ connectionString: url, max: 2, allowExitOnIdle: true })
  // A server that is crashed on purpose ends it; the next statement has a new one.
  if (!admins.has(url)) pool.on('error', () => undefined)
  admins.set(url, pool)
  await pool.query(statement)
}

const clone = (name: string, template: string, encoding: string | undefined) =>
  // The default strategy (WAL_LOG from 15 on): FILE_COPY asks for two checkpoints of the whole server for each clone.
  asOneAdmin(
    `create database ${name} template ${template}${encoding === undefined ? '' : ` encoding '${encoding}' locale_provider libc locale 'C'`}`,
  )

/** True once the test's body has ended without an error; the type definitions do not know the field yet. */
const hasPassed = (t: TestContext): boolean => 'passed' in t && t.passed === true

/** A test that fails because its safety was taken out leaves nothing to look into. */
const isMutant = process.env[MUTANT_VARIABLE] !== undefined

/**
 * A database of the test's own, with one connection opened at the first query. Close what else was opened to `url`
 * within the test; it is cut off otherwise.
 */
export async function testDatabase(
  t: TestContext,
  options: { template?: Template; encoding?: string } = {},
): Promise<TestDatabase> {
  const template = options.template ? await buildTemplate(options.template) : 'template0'
  const name = `mothball_test_${randomBytes(6).toString('hex')}`
  await clone(name, template, options.encoding)
  const url = serverUrl(name)
  let connection: Promise<Connection> | null = null
  const close = async () => (await connection)?.end()
  t.after(async () => {
    await close()
    if (hasPassed(t) || isMutant) await asOneAdmin(`drop database ${name} with (force)`)
    else t.diagnostic(`the database of this failed test is ${name}; it lasts as long as its server (MOTHBALL_TEST_URL)`)
  })
  const query: Query = async (text, values) => {
    connection ??= connect(url)
    return (await connection).query(text, values)
  }
  return { url, query, close: async () => void (await close()) }
}
