/** `mothball completion`: prints the completion script of a shell. */
import { Argument } from 'commander'
import { EXIT } from '../../core/errors/index.ts'
import type { Register } from '../command.ts'
import { completionScript, SHELLS, type Shell } from '../completion.ts'

export const registerCompletion: Register = (program, { act }) => {
  program
    .command('completion')
    .description('print a completion script: bash, zsh or fish')
    .addArgument(new Argument('<shell>', 'whose script').choices(SHELLS))
    .action(
      act(async ({ output }, shell: Shell) => {
        const script = completionScript(program, shell)
        output.result({ type: 'completion', shell, script }, [script.trimEnd()])
        return EXIT.done
      }),
    )
}
