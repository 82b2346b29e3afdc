/**
 * What agents notice of a run, and what it loses of theirs: our batches beside one transaction that locks all it moves,
 * and chunks that lock nothing. Nobody's time counts for a bar but ours.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { run as runEngine } from '../src/engine/run/run.ts'
import { nicCallCenter } from '../src/presets/nic-call-center.ts'
import { type AgentsWork, startAgents } from './agent-load.ts'
import { scalar, withClient } from './arena.ts'
import { policyOf, withEngine } from './engine-side.ts'
import { familyTemplate, moveByStatements, moveInChunks, moveInOneTransaction } from './family-data.ts'
import { interleave, type Sample, type Samples, samplesOf, spread } from './interleave.ts'
import { atMost, type Line, type Report } from './report.ts'
import type { Scenario, Stage } from './scenario.ts'

/** The physical limit has nobody beside it. */
const LIMIT = 'one statement a table, no agents (LIMIT)'
const NO_RUN = 'agents without a run'
const OURS = [1000, 50].map((batchSize) => ({ name: `our batches of ${batchSize.toLocaleString('en')}`, batchSize }))
const OTHERS = [
  { name: 'one transaction, FOR UPDATE', move: moveInOneTransaction },
  { name: 'chunks of 1,000 without locks', move: moveInChunks },
]

const RATIO_BAR = 1.15
/** An agent does not feel this; above it, no more than so many times what he has without a run. */
const P99_BAR_MS = 10
const P99_BAR_RATIO = 1.3
/** How long agents work alone, for what their time is without a run. */
const ALONE_MS = { quick: 2000, whole: 6000 }

export const agents: Scenario = {
  name: 'agents',
  about: 'families with foreign keys, and agents who do 100 actions a second on due and on other customers',
  run,
}

async function run({ arena, options }: Stage): Promise<Report> {
  const template = familyTemplate(options.quick ? 5000 : 50_000, true)
  const aloneMs = options.quick ? ALONE_MS.quick : ALONE_MS.whole
  const contenders = [
    { name: LIMIT, template, run: moveByStatements },
    { name: NO_RUN, template, run: beside(() => delay(aloneMs, { ms: aloneMs, rows: 1 })) },
    ...OURS.map(({ name, batchSize }) => ({ name, template, run: beside((url) => moveByRun(url, batchSize)) })),
    ...OTHERS.map(({ name, move }) => ({ name, template, run: beside(move) })),
  ]
  const samples = await interleave(arena, contenders, options.rounds)
  return { lines: linesOf(samples), facts: { samples: Object.fromEntries(samples) } }
}

type Move = (url: string) => Promise<Sample | (() => Promise<Sample>)>

/** The same work with agents beside it, from before its beginning to its end; measured when they have gone. */
const beside =
  (move: Move) =>
  async (url: string): Promise<Sample> => {
    const working = await startAgents(url, 'agents')
    const moved = await move(url)
    const work: AgentsWork = await working.done()
    const sample = typeof moved === 'function' ? await moved() : moved
    return { ...sample, notes: work }
  }

/** Whom an agent holds or keeps may stay. */
async function moveByRun(url: string, batchSize: number): Promise<() => Promise<Sample>> {
  const result = await withEngine(url, (engine) => runEngine(engine, policyOf(nicCallCenter({ guard: 1, batchSize }))))
  if (result.failed > 0 || result.error !== null) throw new Error('a bench run fails nobody')
  const rows = result.archived + Object.values(result.related).reduce((sum, count) => sum + count, 0)
  return async () => ({ ms: Number(await withClient(url, (client) => scalar(client, RUN_MS))), rows })
}

/** By the journal, from the run's start to its last commit. */
const RUN_MS = `select extract(epoch from max(b.committed_at) - min(r.started_at)) * 1000
  from mothball.run r join mothball.batch b on b.run_id = r.id`

function linesOf(samples: Samples): readonly Line[] {
  const note = (name: string, of: string) =>
    spread(samplesOf(samples, name).map(({ notes }) => notes?.[of] ?? Number.NaN))
  const alone = note(NO_RUN, 'p99')
  const p99Bar = Number(Math.max(P99_BAR_MS, P99_BAR_RATIO * alone.median).toFixed(1))
  const told = (name: string, isOurs: boolean): readonly Line[] => [
    {
      measure: `${name} / LIMIT`,
      spread: ratioToLimit(samples, name),
      unit: 'x',
      bar: isOurs ? atMost(RATIO_BAR) : null,
    },
    { measure: `${name}: agents' p50`, spread: note(name, 'p50'), unit: 'ms', bar: null },
    { measure: `${name}: agents' p99`, spread: note(name, 'p99'), unit: 'ms', bar: isOurs ? atMost(p99Bar) : null },
    { measure: `${name}: longest`, spread: note(name, 'longest'), unit: 'ms', bar: null },
    { measure: `${name}: acknowledged`, spread: note(name, 'acknowledged'), unit: 'actions', bar: null },
    { measure: `${name}: lost`, spread: worst(samples, name), unit: 'actions', bar: isOurs ? atMost(0) : null },
  ]
  return [
    { measure: `${NO_RUN}: p50`, spread: note(NO_RUN, 'p50'), unit: 'ms', bar: null },
    { measure: `${NO_RUN}: p99`, spread: alone, unit: 'ms', bar: null },
    { measure: `${NO_RUN}: lost`, spread: worst(samples, NO_RUN), unit: 'actions', bar: atMost(0) },
    ...OURS.flatMap(({ name }) => told(name, true)),
    ...OTHERS.flatMap(({ name }) => told(name, false)),
  ]
}

/** Of losses no median: one is one too many. */
function worst(samples: Samples, name: string): Line['spread'] {
  const { low, high } = spread(samplesOf(samples, name).map(({ notes }) => notes?.['lost'] ?? Number.NaN))
  return { median: high, low, high }
}

/** By the row: agents keep some families from moving, and add rows to others. */
function ratioToLimit(samples: Samples, name: string): Line['spread'] {
  const limits = samplesOf(samples, LIMIT)
  const pace = ({ ms, rows }: Sample) => ms / rows
  return spread(
    samplesOf(samples, name).flatMap((sample, round) => {
      const limit = limits[round]
      return limit === undefined ? [] : [pace(sample) / pace(limit)]
    }),
  )
}
