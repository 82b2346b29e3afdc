/** `mothball erasures`: receipts, and the requests that are still to be carried out, with the day when they are due. */
import type { Closing, ErasureRequest } from '../../core/erasure-request.ts'
import { EXIT, type ExitCode } from '../../core/errors/index.ts'
import { instantText, inZone, text } from '../arguments.ts'
import { actorName, type Call, withPolicy } from '../call.ts'
import type { Register } from '../command.ts'
import { instant } from '../format.ts'
import { erasureListLines, requestLines } from '../views/erase.ts'

type Words = Readonly<{ case: string; reason: string }>

export const registerErasures: Register = (program, { act }) => {
  const erasures = program.command('erasures').description('requests to be erased, and receipts of erasures')
  erasures
    .command('list', { isDefault: true })
    .description('receipts, newest first')
    .option('--key <key>', 'of this person, who is named in none', text('--key'))
    .action(act(list))
  erasures
    .command('request')
    .description('record that somebody asks to be erased')
    .argument('<key>', 'his key', text('KEY'))
    .requiredOption('--case <number>', 'of the request', text('--case'))
    .requiredOption('--reason <text>', 'why, for the journal', text('--reason'))
    .option('--due <instant>', "when it is due; else the policy's erasure.dueDays from now", instantText('--due'))
    .action(act(request))
  erasures
    .command('withdraw')
    .description('end a request that was withdrawn')
    .requiredOption('--case <number>', 'of the request', text('--case'))
    .requiredOption('--reason <text>', 'why, for the journal', text('--reason'))
    .action(act((call: Call, flags: Words) => close(call, flags, 'withdrawn')))
  erasures
    .command('refuse')
    .description('end a request that may not be carried out')
    .requiredOption('--case <number>', 'of the request', text('--case'))
    .requiredOption('--reason <text>', 'by what law the data is kept', text('--reason'))
    .action(act((call: Call, flags: Words) => close(call, flags, 'refused')))
  erasures
    .command('due')
    .description('open requests, the one that is due first at the top')
    .option('--all', 'ended ones too')
    .action(act(due))
}

const list = (call: Call, { key }: Readonly<{ key?: string }>): Promise<ExitCode> =>
  withPolicy(call, async ({ archiver, policy, output, view }) => {
    const erasures = await archiver.listErasures(policy, { key: key ?? null })
    output.result({ type: 'erase', action: 'list', policy: policy.name, erasures }, erasureListLines(erasures, view))
    return EXIT.done
  })

const request = (call: Call, key: string, flags: Words & Readonly<{ due?: string }>): Promise<ExitCode> =>
  withPolicy(call, async ({ archiver, policy, output, view }) => {
    const due = flags.due === undefined ? undefined : inZone(flags.due, view.zone)
    const words = { caseNumber: flags.case, reason: flags.reason, actor: actorName() }
    const made = await archiver.requestErasure(policy, { key, due, ...words })
    output.result({ type: 'erase', action: 'request', policy: policy.name, ...made }, [
      `Request ${made.id} of case ${made.caseNumber} is due ${instant(made.dueAt, view.zone)}.`,
    ])
    return EXIT.done
  })

const close = (call: Call, flags: Words, outcome: Closing): Promise<ExitCode> =>
  withPolicy(call, async ({ archiver, policy, output }) => {
    const words = { caseNumber: flags.case, reason: flags.reason, actor: actorName() }
    const ended = await archiver.closeErasureRequest(policy, { ...words, outcome })
    output.result(
      { type: 'erase', action: outcome === 'refused' ? 'refuse' : 'withdraw', policy: policy.name, ...ended },
      [`Request ${ended.id} of case ${ended.caseNumber} is ${outcome}.`],
    )
    return EXIT.done
  })

const due = (call: Call, { all = false }: Readonly<{ all?: boolean }>): Promise<ExitCode> =>
  withPolicy(call, async ({ archiver, policy, output, view }) => {
    const requests: readonly ErasureRequest[] = await archiver.listErasureRequests(policy, { all })
    output.result({ type: 'erase', action: 'due', policy: policy.name, requests }, requestLines(requests, view))
    return EXIT.done
  })
