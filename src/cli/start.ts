/** Words in, exit code out. Whatever goes wrong ends in one error line and its hint. */
import { CommanderError } from 'commander'
import { EXIT, type ExitCode, MothballError } from '../core/errors/index.ts'
import type { Globals } from './call.ts'
import type { Door } from './command.ts'
import { demo } from './commands/demo.ts'
import { Output } from './output.ts'
import { createProgram } from './program.ts'

export async function start(argv: readonly string[]): Promise<ExitCode> {
  // Before its words are known their output is: a wrong flag is told in the form that was asked for.
  const output = new Output({ json: argv.includes('--json'), color: !argv.includes('--no-color') })
  let exit: ExitCode = EXIT.done
  const door: Door = {
    act:
      (work) =>
      async (...words) => {
        const globals = program.opts<Globals>()
        const call = { globals, output: new Output(globals) }
        exit = await work(call, ...words)
      },
  }
  const program = createProgram(door)
  try {
    // The demo's words are its own: `--json` or `--quiet` among them are not ours to take.
    if (argv[0] === 'demo') return await demo(argv.slice(1))
    await program.parseAsync(argv, { from: 'user' })
    return exit
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.done
    return output.error(error instanceof CommanderError ? usageError(error) : error)
  }
}

const HINT = '`mothball --help` lists the commands, `mothball COMMAND --help` what each takes.'

/** `error: unknown option '--yess'\n(Did you mean --yes?)` in our words. */
function usageError({ code, message }: CommanderError): MothballError {
  const [first = '', suggestion] = message.replace(/^error: /, '').split('\n')
  if (code === 'commander.help')
    return new MothballError('usage_invalid', { problem: 'no command is named', hint: HINT })
  const asked = suggestion?.replace(/^\((.*)\)$/, '$1')
  return new MothballError('usage_invalid', {
    problem: first.replaceAll("'", '').replace(/\.$/, ''),
    hint: asked === undefined ? HINT : `${asked} ${HINT}`,
  })
}
