/**
 * A call center with agents at its side, one database for all races of a mode: each race makes customers of its own,
 * one for each operation, so that no race knows of another.
 */
import type { TestContext } from 'node:test'
import { applyMigration } from '../../src/db/migrate.ts'
import { openDatabase } from '../../src/db/open-database.ts'
import { planHomecoming } from '../../src/engine/homecoming/homecoming.ts'
import { type Engine, INERT_SIGNALS, type SignalPoint } from '../../src/engine/ports.ts'
import { run } from '../../src/engine/run/run.ts'
import { type CallCenter, callCenter } from '../support/call-center.ts'
import { type Connection, connect } from '../support/server.ts'
import { BOUNDARIES } from './boundaries.ts'
import { type Case, OPERATIONS, type Operation } from './operations.ts'
import type { Mode } from './rules.ts'

/** Who acts: a name by which pg_stat_activity knows the backend, and what he acts with. */
export type Agent = Readonly<{ name: string; connection: Connection; engine: Engine }>

export type Arena = Readonly<{
  center: CallCenter
  mode: Mode
  /** One for each operation, in their order. */
  agents: readonly Agent[]
  /** Called at every point that the engine reaches. */
  standAt: (reached: (point: SignalPoint) => Promise<void>) => void
  /** Fresh customers, old enough to go, one for each operation; one from the archive who is to be brought back. */
  cases: (operations: readonly Operation[]) => Promise<readonly Case[]>
}>

/** Archived beforehand: one for each race that brings somebody back. */
const ARCHIVED = BOUNDARIES.length

export async function arenaOf(t: TestContext, mode: Mode): Promise<Arena> {
  let reached: (point: SignalPoint) => Promise<void> = async () => undefined
  const center = await callCenter(t, {
    foreignKeys: mode.keys,
    signals: { reached: (point) => reached(point) },
    // What the batch itself leaves behind is to be seen, not what a sweep makes of it.
    policy: { guard: 1, late: 'report' },
  })
  if (mode.checked === 'by homecoming')
    await applyMigration(center.owner.database, await planHomecoming(center.owner, center.policy))
  const archived = await families(center, ARCHIVED)
  await run(center.engine, center.policy, { confirm: ARCHIVED })
  const agents = await Promise.all(OPERATIONS.map((_each, index) => agentOf(t, center, `agent ${index}`)))
  return {
    center,
    mode,
    agents,
    standAt: (then) => {
      reached = then
    },
    cases: (operations) => casesOf(center, mode, { operations, archived }),
  }
}

async function agentOf(t: TestContext, center: CallCenter, name: string): Promise<Agent> {
  const url = new URL(center.db.url)
  url.searchParams.set('application_name', name)
  const connection = await connect(url.href)
  const database = openDatabase({ url: url.href, applicationName: name })
  t.after(() => Promise.all([connection.end(), database.close()]))
  const engine = { database, signals: INERT_SIGNALS, pause: { sleep: async () => undefined }, emit: () => undefined }
  return { name, connection, engine }
}

type Family = Omit<Case, 'operation' | 'colleague' | 'colleagueCall'>

const OLD = "now() - interval '90 days'"

/** Old customers with a row in every related table, all of it done with. */
export async function families({ db }: CallCenter, count: number, created = OLD): Promise<Family[]> {
  const customers = await db.query(`insert into nic_cc_customer (name, created_at)
    select 'old', ${created} from generate_series(1, ${count}) returning id`)
  const keys = customers.map((row) => row['id'])
  const related = (table: string, columns: string, values: string) =>
    db.query(
      `insert into nic_cc_${table} (customer_id, ${columns}) select id, ${values} from unnest($1::bigint[]) id returning id`,
      [keys],
    )
  const aods = await related('aod', 'status', `'settled'`)
  const plans = await related('payment_plan', 'total', '90')
  await db.query(
    `insert into nic_cc_installment (customer_id, payment_plan_id, status)
      select customer_id, id, 'paid' from nic_cc_payment_plan where customer_id = any($1::bigint[])`,
    [keys],
  )
  const calls = await related('call_log', 'remark, created_at', `'old', now() - interval '50 days'`)
  await related('follow_up', 'scheduled_at', `now() - interval '50 days'`)
  await related('contact_update_history', 'new_value', `'old'`)
  return keys.map((key, index) => ({
    customer: key ?? '',
    aod: aods[index]?.['id'] ?? '',
    plan: plans[index]?.['id'] ?? '',
    call: calls[index]?.['id'] ?? '',
  }))
}

async function casesOf(
  center: CallCenter,
  mode: Mode,
  { operations, archived }: Readonly<{ operations: readonly Operation[]; archived: Family[] }>,
): Promise<readonly Case[]> {
  const [colleague] = await families(center, 1, 'now()')
  const fresh = await families(center, operations.filter(({ touches }) => touches !== 'another').length)
  const cases: Case[] = []
  for (const operation of operations) {
    const family = (operation.touches === 'another' ? archived : fresh).pop()
    if (family === undefined || colleague === undefined) throw new Error('there are too few customers')
    if (isBare(operation, mode)) await strip(center, family.customer)
    cases.push({ ...family, operation, colleague: colleague.customer, colleagueCall: colleague.call })
  }
  return cases
}

/** Where keys do not take the family along, an agent can only delete a customer who has nothing, or leaves orphans. */
const isBare = ({ leaves }: Operation, { deletes }: Mode): boolean => leaves === 'gone' && deletes === 'subject'

async function strip({ db }: CallCenter, customer: string): Promise<void> {
  const tables = ['installment', 'payment_plan', 'aod', 'call_log', 'follow_up', 'contact_update_history']
  await db.query(tables.map((each) => `delete from nic_cc_${each} where customer_id = ${customer}`).join(';'))
}
