/** `mothball audit`: who changed what, and whether the log is still as it was written. */
import type { AuditVerification } from '../../core/audit.ts'
import { type ChainedEntry, type ChainFault, shortHash } from '../../core/chain.ts'
import { EXIT, type ExitCode } from '../../core/errors/index.ts'
import { hexDigits, positive } from '../arguments.ts'
import { type Call, type Scene, withArchiver } from '../call.ts'
import type { Register } from '../command.ts'
import { counted, instant } from '../format.ts'
import { tableLines } from '../table.ts'

type ListFlags = Readonly<{ limit?: number; before?: number }>

export const registerAudit: Register = (program, { act }) => {
  const audit = program.command('audit').description('who changed what; its chain shows tampering')
  audit
    .command('list', { isDefault: true })
    .description('entries, newest first')
    .option('--limit <n>', 'so many entries', positive('--limit', 10_000))
    .option('--before <entry>', 'entries older than this one', positive('--before'))
    .action(act(list))
  audit
    .command('verify')
    .description('walk the whole chain and name what was edited, removed or inserted')
    .option('--head <hash>', 'a head that was noted earlier, or its first digits', hexDigits('--head'))
    .action(act(verify))
}

const list = (call: Call, { limit, before }: ListFlags): Promise<ExitCode> =>
  withArchiver(call, async (scene) => {
    const options = { ...(limit === undefined ? {} : { limit }), ...(before === undefined ? {} : { before }) }
    const entries = await scene.archiver.listAudit(options)
    const zone = await scene.archiver.zone()
    scene.output.result({ type: 'audit', action: 'list', entries }, listLines(entries, zone, scene))
    return EXIT.done
  })

const COLUMNS = [
  { name: 'entry', align: 'right' },
  { name: 'when' },
  { name: 'who' },
  { name: 'what' },
  { name: 'of' },
  { name: 'reason' },
  { name: 'outcome' },
] as const

function listLines(entries: readonly ChainedEntry[], zone: string, { output }: Scene): readonly string[] {
  if (entries.length === 0) return ['Nothing was changed yet.']
  const rows = entries.map(({ id, at, actor, role, action, object, reason, outcome }) => [
    String(id),
    instant(at, zone),
    role === null ? actor : `${actor} (${role})`,
    action,
    object,
    reason ?? '',
    outcome,
  ])
  return tableLines(COLUMNS, rows, output)
}

const verify = (call: Call, { head }: Readonly<{ head?: string }>): Promise<ExitCode> =>
  withArchiver(call, async ({ archiver, output }) => {
    const result = await archiver.verifyAudit(head === undefined ? {} : { head })
    output.result({ type: 'audit', action: 'verify', ...result }, verifyLines(result))
    return result.status === 'clean' ? EXIT.done : EXIT.differs
  })

const verifyLines = ({ status, entries, head, faults }: AuditVerification): readonly string[] => [
  `${status === 'clean' ? 'CLEAN' : 'DIFFERS'}  ${counted(entries, 'entry', 'entries')}, chain to ${shortHash(head)}`,
  ...faults.map((fault) => `  ${faultText(fault)}`),
]

function faultText({ id, kind }: ChainFault): string {
  switch (kind) {
    case 'edited':
      return `entry ${id} was edited: it does not say what it was hashed with`
    case 'missing':
      return `before entry ${id} entries are missing`
    case 'unlinked':
      return `entry ${id} followed another entry than the one before it: that one was replaced or inserted`
    case 'head_unknown':
      return 'no entry has the head that was noted: the end was cut off, or the log written anew'
  }
}
