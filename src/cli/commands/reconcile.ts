/** `mothball reconcile`: shows what hands or other tools left behind; mends it with --yes, and only where nothing can be lost. */
import { EXIT, type ExitCode } from '../../core/errors/index.ts'
import { DIFFERENCES, type Difference } from '../../core/reconcile.ts'
import { actorName, type Call, withPolicy } from '../call.ts'
import type { Register } from '../command.ts'
import { catchInterrupts } from '../interrupt.ts'
import { ProgressLine } from '../progress-line.ts'
import { differenceLines, hasMendable, reconciledLines } from '../views/reconcile.ts'

export const registerReconcile: Register = (program, { act }) => {
  program
    .command('reconcile')
    .description('show what hands or other tools left behind; mend it with --yes')
    .option('--yes', 'mend what can be mended without losing anything')
    .action(act(reconcile))
}

function reconcile(call: Call, { yes }: Readonly<{ yes?: true }>): Promise<ExitCode> {
  const progress = new ProgressLine(call.output)
  return withPolicy(
    call,
    async ({ archiver, policy, output, view }) => {
      if (!yes) {
        const found = await archiver.previewReconcile(policy)
        const lines = differenceLines(found, view)
        output.result({ type: 'reconcile', policy: policy.name, run: null, mended: {}, found: found.map(tell) }, lines)
        return found.length === 0 ? EXIT.done : hasMendable(found) ? EXIT.pending : EXIT.partial
      }
      using interrupts = catchInterrupts((line) => progress.say(line))
      const options = { actor: actorName(), signal: interrupts.signal }
      const reconciled = await archiver.reconcile(policy, options).finally(() => progress.clear())
      const { run, mended, left } = reconciled
      const line = { type: 'reconcile', policy: policy.name, run, mended, found: left.map(tell) }
      output.result(line, reconciledLines(reconciled, view))
      if (interrupts.signal.aborted) return EXIT.interrupted
      return left.length === 0 ? EXIT.done : EXIT.partial
    },
    { emit: progress.emit },
  )
}

/** The difference with its words, for programs. */
const tell = (each: Difference) => {
  const { words, mend, hint } = DIFFERENCES[each.kind]
  return { ...each, words, mend, hint }
}
