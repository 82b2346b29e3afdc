/** `mothball sweep`: finds late related rows of archived families, and does with them what the policy says. */
import { EXIT, type ExitCode } from '../../core/errors/index.ts'
import { isUnsettled } from '../../core/late.ts'
import { actorName, type Call, type PolicyScene, withPolicy } from '../call.ts'
import type { Register } from '../command.ts'
import { requireConfirmation } from '../confirm.ts'
import { catchInterrupts } from '../interrupt.ts'
import { ProgressLine } from '../progress-line.ts'
import { sweepLines, sweepPreviewLines } from '../views/late.ts'

type SweepFlags = Readonly<{ dryRun?: true; yes?: true }>

export const registerSweep: Register = (program, { act }) => {
  program
    .command('sweep')
    .description('find related rows that were written for archived families, and settle them by policy')
    .option('--dry-run', 'only look')
    .option('--yes', 'do not ask')
    .action(act(sweep))
}

function sweep(call: Call, { dryRun, yes }: SweepFlags): Promise<ExitCode> {
  const progress = new ProgressLine(call.output)
  return withPolicy(
    call,
    async (scene) => {
      const { archiver, policy, output, view } = scene
      if (dryRun) return look(scene)
      await requireConfirmation(output, {
        what: 'a sweep',
        yes: yes ?? false,
        message: async () => {
          for (const line of sweepPreviewLines(await archiver.previewSweep(policy), view)) output.note(line)
          return 'Sweep?'
        },
      })
      using interrupts = catchInterrupts((line) => progress.say(line))
      const swept = await archiver
        .sweep(policy, { actor: actorName(), signal: interrupts.signal })
        .finally(() => progress.clear())
      output.result({ type: 'sweep', policy: policy.name, dryRun: false, ...swept }, sweepLines(swept, view))
      if (interrupts.signal.aborted) return EXIT.interrupted
      return isUnsettled(swept) ? EXIT.partial : EXIT.done
    },
    { emit: progress.emit },
  )
}

async function look({ archiver, policy, output, view }: PolicyScene): Promise<ExitCode> {
  const preview = await archiver.previewSweep(policy)
  const lines = [...sweepPreviewLines(preview, view), view.style.faint('Only a look: nothing was touched.')]
  output.result({ type: 'sweep', policy: policy.name, dryRun: true, ...preview }, lines)
  return EXIT.done
}
