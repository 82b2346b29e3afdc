/** `mothball demo`: the product on a database of its own. Its options are its own too, so they are handed through. */
import type { ExitCode } from '../../core/errors/index.ts'
import type { Register } from '../command.ts'

export const registerDemo: Register = (program, { act }) => {
  program
    .command('demo')
    .description('watch it work on a database of its own that leaves nothing behind; options: mothball demo --help')
    .allowUnknownOption()
    .allowExcessArguments()
    .helpOption(false)
    .action(act((_call, _options: object, command: Readonly<{ args: readonly string[] }>) => demo(command.args)))
}

/** Its exit code. Loaded on demand: it brings a database server along. */
export async function demo(argv: readonly string[]): Promise<ExitCode> {
  const { runDemo } = await import('../../demo/demo.ts')
  return runDemo(argv)
}
