/** `mothball hold`: a hold keeps a customer where he is until it is released. */
import { EXIT, type ExitCode, MothballError } from '../../core/errors/index.ts'
import type { Hold } from '../../core/hold.ts'
import { positive, text } from '../arguments.ts'
import { actorName, type Call, withPolicy } from '../call.ts'
import type { Register } from '../command.ts'
import { requireConfirmation } from '../confirm.ts'
import { counted, instant } from '../format.ts'
import { tableLines } from '../table.ts'
import type { View } from '../views/findings.ts'

type ReleaseFlags = Readonly<{ id?: number; reason?: string; yes?: true }>

export const registerHold: Register = (program, { act }) => {
  const hold = program.command('hold').description('keep a customer where he is')
  hold
    .command('set')
    .description('set a hold on a customer')
    .argument('<key>', 'his key', text('KEY'))
    .requiredOption('--reason <text>', 'why, for the journal', text('--reason'))
    .action(act(set))
  hold
    .command('release')
    .description('release all holds of a customer, or one by its number')
    .argument('[key]', 'his key', text('KEY'))
    .option('--id <n>', 'number of one hold', positive('--id'))
    .option('--reason <text>', 'why, for the journal', text('--reason'))
    .option('--yes', 'do not ask')
    .action(act(release))
  hold
    .command('list', { isDefault: true })
    .description('open holds, newest first')
    .option('--all', 'released ones too')
    .action(act(list))
}

const set = (call: Call, key: string, { reason }: { reason: string }): Promise<ExitCode> =>
  withPolicy(call, async ({ archiver, policy, output }) => {
    const hold = await archiver.setHold(policy, { key, reason, actor: actorName() })
    output.result({ type: 'hold', action: 'set', policy: policy.name, ...hold }, [
      `Hold ${hold.id} is set: ${hold.key} stays where he is (${hold.tier}) until it is released.`,
    ])
    return EXIT.done
  })

const release = (call: Call, key: string | undefined, { id, reason, yes }: ReleaseFlags): Promise<ExitCode> =>
  withPolicy(call, async ({ archiver, policy, output }) => {
    const which =
      id !== undefined && key === undefined ? { id } : key !== undefined && id === undefined ? { key } : null
    if (which === null)
      throw new MothballError('usage_invalid', {
        problem: 'release takes either a key or --id',
        hint: 'See `mothball hold list` for both.',
      })
    await requireConfirmation(output, {
      what: 'a release',
      yes: yes ?? false,
      message: async () => `Release ${'id' in which ? `hold ${which.id}` : `every hold on ${which.key}`}?`,
    })
    const released = await archiver.releaseHold(policy, { ...which, actor: actorName(), reason: reason ?? null })
    output.result({ type: 'hold', action: 'release', policy: policy.name, released }, [
      `Released ${counted(released.length, 'hold')}: ${released.map((hold) => hold.id).join(', ')}.`,
    ])
    return EXIT.done
  })

const list = (call: Call, { all = false }: { all?: boolean }): Promise<ExitCode> =>
  withPolicy(call, async ({ archiver, policy, output, view }) => {
    const holds = await archiver.listHolds(policy, { all })
    output.result({ type: 'hold', action: 'list', policy: policy.name, holds }, listLines(holds, view))
    return EXIT.done
  })

const COLUMNS = [
  { name: 'hold', align: 'right' },
  { name: 'key' },
  { name: 'since' },
  { name: 'by' },
  { name: 'reason' },
  { name: 'state' },
] as const

function listLines(holds: readonly Hold[], view: View): readonly string[] {
  if (holds.length === 0) return ['No holds.']
  const rows = holds.map(({ id, key, setAt, setBy, reason, releasedBy }) => [
    String(id),
    key,
    instant(setAt, view.zone),
    setBy,
    reason,
    releasedBy === null ? 'open' : `released by ${releasedBy}`,
  ])
  return tableLines(COLUMNS, rows, view)
}
