/** Nine in ten of the old customers are kept: what is walked over again and again would show here. */
import { moveAll } from './engine-side.ts'
import { familyPolicy, mostlyKeptTemplate, moveInOneTransaction } from './family-data.ts'
import { interleave, paceSpread, quantile, ratio, requireSameWork, samplesOf, spread } from './interleave.ts'
import { atMost, type Report } from './report.ts'
import type { Scenario, Stage } from './scenario.ts'

const BASE = 'one transaction'
const OURS = 'ours'
/** Batches at either end whose median stands for the first and the last. */
const ENDS = 3

export const mostlyKept: Scenario = {
  name: 'mostly-kept',
  about: 'families of which nine in ten old ones have an active AOD, against one transaction',
  run,
}

async function run({ arena, options }: Stage): Promise<Report> {
  const template = mostlyKeptTemplate(options.quick ? 5000 : 100_000)
  const policy = familyPolicy({ batchSize: options.quick ? 50 : 1000 })
  const ours = async (url: string) => {
    const { ms, rows, batches } = await moveAll(url, policy)
    return { ms, rows, notes: { lastOverFirst: lastOverFirst(batches) } }
  }
  const contenders = [
    { name: BASE, template, run: moveInOneTransaction },
    { name: OURS, template, run: ours },
  ]
  const samples = await interleave(arena, contenders, options.rounds)
  requireSameWork(samples)
  const growth = samplesOf(samples, OURS).map(({ notes }) => notes?.['lastOverFirst'] ?? Number.NaN)
  return {
    lines: [
      { measure: BASE, spread: paceSpread(samples, BASE), unit: 'ms per 1,000', bar: null },
      { measure: `${OURS} / ${BASE}`, spread: ratio(samples, OURS, BASE), unit: 'x', bar: atMost(1.1) },
      { measure: 'last batches / first batches', spread: spread(growth), unit: 'x', bar: atMost(3) },
    ],
    facts: { samples: Object.fromEntries(samples) },
  }
}

/** The last batch of all is seldom full, and no measure. */
function lastOverFirst(batches: readonly number[]): number {
  const full = batches.slice(0, -1)
  const median = (some: readonly number[]) =>
    quantile(
      [...some].sort((a, b) => a - b),
      0.5,
    )
  return median(full.slice(-ENDS)) / median(full.slice(0, ENDS))
}
