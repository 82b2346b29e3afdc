/** `mothball purge`: off until a legal basis is recorded; planned by one person, carried out by another. */

import type { PurgePlan } from '../../core/cold/purge.ts'
import { EXIT, type ExitCode, MothballError } from '../../core/errors/index.ts'
import { positive, text } from '../arguments.ts'
import { actorName, type Call, withPolicy } from '../call.ts'
import type { Register } from '../command.ts'
import { count, counted, instant } from '../format.ts'
import { tableLines } from '../table.ts'
import type { View } from '../views/findings.ts'

export const registerPurge: Register = (program, { act }) => {
  const purge = program.command('purge').description('destroy exported customers whose retention is over')
  purge
    .command('basis')
    .description('record the legal basis, which turns purging on')
    .argument('[text]', 'the basis, as an auditor reads it', text('BASIS'))
    .option('--withdraw', 'turn purging off instead')
    .action(act(basis))
  purge
    .command('plan')
    .description('list who is due; destroys nothing')
    .requiredOption('--reason <text>', 'why, for journal and certificate', text('--reason'))
    .action(act(plan))
  purge
    .command('run')
    .description('carry out a plan that somebody else has made')
    .argument('<plan>', 'number of the plan', positive('PLAN'))
    .requiredOption('--confirm <n>', 'the number of families that the plan names', positive('--confirm'))
    .action(act(run))
  purge
    .command('list', { isDefault: true })
    .description('plans and what became of them, newest first')
    .action(act(list))
}

const basis = (
  call: Call,
  words: string | undefined,
  { withdraw = false }: { withdraw?: boolean },
): Promise<ExitCode> =>
  withPolicy(call, async ({ archiver, policy, output }) => {
    if ((words === undefined) !== withdraw)
      throw new MothballError('usage_invalid', {
        problem: 'basis takes either a text or --withdraw',
        hint: 'Write the basis in quotes.',
      })
    const actor = actorName()
    const recorded =
      words === undefined
        ? await archiver.withdrawBasis(policy, { actor })
        : await archiver.recordBasis(policy, { basis: words, actor })
    const action = withdraw ? 'withdraw' : 'basis'
    output.result({ type: 'purge', action, policy: policy.name, ...recorded }, [
      withdraw ? 'Purging is off.' : `Basis ${recorded.id} is recorded: purging is on for ${policy.name}.`,
    ])
    return EXIT.done
  })

const plan = (call: Call, { reason }: { reason: string }): Promise<ExitCode> =>
  withPolicy(call, async ({ archiver, policy, output, view }) => {
    const made = await archiver.planPurge(policy, { actor: actorName(), reason })
    output.result({ type: 'purge', action: 'plan', policy: policy.name, ...made }, [
      `Purge ${made.id}: ${counted(made.families, 'family', 'families')} archived ${made.retention} before ${instant(made.moment, view.zone)}, on "${made.basis}".`,
      ...(made.contactKey === null
        ? ['Those who are purged will be found by key alone: no contact of theirs is kept.']
        : []),
      made.families === 0
        ? 'There is nobody to destroy.'
        : `Nothing is destroyed yet. A second person runs: mothball purge run ${made.id} --confirm ${made.families}`,
    ])
    return EXIT.done
  })

const run = (call: Call, number: number, { confirm }: { confirm: number }): Promise<ExitCode> =>
  withPolicy(call, async ({ archiver, policy, output }) => {
    const vault = await archiver.vault()
    const result = await archiver.runPurge(policy, vault, { plan: number, actor: actorName(), confirm })
    const stayed = Object.entries(result.stayed).filter(([, families]) => families > 0)
    output.result({ type: 'purge', action: 'run', policy: policy.name, ...result }, [
      `Purged ${counted(result.purged, 'family', 'families')} by run ${result.run}; certificate ${result.certificateSha256.slice(0, 12)}.`,
      ...Object.entries(result.rows).map(([table, rows]) => `  ${table}  ${count(rows)}`),
      ...stayed.map(([why, families]) => `  stayed: ${why} ${count(families)}`),
    ])
    return stayed.length > 0 ? EXIT.partial : EXIT.done
  })

const list = (call: Call): Promise<ExitCode> =>
  withPolicy(call, async ({ archiver, policy, output, view }) => {
    const purges = await archiver.listPurges(policy)
    output.result({ type: 'purge', action: 'list', policy: policy.name, purges }, listLines(purges, view))
    return EXIT.done
  })

const COLUMNS = [
  { name: 'purge', align: 'right' },
  { name: 'state' },
  { name: 'families', align: 'right' },
  { name: 'planned' },
  { name: 'by' },
  { name: 'carried out by' },
  { name: 'basis' },
] as const

function listLines(purges: readonly PurgePlan[], view: View): readonly string[] {
  if (purges.length === 0) return ['No purges.']
  const rows = purges.map(({ id, state, families, plannedAt, plannedBy, carriedOutBy, basis: by }) => [
    String(id),
    state,
    count(families),
    instant(plannedAt, view.zone),
    plannedBy,
    carriedOutBy ?? '',
    by,
  ])
  return tableLines(COLUMNS, rows, view)
}
