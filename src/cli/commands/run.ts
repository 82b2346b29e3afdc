/** `mothball run`: archives what the plan says, batch after batch, and says how it ended. */
import { EXIT, type ExitCode, MothballError } from '../../core/errors/index.ts'
import { tableText } from '../../core/names.ts'
import { exceedsGuard, wouldMove } from '../../core/plan.ts'
import type { RunOptions, RunResult } from '../../core/run.ts'
import { batchSize, instantText, inZone, positive } from '../arguments.ts'
import { actorName, type Call, type PolicyScene, withPolicy } from '../call.ts'
import type { Register } from '../command.ts'
import { requireConfirmation } from '../confirm.ts'
import { counted } from '../format.ts'
import { catchInterrupts } from '../interrupt.ts'
import { ProgressLine } from '../progress-line.ts'
import { runLines } from '../views/run.ts'

type RunFlags = Readonly<{
  dryRun?: true
  batchSize?: number
  maxRows?: number
  confirm?: number
  yes?: true
  slot?: string
  ignoreWindow?: true
}>

export const registerRun: Register = (program, { act }) => {
  program
    .command('run')
    .description('archive what is eligible')
    .option('--dry-run', 'count and log, move nothing')
    .option(
      '--batch-size <n>',
      "subjects per transaction, 1 to 10000, instead of the policy's",
      batchSize('--batch-size'),
    )
    .option('--max-rows <n>', 'subjects at the most', positive('--max-rows'))
    .option('--confirm <n>', 'the number that the plan names; needed above the guard', positive('--confirm'))
    .option('--yes', 'do not ask')
    .option('--slot <time>', 'the planned time that this run stands for; each is run once', instantText('--slot'))
    .option('--ignore-window', "run outside the policy's window as well")
    .action(act(run))
}

function run(call: Call, flags: RunFlags): Promise<ExitCode> {
  const progress = new ProgressLine(call.output)
  progress.limitTo(flags.maxRows ?? null)
  return withPolicy(
    call,
    async (scene) => {
      if (!flags.dryRun) await confirmRun(scene, flags)
      using interrupts = catchInterrupts((text) => progress.say(text))
      const result = await scene.archiver
        .run(scene.policy, optionsOf(flags, scene.view.zone, interrupts.signal))
        .finally(() => progress.clear())
      await tell(scene, result)
      return exitOf(result)
    },
    { emit: progress.emit, tell: !call.output.canAsk },
  )
}

/** A number given with --confirm is a yes: whoever has it has read the plan. What the run refuses is not asked for. */
async function confirmRun(scene: PolicyScene, { yes, confirm, maxRows }: RunFlags): Promise<void> {
  const { output, archiver, policy } = scene
  if (yes === true || confirm !== undefined) return
  const plan = output.canAsk ? await archiver.plan(policy) : null
  const moving = plan === null ? 0 : wouldMove(plan, maxRows ?? null)
  if (plan !== null && (plan.refusals.length > 0 || exceedsGuard(plan, moving) || moving === 0)) return
  await requireConfirmation(output, {
    what: 'a live run',
    yes: false,
    flag: '--yes, or with --confirm=N of `mothball plan` above the guard',
    message: async () => `Archive ${counted(moving, 'row')} of ${tableText(policy.subject)} with all that is theirs?`,
  })
}

const optionsOf = (flags: RunFlags, zone: string, signal: AbortSignal): RunOptions => ({
  actor: actorName(),
  signal,
  ...(flags.dryRun ? { dryRun: true } : {}),
  ...(flags.batchSize === undefined ? {} : { batchSize: flags.batchSize }),
  ...(flags.maxRows === undefined ? {} : { maxRows: flags.maxRows }),
  ...(flags.confirm === undefined ? {} : { confirm: flags.confirm }),
  ...(flags.slot === undefined ? {} : { slot: inZone(flags.slot, zone) }),
  ...(flags.ignoreWindow ? { ignoreWindow: true } : {}),
})

async function tell({ output, archiver, policy, view }: PolicyScene, result: RunResult): Promise<void> {
  // The run is over and logged: that its failures cannot be listed now changes nothing of that.
  const failures =
    result.failed > 0 && !output.json ? await archiver.listFailures(policy, { run: result.run }).catch(() => []) : []
  output.result({ type: 'run', ...result }, runLines(result, failures, view))
}

function exitOf({ status, stopReason, error }: RunResult): ExitCode {
  if (stopReason === 'stopped') return EXIT.interrupted
  if (status === 'partial') return EXIT.partial
  if (error !== null) return new MothballError(error.code).exit
  return status === 'failed' ? EXIT.failed : EXIT.done
}
