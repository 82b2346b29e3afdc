/** The cost of a moved row must not grow with the table that it is moved out of. */
import { moving } from './engine-side.ts'
import { familyPolicy, familyTemplate } from './family-data.ts'
import { interleave, paceSpread, ratio } from './interleave.ts'
import { atMost, type Line, type Report } from './report.ts'
import type { Scenario, Stage } from './scenario.ts'

const BAR = 1.3

export const linearity: Scenario = {
  name: 'linearity',
  about: 'families out of tables of growing size, with every keep rule',
  run,
}

const sizes = ({ options }: Stage): readonly number[] => {
  if (options.quick) return [500, 5000]
  return options.full ? [10_000, 100_000, 1_000_000] : [10_000, 100_000]
}

const nameOf = (customers: number): string => `${customers.toLocaleString('en')} customers`

async function run(stage: Stage): Promise<Report> {
  const names = sizes(stage).map(nameOf)
  const contenders = sizes(stage).map((customers) =>
    moving(nameOf(customers), familyTemplate(customers, false), familyPolicy()),
  )
  const samples = await interleave(stage.arena, contenders, stage.options.rounds)
  const [smallest = '', ...larger] = names
  const ratios = larger.map(
    (name): Line => ({
      measure: `${name} / ${smallest}`,
      spread: ratio(samples, name, smallest),
      unit: 'x',
      bar: atMost(BAR),
    }),
  )
  return {
    lines: [{ measure: smallest, spread: paceSpread(samples, smallest), unit: 'ms per 1,000', bar: null }, ...ratios],
    facts: { samples: Object.fromEntries(samples) },
  }
}
