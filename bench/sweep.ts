/** What it costs to look for late rows: below each batch while a run moves, and over everything. */

import type { Family } from '../src/core/family.ts'
import type { Database } from '../src/db/database.ts'
import { SAMPLE_TABLES } from '../src/demo/sample-tables.ts'
import { inspectSound } from '../src/engine/inspect.ts'
import {
  type FoundTable,
  findLateEverywhere,
  findLateOfBatch,
  type LatePlaces,
  latePlaces,
} from '../src/engine/sweep/find-late.ts'
import { scalar, withClient } from './arena.ts'
import { withEngine } from './engine-side.ts'
import { archivedTemplate, familyPolicy, familyTemplate, moveInOneTransaction } from './family-data.ts'
import { interleave, paceSpread, type Sample, samplesOf, spread } from './interleave.ts'
import { atMost, type Report } from './report.ts'
import type { Scenario, Stage } from './scenario.ts'

/** After a batch of 1,000 families 8 ms were measured; of all of a million related rows half a second. */
const BATCH_BAR_MS = 20
const WHOLE_BAR_MS = 1
/** Of what a move of the same families takes. */
const SHARE_BAR = 10

const BATCH = 'below one batch of 5,000 families'
const WHOLE = 'over everything'
const MOVE = 'the move itself'
const BATCH_FAMILIES = 5000

export const sweep: Scenario = { name: 'sweep', about: 'the look for late rows after a run, where none is', run }

async function run({ arena, options }: Stage): Promise<Report> {
  const customers = options.quick ? 8000 : 50_000
  const contenders = [
    { name: BATCH, template: archivedTemplate(customers), run: lookBelowBatch },
    { name: WHOLE, template: archivedTemplate(customers), run: lookEverywhere },
    { name: MOVE, template: familyTemplate(customers, false), run: moveInOneTransaction },
  ]
  const samples = await interleave(arena, contenders, options.rounds)
  const per1000 = spread(samplesOf(samples, BATCH).map(({ ms }) => (ms / BATCH_FAMILIES) * 1000))
  const shares = samplesOf(samples, BATCH).map(({ ms, notes }, round) => {
    const move = samplesOf(samples, MOVE)[round]
    return move === undefined ? Number.NaN : (100 * ms * (move.rows / (notes?.['moved'] ?? 1))) / move.ms
  })
  return {
    lines: [
      { measure: `${BATCH}, by 1,000 families`, spread: per1000, unit: 'ms', bar: atMost(BATCH_BAR_MS) },
      {
        measure: `${BATCH}, of the time that moving them takes`,
        spread: spread(shares),
        unit: '%',
        bar: atMost(SHARE_BAR),
      },
      {
        measure: `${WHOLE}, by 1,000 related rows`,
        spread: paceSpread(samples, WHOLE),
        unit: 'ms per 1,000',
        bar: atMost(WHOLE_BAR_MS),
      },
    ],
    facts: { samples: Object.fromEntries(samples) },
  }
}

async function lookBelowBatch(url: string): Promise<Sample> {
  const [batch, moved] = await withClient(url, async (client) => [
    await scalar(client, 'select min(id) from mothball.batch'),
    await scalar(
      client,
      `select sum((t.value->>'rows')::bigint) from mothball.batch b, jsonb_each(b.tables) t
        where b.id = (select min(id) from mothball.batch)`,
    ),
  ])
  const ms = await timed(url, ({ database, places }) => findLateOfBatch(database, places, Number(batch)))
  return { ms, rows: BATCH_FAMILIES, notes: { moved: Number(moved) } }
}

async function lookEverywhere(url: string): Promise<Sample> {
  const counts = SAMPLE_TABLES.slice(1).map((table) => `(select count(*) from public.${table})`)
  const rows = await withClient(url, (client) => scalar(client, `select ${counts.join(' + ')}`))
  const ms = await timed(
    url,
    async ({ database, family, places }) => (await findLateEverywhere(database, family, places)).tables,
  )
  return { ms, rows: Number(rows) }
}

type Looking = Readonly<{ database: Database; family: Family; places: LatePlaces }>

/** Milliseconds of the look alone: the catalog has been read by then, as it has in a run. */
const timed = (url: string, look: (looking: Looking) => Promise<readonly FoundTable[]>): Promise<number> =>
  withEngine(url, async ({ database }) => {
    const { family, catalog } = await inspectSound(database, familyPolicy())
    const places = latePlaces(family, catalog)
    if (places === null) throw new Error('the archive is there')
    const startedAt = performance.now()
    const found = await look({ database, family, places })
    const ms = performance.now() - startedAt
    if (found.some(({ rows }) => rows > 0)) throw new Error('nobody has written a late row')
    return ms
  })
