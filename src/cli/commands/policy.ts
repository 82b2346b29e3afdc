/** `mothball policy`: what each policy does by itself, and the stage that somebody gives it. */
import { EXIT, type ExitCode, MothballError } from '../../core/errors/index.ts'
import type { Policy } from '../../core/policy.ts'
import { STAGES, type Stage, type StageOfPolicy } from '../../core/schedule.ts'
import type { SlotList } from '../../core/slot.ts'
import { text } from '../arguments.ts'
import { actorName, type Call, type Scene, withArchiver, withPolicy } from '../call.ts'
import type { Register } from '../command.ts'
import { instant } from '../format.ts'
import { tableLines } from '../table.ts'

export const registerPolicy: Register = (program, { act }) => {
  const policy = program.command('policy').description('what runs by itself, and its stage')
  policy
    .command('list', { isDefault: true })
    .description('every policy with its stage and its next planned time')
    .action(act(list))
  policy
    .command('stage')
    .description('set what the schedule does: shadow (dry runs), live, or paused')
    .argument('<name>', 'the policy', text('NAME'))
    .argument('<stage>', 'shadow, live or paused', stageWord)
    .requiredOption('--reason <text>', 'why, for the journal and the audit log', text('--reason'))
    .action(act(setStage))
}

const isStage = (word: string): word is Stage => word in STAGES

function stageWord(word: string): Stage {
  if (isStage(word)) return word
  throw new MothballError('option_invalid', {
    option: 'STAGE',
    problem: `${JSON.stringify(word.slice(0, 40))} is none of ${Object.keys(STAGES).join(', ')}`,
  })
}

const setStage = (call: Call, name: string, stage: Stage, { reason }: { reason: string }): Promise<ExitCode> =>
  withPolicy({ ...call, globals: { ...call.globals, policy: name } }, async ({ archiver, policy, output }) => {
    const set = await archiver.setStage(policy, { stage, reason, actor: actorName() })
    output.result({ type: 'policy', action: 'stage', ...set }, [`${policy.name} is ${stage}: ${STAGES[stage]}.`])
    return EXIT.done
  })

type Entry = Readonly<{ policy: Policy; stage: StageOfPolicy; slots: SlotList }>

const list = (call: Call): Promise<ExitCode> =>
  withArchiver(call, async (scene) => {
    const entries: Entry[] = []
    for (const policy of scene.policies)
      entries.push({
        policy,
        stage: await scene.archiver.stageOf(policy),
        slots: await scene.archiver.listSlots(policy, 1),
      })
    const policies = entries.map(({ policy, stage, slots }) => ({
      ...stage,
      schedule: policy.schedule,
      next: slots.next,
    }))
    scene.output.result({ type: 'policy', action: 'list', policies }, listLines(entries, scene))
    return EXIT.done
  })

const COLUMNS = [{ name: 'policy' }, { name: 'stage' }, { name: 'since' }, { name: 'by' }, { name: 'next' }] as const

function listLines(entries: readonly Entry[], { output: { style, width } }: Scene): readonly string[] {
  const rows = entries.map(({ policy, stage, slots }) => {
    const zone = policy.schedule?.zone ?? 'UTC'
    return [
      policy.name,
      stage.stage,
      stage.since === null ? 'its configuration' : instant(stage.since, zone),
      stage.actor ?? '',
      slots.next === null ? 'no schedule' : instant(slots.next, zone),
    ]
  })
  return tableLines(COLUMNS, rows, { style, width })
}
