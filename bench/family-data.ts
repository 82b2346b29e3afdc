/**
 * The call center's customers with their six related tables, as the demo has them, and what the family's move is
 * measured against: one transaction that does the same by sets, judged once and locked once.
 */
import type pg from 'pg'
import type { Policy } from '../src/core/policy.ts'
import { fillSampleTables } from '../src/demo/sample-data.ts'
import { createSampleTables, SAMPLE_TABLES } from '../src/demo/sample-tables.ts'
import { nicCallCenter } from '../src/presets/nic-call-center.ts'
import { scalar, type Template, withClient } from './arena.ts'
import { migrateFor, moveAll, policyOf } from './engine-side.ts'
import type { Sample } from './interleave.ts'

export const familyPolicy = ({ batchSize = 1000, compare = true } = {}): Policy =>
  policyOf({ ...nicCallCenter({ batchSize }), compare })

/** Every customer brings about nine related rows; 72 to 75 % of all are eligible. */
export const familyTemplate = (customers: number, foreignKeys: boolean): Template => ({
  name: `family_${customers}${foreignKeys ? '_keys' : ''}`,
  build: async (url) => {
    await withClient(url, async (client) => {
      const execute = (text: string, values: readonly unknown[] = []) => client.query(text, [...values])
      const options = { customers, seed: 1, foreignKeys }
      await createSampleTables(execute, options)
      await fillSampleTables(execute, options)
    })
    await migrateFor(url, familyPolicy())
  },
})

/** The same customers after a whole run; every eligible family is in the archive. */
export const archivedTemplate = (customers: number): Template => ({
  name: `archived_${customers}`,
  base: familyTemplate(customers, false),
  build: async (url) => {
    await moveAll(url, familyPolicy({ batchSize: 5000 }))
  },
})

/** Nine in ten of the old customers have an active AOD. */
export const mostlyKeptTemplate = (customers: number): Template => ({
  name: `mostly_kept_${customers}`,
  base: familyTemplate(customers, false),
  build: (url) =>
    withClient(url, async (client) => {
      await client.query(`insert into public.nic_cc_aod (customer_id, status, amount)
        select id, 'active', 100 from public.nic_cc_customer where created_at < now() - interval '60 days' and id % 10 <> 0`)
    }),
})

/** Locks rows of `locked`, copies and deletes each table by sets, and commits once. */
async function moveBySets(url: string, locked: readonly string[]): Promise<Sample> {
  return withClient(url, async (client) => {
    const copies = await copyStatements(client)
    await client.query('set jit = off')
    const startedAt = performance.now()
    let rows = 0
    await client.query('begin')
    await client.query(DUE)
    await client.query('analyze due')
    for (const table of locked) await client.query(lockDue(table))
    for (const copy of copies) rows += (await client.query(copy)).rowCount ?? 0
    for (const table of [...SAMPLE_TABLES].reverse()) await client.query(deleteDue(table))
    await client.query('commit')
    return { ms: performance.now() - startedAt, rows }
  })
}

/** Every row that moves is locked first: without that, an agent's change to a related row is lost. */
export const moveInOneTransaction = (url: string): Promise<Sample> => moveBySets(url, SAMPLE_TABLES)

/** The cheaper form that may lose such a change. */
export const moveWithCustomersLocked = (url: string): Promise<Sample> => moveBySets(url, SAMPLE_TABLES.slice(0, 1))

/** The physical limit of a family: a statement a table, by which its rows leave and arrive at once. */
export async function moveByStatements(url: string): Promise<Sample> {
  return withClient(url, async (client) => {
    const moves: string[] = []
    for (const table of [...SAMPLE_TABLES].reverse()) moves.push(moveDue(table, await columnsOf(client, table)))
    await client.query('set jit = off')
    const startedAt = performance.now()
    let rows = 0
    await client.query('begin')
    await client.query(DUE)
    await client.query('analyze due')
    for (const move of moves) rows += (await client.query(move)).rowCount ?? 0
    await client.query('commit')
    return { ms: performance.now() - startedAt, rows }
  })
}

/** Copied, then deleted by the customer's key, a thousand customers at a time and without a lock; repeated where refused. */
export async function moveInChunks(url: string): Promise<Sample> {
  return withClient(url, async (client) => {
    const copies = await copyStatements(client)
    await client.query('set jit = off')
    const startedAt = performance.now()
    await client.query(DUE.replace('create temp table due on commit drop', 'create temp table all_due'))
    let rows = 0
    for (let moved = -1; moved !== 0; ) {
      moved = await moveChunk(client, copies).catch(async () => {
        await client.query('rollback')
        return -1
      })
      rows += Math.max(0, moved)
    }
    return { ms: performance.now() - startedAt, rows }
  })
}

async function moveChunk(client: pg.Client, copies: readonly string[]): Promise<number> {
  let rows = 0
  await client.query('begin')
  await client.query('create temp table due on commit drop as select id from all_due order by id limit 1000')
  await client.query('analyze due')
  for (const copy of copies) rows += (await client.query(copy)).rowCount ?? 0
  for (const table of [...SAMPLE_TABLES].reverse()) await client.query(deleteDue(table))
  await client.query('delete from all_due where id in (select id from due)')
  await client.query('commit')
  return rows
}

const DUE = `
  create temp table due on commit drop as
  select c.id from public.nic_cc_customer c
  where c.created_at < now() - interval '60 days'
    and not exists (select from public.nic_cc_aod a where a.customer_id = c.id and a.status = 'active')
    and not exists (select from public.nic_cc_installment i where i.customer_id = c.id and i.status is distinct from 'paid')
    and not exists (select from public.nic_cc_follow_up f where f.customer_id = c.id
      and f.scheduled_at between now() and now() + interval '30 days')
    and not exists (select from public.nic_cc_call_log l where l.customer_id = c.id and l.created_at > now() - interval '30 days')`

const lockDue = (table: string): string => `
  select count(*) from (select from public.${table} where ${ownerOf(table)} in (select id from due) order by id for update) locked`

/** The column that names the customer. */
export const ownerOf = (table: string): string => (table === 'nic_cc_customer' ? 'id' : 'customer_id')

async function copyStatements(client: pg.Client): Promise<readonly string[]> {
  const statements: string[] = []
  for (const table of SAMPLE_TABLES) statements.push(copyDue(table, await columnsOf(client, table)))
  return statements
}

const copyDue = (table: string, columns: string): string => `
  insert into public.${table}_backup (${columns}, archived_at, archived_by, archive_reason, archive_batch)
  select ${columns}, now(), 'system', '60_day_rule', 1 from public.${table} where ${ownerOf(table)} in (select id from due)`

const moveDue = (table: string, columns: string): string => `
  with moved as (delete from public.${table} where ${ownerOf(table)} in (select id from due) returning ${columns})
  insert into public.${table}_backup (${columns}, archived_at, archived_by, archive_reason, archive_batch)
  select ${columns}, now(), 'system', '60_day_rule', 1 from moved`

const deleteDue = (table: string): string =>
  `delete from public.${table} where ${ownerOf(table)} in (select id from due)`

export const columnsOf = (client: pg.Client, table: string): Promise<string> =>
  scalar(
    client,
    `select string_agg(quote_ident(attname), ', ' order by attnum) from pg_attribute
      where attrelid = $1::regclass and attnum > 0 and not attisdropped`,
    [`public.${table}`],
  )
