/**
 * A small call center in a database of its own: the specification's tables with few columns, customers made one by
 * one with what a test is about, and an engine on it that remembers its events and never sleeps.
 */
import type { TestContext } from 'node:test'
import type { ArchiveEvent } from '../../src/core/event.ts'
import type { Policy } from '../../src/core/policy.ts'
import { isProblems, parsePolicy } from '../../src/core/policy-schema.ts'
import { applyMigration, planMigration } from '../../src/db/migrate.ts'
import { openDatabase } from '../../src/db/open-database.ts'
import { type Engine, INERT_SIGNALS, type Signals } from '../../src/engine/ports.ts'
import { type NicCallCenterOptions, nicCallCenter } from '../../src/presets/nic-call-center.ts'
import { MUTANT_VARIABLE } from '../mutants/mutant.ts'
import { type TestDatabase, testDatabase } from './database.ts'
import { type Beside, engineAccess } from './engine-url.ts'
import { type Query, serverUrl } from './server.ts'

/** How related tables refer to the customer; `none` is what Xano makes. */
export type ForeignKeys = 'none' | 'no action' | 'restrict' | 'cascade' | 'set null' | 'deferrable'

type Unit = 'timestamptz' | 'epoch_ms'

export type CallCenterOptions = Readonly<{
  foreignKeys?: ForeignKeys
  unit?: Unit
  /** The preset's options and any field of the policy. */
  policy?: NicCallCenterOptions
  /** False: the database as a user brings it, before `migrate`. */
  migrate?: boolean
  signals?: Signals
  /** Where the engine works under roles. */
  beside?: Beside
  /** What every clone holds already, under a name of its own; made once, with this policy. */
  prepared?: Readonly<{ name: string; prepare: (center: CallCenter) => Promise<void> }>
}>

export type CallCenter = Readonly<{
  db: TestDatabase
  engine: Engine
  /** An engine of whoever owns the tables and the journal, for what no role may. */
  owner: Engine
  policy: Policy
  /** What the engine said, in order. */
  events: readonly ArchiveEvent[]
  /** Makes a customer so many days old; returns his key. */
  customer(ageDays: number, columns?: Columns): Promise<string>
  /** Makes a related row; `created_at` and `scheduled_at` take days from now, negative ones are past. */
  related(table: RelatedTable, customer: string, columns?: Columns): Promise<string>
  count(table: string, where?: string): Promise<number>
}>

type Columns = Readonly<Record<string, string | number | null>>
export type RelatedTable = 'aod' | 'payment_plan' | 'installment' | 'call_log' | 'follow_up' | 'contact_update_history'

const RELATED: Readonly<Record<RelatedTable, string>> = {
  aod: 'status text, amount numeric(12,2)',
  payment_plan: 'total numeric(12,2)',
  installment: 'payment_plan_id bigint, status text, amount numeric(12,2)',
  call_log: 'remark text, created_at instant',
  follow_up: 'scheduled_at instant',
  contact_update_history: 'field text, new_value text',
}

const ON_DELETE: Readonly<Record<Exclude<ForeignKeys, 'none'>, string>> = {
  'no action': 'on delete no action',
  restrict: 'on delete restrict',
  cascade: 'on delete cascade',
  'set null': 'on delete set null',
  deferrable: 'deferrable initially deferred',
}

export async function callCenter(t: TestContext, options: CallCenterOptions = {}): Promise<CallCenter> {
  const { foreignKeys = 'none', unit = 'timestamptz', prepared } = options
  const migrate = options.migrate ?? true
  const base = prepared === undefined ? `call_center${migrate ? '' : '_bare'}` : preparedName(prepared.name)
  const name = `${base}_${foreignKeys}_${unit}`.replaceAll(' ', '_')
  const policy = policyOf(options)
  const db = await testDatabase(t, {
    template: {
      name,
      build: async (query) => {
        await query(schemaDdl(foreignKeys, unit))
        if (migrate) await migrateTemplate(query, policyOf({ unit }))
        if (prepared !== undefined) await prepareTemplate(query, policy, unit, prepared.prepare)
      },
    },
  })
  const events: ArchiveEvent[] = []
  const { url, query } = migrate ? await engineAccess(t, db, policy, options.beside) : db
  const engine = testEngine(t, { ...db, url }, events, options.signals)
  return centerOn({ db: { ...db, query }, engine, owner: testEngine(t, db), policy, events }, unit)
}

/** What a mutant prepares, with one safety less, is no other test's. */
const preparedName = (name: string): string => {
  const mutant = process.env[MUTANT_VARIABLE]
  return mutant === undefined ? name : `${name}_m${mutant}`
}

function centerOn(base: Pick<CallCenter, 'db' | 'engine' | 'owner' | 'policy' | 'events'>, unit: Unit): CallCenter {
  const { db } = base
  const instant = (days: number) =>
    (unit === 'timestamptz' ? AGO : `(extract(epoch from ${AGO}) * 1000)::bigint`).replace('$', String(days))
  const insert = async (table: string, columns: Readonly<Record<string, string>>) => {
    const names = Object.keys(columns)
    const sql = `insert into ${table} (${names.join()}) values (${Object.values(columns).join()}) returning id`
    const [row] = await db.query(names.length === 0 ? `insert into ${table} default values returning id` : sql)
    return row?.['id'] ?? ''
  }
  return {
    ...base,
    customer: (ageDays, columns = {}) =>
      insert('nic_cc_customer', { created_at: instant(-ageDays), ...literals(columns, instant) }),
    related: (table, customer, columns = {}) =>
      insert(`nic_cc_${table}`, { customer_id: customer, ...literals(columns, instant) }),
    count: async (table, where = 'true') => {
      const [row] = await db.query(`select count(*) as n from ${table} where ${where}`)
      return Number(row?.['n'])
    },
  }
}

/** Migrated once, in the template: every archive table is there, whichever option a test's policy takes. */
async function migrateTemplate(query: Query, policy: Policy): Promise<void> {
  const [row] = await query('select current_database() as name')
  const database = openDatabase({ url: serverUrl(row?.['name'] ?? '') })
  try {
    await applyMigration(database, await planMigration(database, [policy]))
  } finally {
    await database.close()
  }
}

async function prepareTemplate(
  query: Query,
  policy: Policy,
  unit: Unit,
  prepare: (center: CallCenter) => Promise<void>,
): Promise<void> {
  const [row] = await query('select current_database() as name')
  const url = serverUrl(row?.['name'] ?? '')
  const database = openDatabase({ url })
  const engine = { database, signals: INERT_SIGNALS, pause: { sleep: () => Promise.resolve() }, emit: () => undefined }
  const db = { url, query, close: () => Promise.resolve() }
  try {
    await prepare(centerOn({ db, engine, owner: engine, policy, events: [] }, unit))
  } finally {
    await database.close()
  }
}

/** An engine on the test's database: events go to `events`, pauses pass at once. */
export function testEngine(
  t: TestContext,
  db: TestDatabase,
  events: ArchiveEvent[] = [],
  signals: Signals = INERT_SIGNALS,
): Engine {
  const database = openDatabase({ url: db.url })
  t.after(() => database.close())
  return { database, signals, pause: { sleep: () => Promise.resolve() }, emit: (event) => events.push(event) }
}

export function policyOf({ policy = {}, unit }: CallCenterOptions): Policy {
  const parsed = parsePolicy(
    nicCallCenter(unit === 'epoch_ms' ? { ...policy, age: { unit, ...policy.age } } : policy),
    'policy',
  )
  if (isProblems(parsed)) throw new Error(JSON.stringify(parsed))
  return parsed
}

const AGO = "(now() + $ * interval '24 hours')"

function literals(columns: Columns, instant: (days: number) => string): Readonly<Record<string, string>> {
  const literal = (name: string, value: string | number | null) => {
    if (value === null) return 'null'
    if (typeof value === 'number' && name.endsWith('_at')) return instant(value)
    return typeof value === 'number' ? String(value) : `'${value.replaceAll("'", "''")}'`
  }
  return Object.fromEntries(Object.entries(columns).map(([name, value]) => [name, literal(name, value)]))
}

function schemaDdl(foreignKeys: ForeignKeys, unit: Unit): string {
  const instant = unit === 'timestamptz' ? 'timestamptz' : 'bigint'
  const reference = (target: string) =>
    foreignKeys === 'none' ? '' : ` references ${target} (id) ${ON_DELETE[foreignKeys]}`
  const customer = `create table nic_cc_customer (id bigint generated by default as identity primary key, name text,
    email text, mobile text, policy_number text, created_at ${instant})`
  const related = Object.entries(RELATED).map(([name, columns]) => {
    const own = columns
      .replaceAll('instant', instant)
      .replace('payment_plan_id bigint', `payment_plan_id bigint${reference('nic_cc_payment_plan')}`)
    return `create table nic_cc_${name} (id bigint generated by default as identity primary key,
      customer_id bigint${reference('nic_cc_customer')}, ${own}); create index on nic_cc_${name} (customer_id)`
  })
  return [customer, ...related, 'create index on nic_cc_installment (payment_plan_id)'].join(';\n')
}
