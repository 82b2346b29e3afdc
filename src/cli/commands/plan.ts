/** `mothball plan`: what a run would do now, with every reason. Writes nothing. */
import { EXIT, type ExitCode } from '../../core/errors/index.ts'
import { exceedsGuard, type Plan, wouldMove } from '../../core/plan.ts'
import { type Call, withPolicy } from '../call.ts'
import type { Register } from '../command.ts'
import { isMadeByMigrate } from '../views/findings.ts'
import { planLines } from '../views/plan.ts'

export const registerPlan: Register = (program, { act }) => {
  program
    .command('plan')
    .description('show what a run would do, and why; writes nothing')
    .option('--detailed-exitcode', 'exit 10 when there is something to archive')
    .action(act(plan))
}

const plan = (call: Call, { detailedExitcode }: { detailedExitcode?: true }): Promise<ExitCode> =>
  withPolicy(call, async ({ archiver, policy, output, view }) => {
    const found = await archiver.plan(policy)
    const moving = wouldMove(found, null)
    output.result(
      { type: 'plan', ...found, needsConfirmation: exceedsGuard(found, moving) ? moving : null },
      planLines(found, { days: policy.age.days }, view),
    )
    if (isRefused(found)) return EXIT.refused
    return detailedExitcode && found.eligible > 0 ? EXIT.pending : EXIT.done
  })

const isRefused = ({ refusals }: Plan): boolean => !refusals.every(isMadeByMigrate)
