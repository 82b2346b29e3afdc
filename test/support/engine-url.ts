/**
 * As whom and which way the engine under test connects. Usually as the owner and directly; with `MOTHBALL_TEST_ROLES=1`
 * as a login that holds the archiver's and the restorer's grants and nothing else, with `MOTHBALL_TEST_POOLER=1` through
 * pgbouncer in transaction mode, which the suite's setup has started.
 */
import { randomBytes } from 'node:crypto'
import type { TestContext } from 'node:test'
import type { Policy } from '../../src/core/policy.ts'
import { openDatabase } from '../../src/db/open-database.ts'
import { grants } from '../../src/engine/grants.ts'
import { grantScript } from '../../src/sql/grants.sql.ts'
import type { TestDatabase } from './database.ts'
import { asAdmin } from './server.ts'

/** Set by the suite's setup. */
export const POOLER_PORT_VARIABLE = 'MOTHBALL_TEST_POOLER_PORT'

export const underRoles = process.env['MOTHBALL_TEST_ROLES'] === '1'

/** The same database, through the pooler where there is one. */
export function pooledUrl(direct: string): string {
  const port = process.env[POOLER_PORT_VARIABLE]
  const url = new URL(direct)
  if (port !== undefined) url.port = port
  return url.href
}

/** For an engine that works under `policy`: its tables and archives are there, and get no other grants afterwards. */
export async function engineUrl(t: TestContext, db: TestDatabase, policy: Policy): Promise<string> {
  return underRoles ? roleUrl(t, db, policy) : pooledUrl(db.url)
}

/** Roles belong to the server, so each test has its own; they go after its database. */
async function roleUrl(t: TestContext, db: TestDatabase, policy: Policy): Promise<string> {
  const prefix = `trial_${randomBytes(6).toString('hex')}_`
  const made = ['login', 'archiver', 'restorer', 'reader', 'purger'].map((role) => `${prefix}${role}`)
  t.after(() => asAdmin((query) => query(`drop role if exists ${made.join()}`)).catch(() => undefined))
  await db.query(await scriptFor(db, policy, prefix))
  await db.query(`create role ${prefix}login login password 'trial' in role ${prefix}archiver, ${prefix}restorer`)
  const url = new URL(db.url)
  url.username = `${prefix}login`
  url.password = 'trial'
  return url.href
}

async function scriptFor(db: TestDatabase, policy: Policy, prefix: string): Promise<string> {
  const database = openDatabase({ url: db.url })
  try {
    return grantScript(await grants({ database }, [policy], prefix))
  } finally {
    await database.close()
  }
}
