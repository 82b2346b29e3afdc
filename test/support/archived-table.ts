/**
 * A table of a test's own, archived by a real run: for what the call center's tables do not show, such as odd types,
 * odd keys and odd names.
 */
import type { TestContext } from 'node:test'
import type { Policy } from '../../src/core/policy.ts'
import { isProblems, type PolicyInput, parsePolicy } from '../../src/core/policy-schema.ts'
import { applyMigration, planMigration } from '../../src/db/migrate.ts'
import type { Engine, Signals } from '../../src/engine/ports.ts'
import { run } from '../../src/engine/run/run.ts'
import { testEngine } from './call-center.ts'
import { type TestDatabase, testDatabase } from './database.ts'
import { type Beside, engineAccess } from './engine-url.ts'

export type Toy = Readonly<{
  db: TestDatabase
  engine: Engine
  /** The same as `engine`, as whoever owns the tables: for what no role may do. */
  owner: Engine
  policy: Policy
}>

/** Runs `ddl`, makes the archive tables. The subject has a `created_at` unless the policy says otherwise. */
export const toyTables = async (t: TestContext, ddl: string, input: ToyPolicy, powers?: Powers): Promise<Toy> =>
  toyIn(t, await testDatabase(t), ddl, input, powers)

type ToyPolicy = Partial<PolicyInput> & Readonly<{ subject: string }>
type Powers = Readonly<{ signals?: Signals; beside?: Beside }>

/** The same in a database that the test has made. */
export async function toyIn(
  t: TestContext,
  db: TestDatabase,
  ddl: string,
  input: ToyPolicy,
  { signals, beside }: Powers = {},
): Promise<Toy> {
  await db.query(ddl)
  const policy = parsePolicy({ name: 'toy', age: { column: 'created_at', days: 60 }, guard: 1, ...input }, 'policy')
  if (isProblems(policy)) throw new Error(JSON.stringify(policy))
  const owner = testEngine(t, db, [], signals)
  await migrateToy({ owner, policy })
  const { url, query } = await engineAccess(t, db, policy, beside)
  return { db: { ...db, query }, engine: testEngine(t, { ...db, url }, [], signals), owner, policy }
}

export async function migrateToy({ owner, policy }: Pick<Toy, 'owner' | 'policy'>): Promise<void> {
  await applyMigration(owner.database, await planMigration(owner.database, [policy]))
}

/** Archives all that is old; returns how many subjects that were. */
export async function archiveToy({ engine, policy }: Toy): Promise<Readonly<{ archived: number; run: number }>> {
  const result = await run(engine, policy, { ignoreWindow: true })
  if (result.status !== 'success') throw new Error(JSON.stringify(result))
  return result
}
