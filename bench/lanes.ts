/**
 * What cutting one large run is worth: the same run whole, in two lanes of one process, and in two lanes of two worker
 * processes; and all of them beside one transaction that does the same by sets.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { run as runEngine } from '../src/engine/run/run.ts'
import { scalar, withClient } from './arena.ts'
import { withEngine } from './engine-side.ts'
import { familyTemplate, moveInOneTransaction } from './family-data.ts'
import { interleave, paceSpread, ratio, requireSameWork, type Sample } from './interleave.ts'
import { lanedPolicy } from './laned-policy.ts'
import { atMost, type Report } from './report.ts'
import type { Scenario, Stage } from './scenario.ts'

/** 1.2 times as fast, on two cores that the server shares with the workers. */
const BAR = 1 / 1.2

export const lanes: Scenario = {
  name: 'lanes',
  about: 'one run whole, in two lanes of one worker process, and of two',
  run,
}

const BASE = 'one transaction'
const ONE = 'one worker'
const ABREAST = 'one worker, two lanes'
const TWO = 'two workers'

function customersOf({ options }: Stage): number {
  if (options.quick) return 30_000
  return options.full ? 1_000_000 : 100_000
}

async function run(stage: Stage): Promise<Report> {
  const template = familyTemplate(customersOf(stage), false)
  const contenders = [
    { name: BASE, template, run: moveInOneTransaction },
    { name: ONE, template, run: (url: string) => moveIn(url, 1) },
    { name: ABREAST, template, run: (url: string) => moveIn(url, 2, 2) },
    { name: TWO, template, run: (url: string) => withHelper(url, () => moveIn(url, 2)) },
  ]
  const samples = await interleave(stage.arena, contenders, stage.options.rounds)
  requireSameWork(samples)
  return {
    lines: [
      { measure: ONE, spread: paceSpread(samples, ONE), unit: 'ms per 1,000', bar: null },
      { measure: `${ABREAST} / ${ONE}`, spread: ratio(samples, ABREAST, ONE), unit: 'x', bar: atMost(BAR) },
      { measure: `${TWO} / ${ONE}`, spread: ratio(samples, TWO, ONE), unit: 'x', bar: atMost(BAR) },
      { measure: `${ABREAST} / ${BASE}`, spread: ratio(samples, ABREAST, BASE), unit: 'x', bar: null },
    ],
    facts: { samples: Object.fromEntries(samples) },
  }
}

/** Timed by the journal, from the run's start to its last commit; every row that moved is counted. */
async function moveIn(url: string, lanes: number, parallel = 1): Promise<Sample> {
  const result = await withEngine(url, (engine) => runEngine(engine, lanedPolicy(lanes, parallel)))
  if (result.status !== 'success' || result.skipped > 0) throw new Error('a bench run leaves nobody behind')
  const rows = result.archived + Object.values(result.related).reduce((sum, count) => sum + count, 0)
  const ms = await withClient(url, (client) =>
    scalar(
      client,
      'select extract(epoch from max(b.committed_at) - min(r.started_at)) * 1000 from mothball.run r join mothball.batch b on b.run_id = r.id',
    ),
  )
  return { ms: Number(ms), rows }
}

async function withHelper<T>(url: string, work: () => Promise<T>): Promise<T> {
  const child: ChildProcess = spawn(
    process.execPath,
    [fileURLToPath(new URL('lane-helper.ts', import.meta.url)), url],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  try {
    if (child.stdout !== null) await once(child.stdout, 'data')
    return await work()
  } finally {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
}
