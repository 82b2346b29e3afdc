/**
 * Fills the call center's tables with rows that are made inside the server: bounded memory at any size, the same rows
 * for a seed however the work is cut, all times relative to the database's now(). Exactly 80 % of the customers
 * (rounded) are older than 60 days, and most of those are inactive. Every row is legal: nothing here makes a run refuse.
 */

import { customers } from './sample-customers.ts'
import { oddCustomers, tourCustomer } from './sample-odd-rows.ts'
import { peopleValues, type Statement } from './sample-people.ts'
import { aods, callLog, contactUpdates, followUps, installments, paymentPlans } from './sample-rows.ts'
import type { Execute, SampleOptions } from './sample-tables.ts'
import { SAMPLE_TABLES } from './sample-tables.ts'

const CUSTOMERS_PER_STATEMENT = 20_000

type Progress = (table: string, rows: number) => void

/** Parents before children; an instalment is read off its plan. */
const FILL: readonly (readonly [table: string, statement: Statement])[] = [
  ['nic_cc_customer', customers],
  ['nic_cc_aod', aods],
  ['nic_cc_payment_plan', paymentPlans],
  ['nic_cc_installment', installments],
  ['nic_cc_call_log', callLog],
  ['nic_cc_follow_up', followUps],
  ['nic_cc_contact_update_history', contactUpdates],
]

/**
 * Fills the tables that createSampleTables() made with the same options, and analyzes them. They must be empty.
 * `onProgress` hears the rows written so far into a table after each statement, if what `execute` returns tells them
 * as `rowCount` (as pg does); otherwise it stays silent. One session is best: just-in-time compilation is turned off
 * in it meanwhile. Rejects with the database's error.
 */
export async function fillSampleTables(execute: Execute, options: SampleOptions, onProgress?: Progress): Promise<void> {
  // Compiling these wide statements takes ten times as long as running them.
  await execute('set jit = off')
  try {
    await fill(execute, options, onProgress)
    await finish(execute, options)
  } finally {
    await execute('reset jit')
  }
}

async function fill(execute: Execute, options: SampleOptions, onProgress?: Progress): Promise<void> {
  const written = new Map<string, number>()
  const chunk = options.chunkSize ?? CUSTOMERS_PER_STATEMENT
  for (let first = 1; first <= options.customers; first += chunk) {
    const people = peopleValues(options, first, Math.min(first + chunk - 1, options.customers))
    for (const [table, statement] of FILL) {
      const { text, values } = statement(people, options.unit ?? 'timestamptz')
      const rows = rowCount(await execute(text, values))
      if (rows === undefined) continue
      written.set(table, (written.get(table) ?? 0) + rows)
      onProgress?.(table, written.get(table) ?? 0)
    }
  }
}

async function finish(execute: Execute, options: SampleOptions): Promise<void> {
  for (const { text, values } of [oddCustomers(), tourCustomer(options)]) await execute(text, values)
  await execute(
    `select setval(pg_get_serial_sequence('public.nic_cc_customer', 'id'), greatest($1::bigint, 1), $1::bigint > 0)`,
    [options.customers],
  )
  for (const table of SAMPLE_TABLES) await execute(`analyze public.${table}`)
}

const rowCount = (result: unknown): number | undefined =>
  typeof result === 'object' && result !== null && 'rowCount' in result && typeof result.rowCount === 'number'
    ? result.rowCount
    : undefined
