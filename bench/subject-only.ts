/** One table: the whole safe form against the physical limit, and where the rest of the time goes. */
import { moving } from './engine-side.ts'
import { interleave, paceSpread, ratio, requireSameWork, samplesOf } from './interleave.ts'
import { atMost, type Line, type Report } from './report.ts'
import type { Scenario, Stage } from './scenario.ts'
import { StatementTimes } from './statement-times.ts'
import { moveByOneStatement, subjectPolicy, subjectTemplate } from './subject-data.ts'

const LIMIT = 'one statement (LIMIT)'

const VARIANTS = [
  { name: 'batch 1,000, compared', batchSize: 1000, compare: true, bar: 2.1 },
  { name: 'batch 5,000, compared', batchSize: 5000, compare: true, bar: 1.8 },
  { name: 'batch 1,000, not compared', batchSize: 1000, compare: false, bar: 1.7 },
  { name: 'batch 5,000, not compared', batchSize: 5000, compare: false, bar: 1.4 },
] as const

export const subjectOnly: Scenario = {
  name: 'subject-only',
  about: '100,000 rows of 280 bytes without related rows, against one statement over all of them',
  run,
}

async function run({ arena, options }: Stage): Promise<Report> {
  const template = subjectTemplate(options.quick ? 10_000 : 100_000)
  const ours = VARIANTS.map((variant) => ({ ...variant, times: new StatementTimes() }))
  const contenders = ours.map(({ name, times, ...choices }) => moving(name, template, subjectPolicy(choices), times))
  const limit = { name: LIMIT, template, run: moveByOneStatement }
  const samples = await interleave(arena, [limit, ...contenders], options.rounds)
  requireSameWork(samples)
  const ratios = ours.map(
    ({ name, bar }): Line => ({
      measure: `${name} / LIMIT`,
      spread: ratio(samples, name, LIMIT),
      unit: 'x',
      bar: atMost(bar),
    }),
  )
  return {
    lines: [{ measure: LIMIT, spread: paceSpread(samples, LIMIT), unit: 'ms per 1,000', bar: null }, ...ratios],
    breakdowns: ours.map(({ name, times }) => ({
      title: `subject-only, ${name}: where the time goes`,
      shares: times.shares(samplesOf(samples, name)),
    })),
    facts: { samples: Object.fromEntries(samples) },
  }
}
