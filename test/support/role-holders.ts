/**
 * The roles of `doctor --grants`, made from the very script that it prints, and a login of each: an engine that works as
 * that login, and statements that it is or is not allowed. Roles belong to the server, so each test has its own prefix.
 */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import type { TestContext } from 'node:test'
import type { ArchiveEvent } from '../../src/core/event.ts'
import type { RoleName } from '../../src/core/grants/grant.ts'
import type { Policy } from '../../src/core/policy.ts'
import { grants } from '../../src/engine/grants.ts'
import type { Engine } from '../../src/engine/ports.ts'
import { grantScript } from '../../src/sql/grants.sql.ts'
import { type CallCenter, testEngine } from './call-center.ts'
import type { TestDatabase } from './database.ts'
import { asAdmin, connect, type Query } from './server.ts'

export type Worker = Readonly<{
  engine: Engine
  events: readonly ArchiveEvent[]
  url: string
  /** Passes, and is rolled back. */
  may(statement: string): Promise<void>
  /** Each is answered by 42501, insufficient privilege. */
  mayNot(statements: readonly string[]): Promise<void>
}>

export type Workers = Readonly<{
  prefix: string
  script: string
  as(role: RoleName): Promise<Worker>
  /** Runs the script of these policies over what there is. */
  grantAgain(policies: readonly Policy[]): Promise<void>
}>

type Place = Readonly<{ db: TestDatabase; engine: Engine; policy: Policy }>

export async function workers(t: TestContext, { db, engine, policy }: Place): Promise<Workers> {
  const prefix = `trial_${randomBytes(6).toString('hex')}_`
  const made = ['reader', 'archiver', 'restorer', 'purger', 'eraser'].map((role) => `${prefix}${role}`)
  // The database goes first, and every grant with it.
  t.after(() => asAdmin((query) => query(`drop role if exists ${made.join()}`)).catch(() => undefined))
  const scriptOf = async (policies: readonly Policy[]) => grantScript(await grants(engine, policies, prefix))
  const script = await scriptOf([policy])
  await db.query(script)
  return {
    prefix,
    script,
    as: (role) => workerOf(t, db, `${prefix}${role}`),
    grantAgain: async (policies) => void (await db.query(await scriptOf(policies))),
  }
}

async function workerOf(t: TestContext, db: TestDatabase, role: string): Promise<Worker> {
  const login = `${role}_login`
  await db.query(`create role ${login} login password 'trial' in role ${role}`)
  t.after(() => asAdmin((query) => query(`drop role if exists ${login}`)).catch(() => undefined))
  const url = new URL(db.url)
  url.username = login
  url.password = 'trial'
  const events: ArchiveEvent[] = []
  const trying = async (
    statements: readonly string[],
    attempt: (query: Query, statement: string) => Promise<unknown>,
  ) => {
    const { query, end } = await connect(url.href)
    try {
      for (const statement of statements) {
        await query('begin')
        await attempt(query, statement)
        await query('rollback')
      }
    } finally {
      await end()
    }
  }
  return {
    engine: testEngine(t, { ...db, url: url.href }, events),
    events,
    url: url.href,
    may: (statement) => trying([statement], (query) => query(statement)),
    mayNot: (statements) => trying(statements, (query, each) => assert.rejects(query(each), { code: '42501' }, each)),
  }
}

/** Two old customers with a call each. */
export async function twoOld(center: CallCenter): Promise<readonly [string, string]> {
  const old = async () => {
    const customer = await center.customer(90, { mobile: '082 555 0142' })
    await center.related('call_log', customer, { created_at: -50 })
    return customer
  }
  return [await old(), await old()]
}
