/** The homecoming trigger on a test's tables, and agents who write to archived families. */
import type { TestContext } from 'node:test'
import type { Policy } from '../../src/core/policy.ts'
import { applyMigration } from '../../src/db/migrate.ts'
import { planHomecoming, planHomecomingRemoval } from '../../src/engine/homecoming/homecoming.ts'
import type { Engine } from '../../src/engine/ports.ts'
import { archivedFamilies } from './archived-families.ts'
import { type CallCenter, type CallCenterOptions, callCenter } from './call-center.ts'
import type { TestDatabase } from './database.ts'
import { eventually } from './eventually.ts'
import { connect, type Query } from './server.ts'

/** Three whole families in the archive, behind the trigger; their keys. */
export async function guardedCenter(
  t: TestContext,
  options: Pick<CallCenterOptions, 'foreignKeys' | 'signals'> = {},
): Promise<Readonly<{ center: CallCenter; keys: readonly [string, string, string]; write: Query }>> {
  const prepare = async (center: CallCenter) => {
    await archivedFamilies(center, 3)
    await installHomecoming(center)
  }
  const center = await callCenter(t, { ...options, prepared: { name: 'homecoming', prepare } })
  return { center, keys: ['1', '2', '3'], write: await agent(t, center.db.url) }
}

/** The trigger is made by whoever owns the tables. */
type Installable = Readonly<{ engine: Engine; owner?: Engine; policy: Policy }>

/** Installs what is missing; returns the titles of what was done. */
export async function installHomecoming(
  { engine: own, owner: engine = own, policy }: Installable,
  options: Readonly<{ withSubject?: boolean }> = {},
): Promise<readonly string[]> {
  const steps = await planHomecoming(engine, policy, options)
  await applyMigration(engine.database, steps)
  return steps.map(({ title }) => title)
}

export async function removeHomecoming({
  engine: own,
  owner: engine = own,
  policy,
}: Installable): Promise<readonly string[]> {
  const steps = await planHomecomingRemoval(engine, policy)
  await applyMigration(engine.database, steps)
  return steps.map(({ title }) => title)
}

/** A connection of an agent's own, closed at the end of the test. */
export async function agent(t: TestContext, url: string): Promise<Query> {
  const connection = await connect(url)
  t.after(() => connection.end())
  return connection.query
}

/** What a statement comes to: empty, or SQLSTATE, message and hint. */
export async function refusalOf(written: Promise<unknown>): Promise<string> {
  try {
    await written
    return ''
  } catch (error) {
    const facts = error instanceof Error ? { ...error, message: error.message } : {}
    const hint = 'hint' in facts ? String(facts.hint) : ''
    return `${'code' in facts ? String(facts.code) : ''} ${'message' in facts ? facts.message : ''}; ${hint}`
  }
}

/** Resolves when so many sessions of the test's database wait for a lock. */
export const waiting = ({ query }: Pick<TestDatabase, 'query'>, count: number): Promise<void> =>
  eventually(`${count} wait for a lock`, async () => {
    const [row] = await query(
      `select count(*) as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    )
    return row?.['n'] === String(count)
  })
