/**
 * What callers who read over HTTP notice of a run, and what the run notices of them: 200 requests a second for as long
 * as it goes on, against the same run alone, and against the same requests without one. All on the same machine.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { scalar, type Template, withClient } from './arena.ts'
import { indexFor } from './engine-side.ts'
import { familyPolicy, familyTemplate } from './family-data.ts'
import { type Answered, type Served, serve } from './http-load.ts'
import { interleave, paceSpread, ratio, type Sample, type Samples, samplesOf, spread } from './interleave.ts'
import { atMost, type Line, type Report } from './report.ts'
import type { Scenario, Stage } from './scenario.ts'

const ALONE = 'a run alone'
const BESIDE = 'a run beside 200 reads a second'
const NO_RUN = '200 reads a second without a run'

export const reads: Scenario = {
  name: 'reads',
  about: '200 requests a second that read over HTTP, while a run goes on',
  run,
}

function customersOf({ options }: Stage): number {
  if (options.quick) return 5_000
  return options.full ? 200_000 : 100_000
}

/** With the search indexes that `migrate --indexes` makes: whoever serves a thousand searches has them. */
const searchedTemplate = (customers: number): Template => ({
  name: `searched_${customers}`,
  base: familyTemplate(customers, false),
  build: (url) => indexFor(url, familyPolicy()),
})

async function run(stage: Stage): Promise<Report> {
  const template = searchedTemplate(customersOf(stage))
  const aloneMs = stage.options.quick ? 2_000 : 10_000
  const contenders = [
    { name: ALONE, template, run: (url: string) => withService(url, moveAll) },
    {
      name: BESIDE,
      template,
      run: (url: string) => withService(url, (served) => reading(served, () => moveAll(served))),
    },
    {
      name: NO_RUN,
      template,
      run: (url: string) =>
        withService(url, (served) => reading(served, () => delay(aloneMs, { ms: aloneMs, rows: 1 }))),
    },
  ]
  const samples = await interleave(stage.arena, contenders, stage.options.rounds)
  return { lines: linesOf(samples), facts: { samples: Object.fromEntries(samples) } }
}

async function withService(url: string, work: (served: Served, url: string) => Promise<Sample>): Promise<Sample> {
  await using served = await serve(url)
  const sample = await work(served, url)
  const ms = await withClient(url, (client) => scalar(client, RUN_MS))
  // By the journal, where there was a run: from its start to its last commit.
  return ms === '' ? sample : { ...sample, ms: Number(ms) }
}

const RUN_MS = `select coalesce((extract(epoch from max(b.committed_at) - min(r.started_at)) * 1000)::text, '')
  from mothball.run r join mothball.batch b on b.run_id = r.id`

/** Started over HTTP, as an operator does, and asked for until it is over. */
async function moveAll({ ask }: Served): Promise<Sample> {
  const { eligible } = await ask('POST', '/api/v1/plans', {})
  const { run: number } = await ask('POST', '/api/v1/runs', { confirm: eligible })
  for (;;) {
    const { run: record } = await ask('GET', `/api/v1/runs/${number}`)
    if (typeof record !== 'object' || record === null || !('status' in record && 'archived' in record))
      throw new Error('a run has a status')
    if (record.status === 'success') return { ms: 0, rows: Number(record.archived) }
    if (record.status !== 'running') throw new Error(`the run ended ${JSON.stringify(record)}`)
    await delay(200)
  }
}

async function reading(served: Served, work: () => Promise<Sample>): Promise<Sample> {
  const stop = served.read()
  let [sample, notes]: [Sample | null, Answered | null] = [null, null]
  try {
    sample = await work()
  } finally {
    notes = await stop()
  }
  return { ...sample, notes }
}

function linesOf(samples: Samples): readonly Line[] {
  const note = (name: string, of: string) =>
    spread(samplesOf(samples, name).map(({ notes }) => notes?.[of] ?? Number.NaN))
  const told = (name: string): readonly Line[] => [
    { measure: `${name}: requests`, spread: note(name, 'requests'), unit: 'actions', bar: null },
    { measure: `${name}: p50`, spread: note(name, 'p50'), unit: 'ms', bar: null },
    { measure: `${name}: p99`, spread: note(name, 'p99'), unit: 'ms', bar: null },
    { measure: `${name}: errors`, spread: note(name, 'errors'), unit: 'actions', bar: atMost(0) },
  ]
  return [
    { measure: ALONE, spread: paceSpread(samples, ALONE), unit: 'ms per 1,000', bar: null },
    { measure: `${BESIDE} / ${ALONE}`, spread: ratio(samples, BESIDE, ALONE), unit: 'x', bar: null },
    ...told(BESIDE),
    ...told(NO_RUN),
  ]
}
