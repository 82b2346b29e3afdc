/** `mothball show`: finds a customer by whatever he says on the phone, and says where he is and why. */
import { EXIT, type ExitCode, MothballError } from '../../core/errors/index.ts'
import { tableText } from '../../core/names.ts'
import { archiveName, type Policy } from '../../core/policy.ts'
import { phrase } from '../arguments.ts'
import { type Call, withPolicy } from '../call.ts'
import type { Register } from '../command.ts'
import { counted } from '../format.ts'
import { foundLines } from '../views/found.ts'

export const registerShow: Register = (program, { act }) => {
  program
    .command('show')
    .description('find a customer and say where he is, and why')
    .argument('<customer...>', 'key, phone in any format, policy number or e-mail', phrase('CUSTOMER'))
    .action(act(show))
}

const show = (call: Call, wanted: string): Promise<ExitCode> =>
  withPolicy(call, async ({ archiver, policy, output, view }) => {
    const found = await archiver.find(policy, wanted)
    const [first, ...others] = found
    if (first === undefined) throw new MothballError('customer_unknown', searched(policy))
    for (const each of others) output.jsonLine({ type: 'match', ...each })
    const header = others.length > 0 ? [`${counted(found.length, 'match', 'matches')}:`] : []
    output.result({ type: 'show', policy: policy.name, ...first, matches: found.length }, [
      ...header,
      ...found.flatMap((each) => foundLines(each, view)),
    ])
    return EXIT.done
  })

/** What was typed is not repeated: it may be somebody's number. */
function searched({ subject, archiveSuffix, search }: Policy) {
  const columns = [
    'the key',
    ...search.phone.map((name) => `${name} (phone)`),
    ...search.text,
    ...search.email.map((name) => `${name} (e-mail)`),
  ]
  return {
    columns: columns.join(', '),
    tables: `${tableText(subject)} and ${tableText(archiveName(subject, archiveSuffix))}`,
  }
}
