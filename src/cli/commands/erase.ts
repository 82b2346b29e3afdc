/** `mothball erase`: destroys one person everywhere that is in reach, after a plan, and hands out the receipt. */
import type { EraseMethod, ErasurePlan } from '../../core/erase.ts'
import { EXIT, type ExitCode, MothballError } from '../../core/errors/index.ts'
import { text } from '../arguments.ts'
import { actorName, type Call, type PolicyScene, withPolicy } from '../call.ts'
import type { Register } from '../command.ts'
import { erasureLines, erasurePlanLines } from '../views/erase.ts'

type EraseFlags = Readonly<{ reason?: string; case?: string; confirm?: string; dryRun?: true; deIdentify?: true }>

export const registerErase: Register = (program, { act }) => {
  program
    .command('erase')
    .description('destroy one person, or what identifies him: active, archive, cold files, journal')
    .argument('<key>', 'his key', text('KEY'))
    .option('--reason <text>', 'why, for the journal', text('--reason'))
    .option('--case <number>', 'of the request', text('--case'))
    .option('--confirm <key>', 'his key once more', text('--confirm'))
    .option('--de-identify', 'keep his rows, and replace what identifies him in them, as the policy says')
    .option('--dry-run', 'only look: what would go, what is in the way, the letter to the requester')
    .action(act(erase))
}

const erase = (call: Call, key: string, flags: EraseFlags): Promise<ExitCode> =>
  withPolicy(call, async (scene) => {
    const { archiver, policy, output, view } = scene
    if (flags.dryRun || flags.confirm === undefined) return look(scene, key, flags)
    const { reason, case: caseNumber, confirm } = flags
    if (reason === undefined || caseNumber === undefined) throw missing(reason === undefined ? '--reason' : '--case')
    const receipt = await archiver.erase(policy, {
      key,
      confirm,
      method: methodOf(flags),
      reason,
      caseNumber,
      actor: actorName(),
    })
    output.result({ type: 'erase', action: 'erase', ...receipt }, erasureLines(receipt, view))
    return EXIT.done
  })

/** Without the key once more nothing is destroyed: that is said behind the plan. */
async function look(
  { archiver, policy, output, view }: PolicyScene,
  key: string,
  flags: EraseFlags,
): Promise<ExitCode> {
  const plan = await archiver.planErasure(policy, key, methodOf(flags))
  const line = { type: 'erase', action: 'plan', policy: policy.name, ...plan }
  if (flags.dryRun) {
    output.result(line, erasurePlanLines(plan, view))
    return codeOf(plan)
  }
  for (const each of erasurePlanLines(plan, view)) output.note(each)
  throw new MothballError('confirmation_missing', { what: 'an erasure', flag: '--confirm with the key' })
}

const methodOf = ({ deIdentify }: EraseFlags): EraseMethod => (deIdentify ? 'deidentify' : 'delete')

const codeOf = ({ obstacles }: ErasurePlan): ExitCode => (obstacles.length === 0 ? EXIT.done : EXIT.refused)

const missing = (flag: string): MothballError =>
  new MothballError('usage_invalid', { problem: `an erasure needs ${flag}`, hint: 'See `mothball erase --help`.' })
