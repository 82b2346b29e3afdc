/**
 * How long the dashboard waits at a million archived customers and three years of nights: what the overview asks, and
 * what a caller's number asks. The archive and the journal are written by SQL, as so many nights would have left them;
 * no night is run.
 */
import { fillSampleTables } from '../src/demo/sample-data.ts'
import { createSampleTables } from '../src/demo/sample-tables.ts'
import { findMasked } from '../src/engine/find/find-masked.ts'
import { listRuns } from '../src/engine/history.ts'
import type { Engine } from '../src/engine/ports.ts'
import { listSlots } from '../src/engine/slots.ts'
import { stageOf } from '../src/engine/stage.ts'
import { statistics } from '../src/engine/statistics.ts'
import { type Template, withClient } from './arena.ts'
import { indexFor, migrateFor, withEngine } from './engine-side.ts'
import { columnsOf, familyPolicy } from './family-data.ts'
import { quantile } from './interleave.ts'
import { atMost, type Report, single } from './report.ts'
import type { Scenario, Stage } from './scenario.ts'

const BAR_MS = 50
const ACTIVE = 3_000
const NIGHTS = 1_100
const LOOKS = 100

export const overview: Scenario = {
  name: 'overview',
  about: "the dashboard's overview and search, at a million archived customers and three years of nights",
  run,
}

async function run({ arena, options }: Stage): Promise<Report> {
  const archived = options.quick ? 20_000 : 1_000_000
  return arena.fresh(longUsed(archived), (url) =>
    withEngine(url, async (engine) => {
      const lines = []
      const facts: Record<string, unknown> = { archived, nights: NIGHTS }
      for (const [name, ask] of await questions(url, engine)) {
        const times = await timed(ask, options.quick ? 10 : LOOKS)
        const p95 = single(quantile(times, 0.95))
        lines.push({
          measure: `${name}, p95 of ${times.length}`,
          spread: p95,
          unit: 'ms',
          bar: atMost(BAR_MS),
        } as const)
        facts[name] = times
      }
      return { lines, facts }
    }),
  )
}

type Ask = (look: number) => Promise<unknown>

/** What the page asks for, as the routes ask it. */
async function questions(url: string, engine: Engine): Promise<readonly (readonly [name: string, ask: Ask])[]> {
  const policy = familyPolicy()
  const texts = await withClient(url, async (client) => {
    const { rows } = await client.query<{ text: string }>(CALLERS, [LOOKS])
    return rows.map(({ text }) => text)
  })
  return [
    ['figures of 30 days', () => statistics(engine, policy, { days: 30 })],
    ['figures of a year', () => statistics(engine, policy, { days: 365 })],
    ['the last 100 runs', () => listRuns(engine, policy, { limit: 100 })],
    ['the last 60 planned times', () => listSlots(engine, policy, 60)],
    ['the stage', () => stageOf(engine, policy)],
    [
      'search by phone, policy number, e-mail',
      async (look) => {
        if ((await findMasked(engine, policy, texts[look % texts.length] ?? '')).length === 0)
          throw new Error('somebody was not found')
      },
    ],
  ]
}

/** In ascending order; the first look, which fills caches, is not among them. */
async function timed(ask: Ask, looks: number): Promise<readonly number[]> {
  const times: number[] = []
  for (let look = 0; look <= looks; look += 1) {
    const startedAt = performance.now()
    await ask(look)
    if (look > 0) times.push(performance.now() - startedAt)
  }
  return times.sort((a, b) => a - b)
}

const longUsed = (archived: number): Template => ({
  name: `long_used_${archived}`,
  build: async (url) => {
    const policy = familyPolicy()
    await withClient(url, async (client) => {
      const execute = (text: string, values: readonly unknown[] = []) => client.query(text, [...values])
      const options = { customers: ACTIVE, seed: 1, foreignKeys: false }
      await createSampleTables(execute, options)
      await fillSampleTables(execute, options)
    })
    await migrateFor(url, policy)
    await withClient(url, async (client) => {
      await client.query(archiveRows(await columnsOf(client, 'nic_cc_customer')), [archived])
      for (const statement of JOURNAL) await client.query(statement, [policy.name, NIGHTS])
    })
    await indexFor(url, policy)
  },
})

/** The active customers again and again, each with a number, a policy and an address of his own. */
const archiveRows = (columns: string): string => `
  insert into public.nic_cc_customer_backup (${columns}, archived_at, archive_batch)
  select ${columns
    .split(', ')
    .map((name) => OWN[name] ?? `c.${name}`)
    .join(', ')}, now() - n * interval '1 day' * ${NIGHTS} / $1::int, n / 1000 + 1
  from generate_series(1, $1::int) n join public.nic_cc_customer c on c.id = n % ${ACTIVE} + 1`

const OWN: Readonly<Record<string, string>> = {
  id: '10000000 + n',
  mobile: "'08' || (20000000 + n)",
  email: "'caller' || n || '@example.com'",
  policy_number: "'NIC-' || (1000000 + n)",
}

/** $1 the policy, $2 so many nights. */
const JOURNAL: readonly string[] = [
  `insert into mothball.run (policy, subject, operation, actor, cutoff, moment, started_at, ended_at, status, stop_reason,
      active, candidates, eligible, archived, kept)
    select $1, 'public.nic_cc_customer', 'archive', 'schedule', at - interval '60 days', at, at, at + interval '0.2 s',
      'success', 'nothing_eligible', 3000, 900, 70, 70, '{"active_aod": 400, "recent_call": 200}'
    from (select now() - n * interval '1 day' as at from generate_series($2::int, 1, -1) n) nights`,
  `insert into mothball.batch (run_id, committed_at, subjects, tables)
    select r.id, r.started_at, 70, '{}' from mothball.run r where r.policy = $1 and r.id <= $2::int`,
  `insert into mothball.slot (policy, planned_at, run_id) select $1, started_at, id from mothball.run where id <= $2::int`,
  `insert into mothball.size (run_id, phase, tier, taken_at, table_bytes, index_bytes, rows)
    select r.id, phase, tier, r.started_at, 900000000, 300000000, 1000000
    from mothball.run r, unnest('{before,after}'::text[]) phase, unnest('{active,archive}'::text[]) tier
    where r.policy = $1 and r.id <= $2::int`,
  `insert into mothball.probe (policy, run_id, phase, name, taken_at, durations_ms, shared_hit, shared_read)
    select $1, r.id, phase, name, r.started_at, '{1.1,1.2,1.3,1.4,1.5}', 400, 20
    from mothball.run r, unnest('{before,after}'::text[]) phase, unnest('{newest,oldest,top_50}'::text[]) name
    where r.id <= $2::int`,
]

const CALLERS = `
  select case id % 3 when 0 then '+27 ' || substr(mobile, 2) when 1 then lower(policy_number) else upper(email) end as text
  from public.nic_cc_customer_backup order by md5(id::text) limit $1`
