/** The flags of `npm run bench`. */
import { parseArgs } from 'node:util'

export type Options = Readonly<{
  /** Small sizes and one round: shows that everything runs, not how fast. */
  quick: boolean
  /** A million customers too; takes half an hour. */
  full: boolean
  rounds: number
  /** Names of scenarios; empty: all. */
  only: readonly string[]
  /** A file for the figures. */
  json: string | null
}>

export const USAGE = `npm run bench -- [--quick | --full] [--rounds N] [--only SCENARIO]... [--json FILE]`

/** Throws an error with a message for people. */
export function readOptions(argv: readonly string[], scenarios: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      quick: { type: 'boolean', default: false },
      full: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      only: { type: 'string', multiple: true, default: [] },
      json: { type: 'string' },
    },
  })
  const rounds = values.rounds ?? (values.quick ? '1' : '5')
  if (!/^[1-9]\d?$/.test(rounds)) throw new Error(`--rounds takes a number from 1 to 99, not ${rounds}`)
  const unknown = values.only.filter((name) => !scenarios.includes(name))
  if (unknown.length > 0) throw new Error(`no scenario ${unknown.join(', ')}; there are ${scenarios.join(', ')}`)
  return {
    quick: values.quick,
    full: values.full,
    rounds: Number(rounds),
    only: values.only,
    json: values.json ?? null,
  }
}
