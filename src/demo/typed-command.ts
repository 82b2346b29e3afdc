/**
 * Runs a command of the product as if it had been typed: the same words, the same code, its own output. The demo
 * shows no command that it has not run, and nothing that the product has not said.
 */
import { Command } from 'commander'
import type { Door, Register } from '../cli/command.ts'
import type { JsonLine } from '../cli/output.ts'
import { EXIT, type ExitCode } from '../core/errors/index.ts'
import { Disagreement, type Tour } from './tour.ts'

/** Brings what `--json` would have printed as the last line. Throws what the command throws, and Disagreement where it ends with another exit code than 0. */
export async function typeCommand(tour: Tour, register: Register, words: readonly string[]): Promise<JsonLine> {
  const { tell, configPath, url } = tour
  tell.command(`mothball ${words.map(quoted).join(' ')}`)
  tell.busy('...')
  const exit = await runWords(register, words, {
    globals: { config: configPath, databaseUrl: url, color: true },
    output: tell,
  })
  const told = tell.takeResults().at(-1)
  if (exit !== EXIT.done || told === undefined)
    throw new Disagreement(`mothball ${words[0]} ended with exit code ${exit}`)
  return told
}

type GivenCall = Parameters<Parameters<Door['act']>[0]>[0]

async function runWords(register: Register, words: readonly string[], call: GivenCall): Promise<ExitCode> {
  let exit: ExitCode = EXIT.failed
  const door: Door = {
    act:
      (work) =>
      async (...given) => {
        exit = await work(call, ...given)
      },
  }
  const program = new Command()
  register(program, door)
  await program.parseAsync([...words], { from: 'user' })
  return exit
}

const quoted = (word: string): string => (/^[\w./:=+@-]+$/.test(word) ? word : JSON.stringify(word))
