/** The words after `mothball demo`, checked before anything is started. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { positive } from '../cli/arguments.ts'
import { count } from '../cli/format.ts'
import { MothballError } from '../core/errors/index.ts'
import { CONFIG_NAME } from './stage.ts'

export type DemoOptions = Readonly<{
  customers: number
  /** The same seed makes the same customers. */
  seed: number
  foreignKeys: boolean
  /** A free one is taken when null. */
  port: number | null
  /** The folder stays when the demo ends. */
  keep: boolean
  /** A folder that an earlier demo kept: its server is started again, and nothing else happens. */
  again: string | null
  color: boolean
}>

/** The specification's table: `~10,000+ records`. */
const DEFAULT_CUSTOMERS = 10_214
/** Fewer have no one to tell of in every chapter. */
const FEWEST_CUSTOMERS = 100
const MOST_CUSTOMERS = 10_000_000

/** Throws `option_invalid`, or commander's own error: of code 0 after `--help` has been printed. */
export function parseDemoOptions(argv: readonly string[]): DemoOptions {
  const program = new Command('mothball demo')
    .description(
      "Starts a PostgreSQL in a folder of its own, fills it with a call center's customers, archives the old ones step by step, checks all of it, and brings one back. Nothing is left behind.",
    )
    .option('--customers <n>', `so many, ${FEWEST_CUSTOMERS} or more`, customers, DEFAULT_CUSTOMERS)
    .option('--foreign-keys', 'with foreign keys between the tables')
    .option('--seed <n>', 'another number makes other customers', positive('--seed'), 1)
    .option('--port <n>', "the server's port; else a free one", positive('--port', 65_535))
    .option('--keep', 'leave the folder with the database when the demo ends')
    .option('--again <folder>', 'start the server of a kept folder, until Ctrl-C', keptFolder)
    .option('--no-color', 'no colour (NO_COLOR does the same)')
    .helpOption('--help', 'print this help')
    .configureOutput({ outputError: () => undefined })
    .exitOverride()
    .parse([...argv], { from: 'user' })
  const { port = null, again = null, foreignKeys = false, keep = false, ...options } = program.opts<Given>()
  return { ...options, port, again, foreignKeys, keep }
}

/** As commander has it: what was not given is not there. */
type Given = Pick<DemoOptions, 'customers' | 'seed' | 'color'> &
  Readonly<{ port?: number; again?: string; foreignKeys?: true; keep?: true }>

function customers(value: string): number {
  const number = positive('--customers', MOST_CUSTOMERS)(value)
  if (number >= FEWEST_CUSTOMERS) return number
  const problem = `${count(number)} are too few to show everything; ${FEWEST_CUSTOMERS} are enough`
  throw new MothballError('option_invalid', { option: '--customers', problem })
}

function keptFolder(value: string): string {
  if (existsSync(join(value, CONFIG_NAME))) return value
  throw new MothballError('option_invalid', { option: '--again', problem: 'is not a folder that a demo kept' })
}
