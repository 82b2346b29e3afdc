/** What the homecoming trigger costs whoever writes related rows: beside nothing, beside a foreign key, and when it hits. */
import type pg from 'pg'
import { applyMigration } from '../src/db/migrate.ts'
import { planHomecoming } from '../src/engine/homecoming/homecoming.ts'
import { type Template, withClient } from './arena.ts'
import { withEngine } from './engine-side.ts'
import { archivedTemplate, familyPolicy } from './family-data.ts'
import { interleave, ratio, type Sample, type Samples, samplesOf, spread } from './interleave.ts'
import { atMost, type Report } from './report.ts'
import type { Scenario, Stage } from './scenario.ts'

/** A foreign key looks for the parent too; the trigger looks for the row's own key in the archive as well. */
const BAR = 1.3
/** One family of some ten rows in seven tables, in the writer's own transaction. */
const HIT_BAR_MS = 150

const PLAIN = 'an insert, neither key nor trigger'
const KEY = 'an insert, with a foreign key'
const GUARDED = 'an insert, with the trigger'
const HIT = 'an insert that brings a family home'

export const homecoming: Scenario = {
  name: 'homecoming',
  about: 'rows inserted into a related table, with the homecoming trigger and without',
  run,
}

async function run({ arena, options }: Stage): Promise<Report> {
  const archived = archivedTemplate(options.quick ? 2000 : 20_000)
  const rows = options.quick ? 2000 : 20_000
  const insert = (url: string) => insertActive(url, rows)
  const contenders = [
    { name: PLAIN, template: archived, run: insert },
    { name: KEY, template: keyTemplate(archived), run: insert },
    { name: GUARDED, template: guardedTemplate(archived), run: insert },
    {
      name: HIT,
      template: guardedTemplate(archived),
      run: (url: string) => insertArchived(url, options.quick ? 20 : 100),
    },
  ]
  const samples = await interleave(arena, contenders, options.rounds)
  return {
    lines: [
      ...[PLAIN, KEY, GUARDED].map(
        (name) => ({ measure: name, spread: perRow(samples, name, 1000), unit: 'us', bar: null }) as const,
      ),
      { measure: `${GUARDED} / with a foreign key`, spread: ratio(samples, GUARDED, KEY), unit: 'x', bar: atMost(BAR) },
      { measure: HIT, spread: perRow(samples, HIT, 1), unit: 'ms', bar: atMost(HIT_BAR_MS) },
    ],
    facts: { samples: Object.fromEntries(samples) },
  }
}

/** Of a row, in so many parts of a millisecond. */
const perRow = (samples: Samples, name: string, parts: number) =>
  spread(samplesOf(samples, name).map((sample) => (sample.ms / sample.rows) * parts))

const keyTemplate = (base: Template): Template => ({
  name: `${base.name}_call_key`,
  base,
  build: (url) =>
    withClient(url, async (client) => {
      await client.query(
        'alter table public.nic_cc_call_log add foreign key (customer_id) references public.nic_cc_customer (id)',
      )
    }),
})

const guardedTemplate = (base: Template): Template => ({
  name: `${base.name}_guarded`,
  base,
  build: (url) =>
    withEngine(url, async (engine) => {
      await applyMigration(engine.database, await planHomecoming(engine, familyPolicy()))
    }),
})

const INSERT = `insert into public.nic_cc_call_log (customer_id, created_at, direction, outcome, duration_seconds)
  values ($1, now(), 'out', 'promise', 60)`

/** One statement over active customers, the first of a session left out: it plans. */
async function insertActive(url: string, rows: number): Promise<Sample> {
  return withClient(url, async (client) => {
    const [first] = await keysOf(client, 'nic_cc_customer', 1)
    await client.query(INSERT, [first])
    const startedAt = performance.now()
    const { rowCount } = await client.query(
      `insert into public.nic_cc_call_log (customer_id, created_at, direction, outcome, duration_seconds)
        select c.id, now(), 'out', 'promise', 60 from (select id from public.nic_cc_customer order by id limit 500) c, generate_series(1, $1::int / 500)`,
      [rows],
    )
    return { ms: performance.now() - startedAt, rows: rowCount ?? 0 }
  })
}

/** Statement by statement, each for another archived customer, as agents would. */
async function insertArchived(url: string, families: number): Promise<Sample> {
  return withClient(url, async (client) => {
    const [first, ...keys] = await keysOf(client, 'nic_cc_customer_backup', families + 1)
    await client.query(INSERT, [first])
    const startedAt = performance.now()
    for (const key of keys) await client.query(INSERT, [key])
    return { ms: performance.now() - startedAt, rows: keys.length }
  })
}

async function keysOf(client: pg.Client, table: string, count: number): Promise<readonly string[]> {
  const { rows } = await client.query<{ key: string }>(
    `select id::text as key from public.${table} order by id limit $1`,
    [count],
  )
  return rows.map(({ key }) => key)
}
