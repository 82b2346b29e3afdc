/**
 * As whom and which way the engine under test connects. Usually as the owner and directly; with `MOTHBALL_TEST_ROLES=1`
 * as a login that holds the archiver's and the restorer's grants, and those of a role that a test names, and nothing
 * else; with `MOTHBALL_TEST_POOLER=1` through pgbouncer in transaction mode, which the suite's setup has started.
 */
import { randomBytes } from 'node:crypto'
import type { TestContext } from 'node:test'
import type { RoleName } from '../../src/core/grants/grant.ts'
import type { Policy } from '../../src/core/policy.ts'
import { openDatabase } from '../../src/db/open-database.ts'
import { grants } from '../../src/engine/grants.ts'
import { grantScript } from '../../src/sql/grants.sql.ts'
import type { Query, TestDatabase } from './database.ts'
import { asAdmin } from './server.ts'

/** Set by the suite's setup. */
export const POOLER_PORT_VARIABLE = 'MOTHBALL_TEST_POOLER_PORT'

const underRoles = process.env['MOTHBALL_TEST_ROLES'] === '1'

/** The same database, through the pooler where there is one. */
function pooledUrl(direct: string): string {
  const port = process.env[POOLER_PORT_VARIABLE]
  const url = new URL(direct)
  if (port !== undefined) url.port = port
  return url.href
}

/** How the engine of a test reaches its database, and how the test itself does. */
export type EngineAccess = Readonly<{ url: string; query: Query }>

/** Roles that an engine needs beside the archiver's and the restorer's; or it does what no role may, only the owner. */
export type Beside = readonly RoleName[] | 'owner'

/** For an engine that works under `policy`, whose tables and archives are there. */
export async function engineAccess(
  t: TestContext,
  db: TestDatabase,
  policy: Policy,
  beside: Beside = [],
): Promise<EngineAccess> {
  return underRoles && beside !== 'owner'
    ? roleAccess(t, db, policy, beside)
    : { url: pooledUrl(db.url), query: db.query }
}

/**
 * Roles belong to the server, so each test has its own; they go after its database. Whoever alters a table gives the
 * grants again, as the script's own head asks him to.
 */
async function roleAccess(
  t: TestContext,
  db: TestDatabase,
  policy: Policy,
  beside: readonly RoleName[],
): Promise<EngineAccess> {
  const prefix = `trial_${randomBytes(6).toString('hex')}_`
  const made = ['login', 'archiver', 'restorer', 'reader', 'purger', 'eraser'].map((role) => `${prefix}${role}`)
  t.after(() => asAdmin((query) => query(`drop role if exists ${made.join()}`)).catch(() => undefined))
  await db.query(await scriptFor(db, policy, prefix))
  const held = ['archiver', 'restorer', ...beside].map((role) => `${prefix}${role}`)
  await db.query(`create role ${prefix}login login password 'trial' in role ${held.join()}`)
  const url = new URL(db.url)
  url.username = `${prefix}login`
  url.password = 'trial'
  const query: Query = async (text, values) => {
    const rows = await db.query(text, values)
    if (/\b(create|alter) table\b/i.test(text)) await db.query(await scriptFor(db, policy, prefix))
    return rows
  }
  return { url: url.href, query }
}

async function scriptFor(db: TestDatabase, policy: Policy, prefix: string): Promise<string> {
  const database = openDatabase({ url: db.url })
  try {
    return grantScript(await grants({ database }, [policy], prefix))
  } finally {
    await database.close()
  }
}
