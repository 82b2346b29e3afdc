/** `mothball hold`: a hold keeps a customer where he is until it is released. */
import { EXIT, type ExitCode, MothballError } from '../../core/errors/index.ts'
import type { Hold, HoldChoice } from '../../core/hold.ts'
import { positive, text } from '../arguments.ts'
import { actorName, type Call, withPolicy } from '../call.ts'
import type { Register } from '../command.ts'
import { requireConfirmation } from '../confirm.ts'
import { counted, instant } from '../format.ts'
import { tableLines } from '../table.ts'
import type { View } from '../views/findings.ts'

type SetFlags = Readonly<{ reason: string; case?: string }>
type ReleaseFlags = Readonly<{ id?: number; case?: string; reason?: string; yes?: true }>
type ListFlags = Readonly<{ all?: boolean; case?: string }>

export const registerHold: Register = (program, { act }) => {
  const hold = program.command('hold').description('keep a customer where he is')
  hold
    .command('set')
    .description('set a hold on a customer')
    .argument('<key>', 'his key', text('KEY'))
    .requiredOption('--reason <text>', 'why, for the journal', text('--reason'))
    .option('--case <number>', 'of the case that it is for', text('--case'))
    .action(act(set))
  hold
    .command('release')
    .description('release all holds of a customer or of a case, or one by its number')
    .argument('[key]', 'his key', text('KEY'))
    .option('--id <n>', 'number of one hold', positive('--id'))
    .option('--case <number>', 'all of a case, whoever is held for it', text('--case'))
    .option('--reason <text>', 'why, for the journal', text('--reason'))
    .option('--yes', 'do not ask')
    .action(act(release))
  hold
    .command('list', { isDefault: true })
    .description('open holds, newest first')
    .option('--all', 'released ones too')
    .option('--case <number>', 'of this case only', text('--case'))
    .action(act(list))
}

const set = (call: Call, key: string, { reason, case: caseNumber }: SetFlags): Promise<ExitCode> =>
  withPolicy(call, async ({ archiver, policy, output }) => {
    const hold = await archiver.setHold(policy, { key, reason, caseNumber, actor: actorName() })
    output.result({ type: 'hold', action: 'set', policy: policy.name, ...hold }, [
      `Hold ${hold.id} is set: ${hold.key} stays where he is (${hold.tier}) until it is released.`,
    ])
    return EXIT.done
  })

const release = (call: Call, key: string | undefined, flags: ReleaseFlags): Promise<ExitCode> =>
  withPolicy(call, async ({ archiver, policy, output }) => {
    const { reason, yes } = flags
    const which = choiceOf(key, flags)
    await requireConfirmation(output, {
      what: 'a release',
      yes: yes ?? false,
      message: async () => `Release ${choiceText(which)}?`,
    })
    const released = await archiver.releaseHold(policy, { ...which, actor: actorName(), reason: reason ?? null })
    output.result({ type: 'hold', action: 'release', policy: policy.name, released }, [
      `Released ${counted(released.length, 'hold')}: ${released.map((hold) => hold.id).join(', ')}.`,
    ])
    return EXIT.done
  })

function choiceOf(key: string | undefined, { id, case: caseNumber }: ReleaseFlags): HoldChoice {
  const given: readonly HoldChoice[] = [
    ...(key === undefined ? [] : [{ key }]),
    ...(id === undefined ? [] : [{ id }]),
    ...(caseNumber === undefined ? [] : [{ caseNumber }]),
  ]
  const [choice] = given
  if (choice !== undefined && given.length === 1) return choice
  throw new MothballError('usage_invalid', {
    problem: 'release takes either a key, --id or --case',
    hint: 'See `mothball hold list` for all three.',
  })
}

function choiceText(choice: HoldChoice): string {
  if ('id' in choice) return `hold ${choice.id}`
  return 'key' in choice ? `every hold on ${choice.key}` : `every hold of case ${choice.caseNumber}`
}

const list = (call: Call, { all = false, case: caseNumber }: ListFlags): Promise<ExitCode> =>
  withPolicy(call, async ({ archiver, policy, output, view }) => {
    const holds = await archiver.listHolds(policy, { all, caseNumber: caseNumber ?? null })
    output.result({ type: 'hold', action: 'list', policy: policy.name, holds }, listLines(holds, view))
    return EXIT.done
  })

const COLUMNS = [
  { name: 'hold', align: 'right' },
  { name: 'key' },
  { name: 'since' },
  { name: 'by' },
  { name: 'case' },
  { name: 'reason' },
  { name: 'state' },
] as const

function listLines(holds: readonly Hold[], view: View): readonly string[] {
  if (holds.length === 0) return ['No holds.']
  const rows = holds.map(({ id, key, setAt, setBy, caseNumber, reason, releasedBy }) => [
    String(id),
    key,
    instant(setAt, view.zone),
    setBy,
    caseNumber ?? '',
    reason,
    releasedBy === null ? 'open' : `released by ${releasedBy}`,
  ])
  return tableLines(COLUMNS, rows, view)
}
