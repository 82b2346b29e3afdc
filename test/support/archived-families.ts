/** Families that a real run has archived, the texts of all their rows, and ways to compare them before and after. */
import { run } from '../../src/engine/run/run.ts'
import type { CallCenter } from './call-center.ts'

export const FAMILY_TABLES = [
  'nic_cc_customer',
  'nic_cc_aod',
  'nic_cc_payment_plan',
  'nic_cc_installment',
  'nic_cc_call_log',
  'nic_cc_follow_up',
  'nic_cc_contact_update_history',
] as const

/** A customer of 90 days with an AOD, two plans with an instalment each, a call, a follow-up and an update: 9 rows. */
export async function wholeFamily(center: CallCenter, columns: Record<string, string> = {}): Promise<string> {
  const customer = await center.customer(90, { name: 'Nomsa Dlamini', ...columns })
  await center.related('aod', customer, { status: 'settled', amount: '120.50' })
  for (const total of ['300.00', '0.10']) {
    const plan = await center.related('payment_plan', customer, { total })
    await center.related('installment', customer, { payment_plan_id: Number(plan), status: 'paid', amount: total })
  }
  await center.related('call_log', customer, { created_at: -70, remark: 'said "thanks"' })
  await center.related('follow_up', customer, { scheduled_at: -65 })
  await center.related('contact_update_history', customer, { field: 'mobile', new_value: '082 555 0142' })
  return customer
}

/** What `related` of one whole family is. */
export const WHOLE = {
  nic_cc_aod: 1,
  nic_cc_payment_plan: 2,
  nic_cc_installment: 2,
  nic_cc_call_log: 1,
  nic_cc_follow_up: 1,
  nic_cc_contact_update_history: 1,
} as const

/** Whole families, archived by a run; returns their keys in order and the run's number. */
export async function archivedFamilies(
  center: CallCenter,
  count: number,
  batchSize = 1000,
): Promise<Readonly<{ keys: readonly string[]; run: number }>> {
  const keys: string[] = []
  for (let n = 0; n < count; n += 1) keys.push(await wholeFamily(center))
  return { keys, run: await archive(center, batchSize) }
}

/** One run over all that is eligible; returns its number. */
export async function archive(center: CallCenter, batchSize = 1000): Promise<number> {
  const policy = { ...center.policy, guard: 1 }
  const result = await run(center.engine, policy, { batchSize, ignoreWindow: true })
  if (result.status !== 'success') throw new Error(JSON.stringify(result))
  return result.run
}

/** Every active row of the tables as text, in order. */
export async function activeRows({ db }: CallCenter, tables: readonly string[] = FAMILY_TABLES): Promise<string[]> {
  const parts = tables.map((table) => `select '${table} ' || t::text as row from ${table} t`)
  const rows = await db.query(`select row from (${parts.join(' union all ')}) r order by row`)
  return rows.map((row) => row['row'] ?? '')
}

/** Rows in all archive tables. */
export async function archivedCount({ db }: CallCenter): Promise<number> {
  const counts = FAMILY_TABLES.map((table) => `(select count(*) from ${table}_backup)`)
  const [row] = await db.query(`select ${counts.join(' + ')} as n`)
  return Number(row?.['n'])
}
