/** The customer with six related tables: our batches against one transaction, without and with foreign keys. */
import { moving } from './engine-side.ts'
import { familyPolicy, familyTemplate, moveInOneTransaction, moveWithCustomersLocked } from './family-data.ts'
import { interleave, paceSpread, ratio, requireSameWork, samplesOf } from './interleave.ts'
import { atMost, type Line, type Report } from './report.ts'
import type { Scenario, Stage } from './scenario.ts'
import { StatementTimes } from './statement-times.ts'

const BAR = 1.15
const BASE = 'one transaction'
const UNSAFE = 'the same with only customers locked'
/** What is measured against compares nothing, so ours is shown without its comparison too. */
const FORMS = [1000, 5000].flatMap((batchSize) => [true, false].map((compare) => ({ batchSize, compare })))

export const family: Scenario = {
  name: 'family',
  about: 'customers with six related tables and every keep rule, against one transaction that moves them by sets',
  run: async (stage) => {
    const reports = [await compare(stage, false), await compare(stage, true)]
    return {
      lines: reports.flatMap(({ lines }) => lines),
      breakdowns: reports.flatMap(({ breakdowns }) => breakdowns ?? []),
      facts: { withoutForeignKeys: reports[0]?.facts, withForeignKeys: reports[1]?.facts },
    }
  },
}

async function compare({ arena, options }: Stage, foreignKeys: boolean): Promise<Report> {
  const template = familyTemplate(options.quick ? 2000 : 50_000, foreignKeys)
  const keys = foreignKeys ? 'foreign keys' : 'no foreign keys'
  const ours = FORMS.map(({ batchSize, compare }) => ({
    name: `batch ${batchSize.toLocaleString('en')}, ${compare ? 'compared' : 'not compared'}`,
    policy: familyPolicy({ batchSize, compare }),
    times: new StatementTimes(),
  }))
  const contenders = ours.map(({ name, policy, times }) => moving(name, template, policy, times))
  const bases = [
    { name: BASE, template, run: moveInOneTransaction },
    { name: UNSAFE, template, run: moveWithCustomersLocked },
  ]
  const samples = await interleave(arena, [...bases, ...contenders], options.rounds)
  requireSameWork(samples)
  const ratios = ours.map(
    ({ name }): Line => ({
      measure: `${keys}: ${name} / ${BASE}`,
      spread: ratio(samples, name, BASE),
      unit: 'x',
      bar: atMost(BAR),
    }),
  )
  return {
    lines: [
      { measure: `${keys}: ${BASE}`, spread: paceSpread(samples, BASE), unit: 'ms per 1,000', bar: null },
      { measure: `${keys}: ${UNSAFE} / ${BASE}`, spread: ratio(samples, UNSAFE, BASE), unit: 'x', bar: null },
      ...ratios,
    ],
    breakdowns: ours.map(({ name, times }) => ({
      title: `family, ${keys}, ${name}: where the time goes`,
      shares: times.shares(samplesOf(samples, name)),
    })),
    facts: { samples: Object.fromEntries(samples) },
  }
}
