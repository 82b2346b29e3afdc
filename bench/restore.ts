/** Families brought home by their keys, against one transaction that does the same by sets. */
import { SAMPLE_TABLES } from '../src/demo/sample-tables.ts'
import { restore as bringHome } from '../src/engine/restore/restore.ts'
import { withClient } from './arena.ts'
import { withEngine } from './engine-side.ts'
import { archivedTemplate, columnsOf, familyPolicy, ownerOf } from './family-data.ts'
import {
  interleave,
  paceSpread,
  ratio,
  requireSameWork,
  type Sample,
  type Samples,
  samplesOf,
  spread,
} from './interleave.ts'
import { atMost, type Line, type Report } from './report.ts'
import type { Scenario, Stage } from './scenario.ts'

const BASE = 'one transaction'
const BATCHES = [1000, 10_000] as const

export const restore: Scenario = {
  name: 'restore',
  about: '10,000 archived families brought home, against one transaction by sets',
  run,
}

async function run({ arena, options }: Stage): Promise<Report> {
  const count = options.quick ? 500 : 10_000
  const template = archivedTemplate(options.quick ? 2000 : 50_000)
  const ours = BATCHES.map((batchSize) => ({
    name: `batch ${batchSize.toLocaleString('en')}`,
    template,
    run: (url: string) => restoreKeys(url, count, batchSize),
  }))
  const base = { name: BASE, template, run: (url: string) => restoreInOneTransaction(url, count) }
  const samples = await interleave(arena, [base, ...ours], options.rounds)
  requireSameWork(samples)
  return {
    lines: [
      { measure: BASE, spread: paceSpread(samples, BASE), unit: 'ms per 1,000', bar: null },
      ...ours.map(
        ({ name }) =>
          ({ measure: `${name} / ${BASE}`, spread: ratio(samples, name, BASE), unit: 'x', bar: atMost(1.15) }) as const,
      ),
      ...ours.map(
        ({ name }): Line => ({
          measure: `${name}: plan and VACUUM too`,
          spread: whole(samples, name),
          unit: 'ms per 1,000',
          bar: null,
        }),
      ),
    ],
    facts: { samples: Object.fromEntries(samples) },
  }
}

const whole = (samples: Samples, name: string) =>
  spread(samplesOf(samples, name).map(({ rows, notes }) => ((notes?.['whole'] ?? Number.NaN) / rows) * 1000))

/** The oldest archived customers' keys. */
const WANTED = 'select id::text as key from public.nic_cc_customer_backup order by id limit $1'

/** By the journal, from the restore's opening to its close: everybody is home then, and the VACUUM still to come. */
async function restoreKeys(url: string, count: number, batchSize: number): Promise<Sample> {
  const keys = await withClient(url, async (client) => {
    const { rows } = await client.query<{ key: string }>(WANTED, [count])
    return rows.map(({ key }) => key)
  })
  return withEngine(url, async (engine) => {
    const options = { selection: { by: 'keys', keys }, reason: 'bench' } as const
    const startedAt = performance.now()
    const { restored, related, durationMs } = await bringHome(engine, familyPolicy({ batchSize }), options)
    const rows = restored + Object.values(related).reduce((sum, count) => sum + count, 0)
    return { ms: durationMs, rows, notes: { whole: performance.now() - startedAt } }
  })
}

async function restoreInOneTransaction(url: string, count: number): Promise<Sample> {
  return withClient(url, async (client) => {
    const columns = new Map<string, string>()
    for (const table of SAMPLE_TABLES) columns.set(table, await columnsOf(client, table))
    await client.query('set jit = off')
    const startedAt = performance.now()
    let rows = 0
    await client.query('begin')
    await client.query(`create temp table due on commit drop as ${WANTED.replace('::text as key', '')}`, [count])
    await client.query('analyze due')
    await client.query(
      'select count(*) from (select from public.nic_cc_customer_backup where id in (select id from due) for update) locked',
    )
    for (const [table, names] of columns) rows += (await client.query(insertDue(table, names))).rowCount ?? 0
    for (const table of [...SAMPLE_TABLES].reverse())
      await client.query(`delete from public.${table}_backup where ${ownerOf(table)} in (select id from due)`)
    await client.query('commit')
    return { ms: performance.now() - startedAt, rows }
  })
}

const insertDue = (table: string, columns: string): string => `
  insert into public.${table} (${columns}) overriding system value
  select ${columns} from public.${table}_backup where ${ownerOf(table)} in (select id from due)`
