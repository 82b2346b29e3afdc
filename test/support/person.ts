/** One person with rows in every table of the family on both sides, others beside him, and where anything of him is. */
import type { TestContext } from 'node:test'
import { erase } from '../../src/engine/erase/erase.ts'
import { setHold } from '../../src/engine/hold.ts'
import type { Engine } from '../../src/engine/ports.ts'
import { run } from '../../src/engine/run/run.ts'
import { type CallCenter, type CallCenterOptions, callCenter, type RelatedTable } from './call-center.ts'

const TABLES: readonly RelatedTable[] = [
  'aod',
  'payment_plan',
  'installment',
  'call_log',
  'follow_up',
  'contact_update_history',
]

export type PersonCenter = CallCenter & Readonly<{ person: string; other: string }>

/** Both are archived with a row in each table, in one batch; then late rows are written for both. */
export async function personCenter(t: TestContext, options: CallCenterOptions = {}): Promise<PersonCenter> {
  const center = await callCenter(t, {
    beside: ['eraser'],
    ...options,
    prepared: { name: 'two_archived_people', prepare: archiveTwo },
  })
  return { ...center, person: '1', other: '2' }
}

async function archiveTwo(center: CallCenter): Promise<void> {
  for (const name of ['Nomsa', 'Thabo']) {
    const key = await center.customer(90, { name, email: `${name}@example.com` })
    await family(center, key)
  }
  await run(center.engine, center.policy, { confirm: 2 })
  for (const key of ['1', '2']) await center.related('call_log', key, { remark: 'late', created_at: -50 })
}

/** A row in each related table, none of which keeps him active. */
export async function family(center: Pick<CallCenter, 'related'>, key: string): Promise<void> {
  await center.related('aod', key, { status: 'closed' })
  const plan = await center.related('payment_plan', key, { total: 10 })
  await center.related('installment', key, { payment_plan_id: plan, status: 'paid' })
  await center.related('call_log', key, { remark: 'old', created_at: -80 })
  await center.related('follow_up', key, { scheduled_at: -70 })
  await center.related('contact_update_history', key, { field: 'name', new_value: 'Nomsa' })
}

/** His rows in all tables of the family, archives included: whatever the query selects of each. */
const everywhere = (key: string, selected: (table: string) => string): string =>
  ['customer', ...TABLES]
    .flatMap((name) => [`nic_cc_${name}`, `nic_cc_${name}_backup`].map((table) => [name, table] as const))
    .map(
      ([name, table]) =>
        `${selected(table)} from ${table} r where ${name === 'customer' ? 'id' : 'customer_id'} = ${key}`,
    )
    .join(' union all ')

/** Rows of a customer in all tables of the family, archives included. */
export async function rowsOf({ db }: Pick<CallCenter, 'db'>, key: string): Promise<number> {
  const [row] = await db.query(`select count(*) as n from (${everywhere(key, () => 'select')}) r`)
  return Number(row?.['n'])
}

/** The same rows as texts, each behind its table's name. */
export async function textsOf({ db }: Pick<CallCenter, 'db'>, key: string): Promise<readonly string[]> {
  const rows = await db.query(`${everywhere(key, (table) => `select '${table} ' || r::text as row`)} order by 1`)
  return rows.map(({ row }) => row ?? '')
}

const WHY = { reason: 'he asked', caseNumber: 'DSR-7', actor: 'thandi' } as const

export const eraseHim = ({ engine, policy }: Pick<CallCenter, 'engine' | 'policy'>, key: string) =>
  erase(engine, policy, { key, confirm: key, ...WHY })

export const deidentifyHim = ({ engine, policy }: Pick<CallCenter, 'engine' | 'policy'>, key: string) =>
  erase(engine, policy, { key, confirm: key, method: 'deidentify', ...WHY })

export const holdHim = (engine: Engine, policy: CallCenter['policy'], key: string) =>
  setHold(engine, policy, { key, reason: 'a court asks', caseNumber: '2026/114', actor: 'a lawyer' })
