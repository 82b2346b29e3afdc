/** `mothball audit`: who changed what, and whether the log is still as it was written. */
import type { Config } from '../../config.ts'
import type { AuditFault, AuditVerification } from '../../core/audit.ts'
import { signingKeyOf, trustedKeysOf } from '../../core/audit-schema.ts'
import { type ChainedEntry, shortHash } from '../../core/chain.ts'
import { EXIT, type ExitCode, MothballError } from '../../core/errors/index.ts'
import { folderIn, headName, headsPlaceOf, readHeads } from '../../jobs/audit-heads.ts'
import { folderOf } from '../../presets/databases.ts'
import { hexDigits, instantText, inZone, positive, text } from '../arguments.ts'
import { actorName, type Call, type Scene, withArchiver } from '../call.ts'
import type { Register } from '../command.ts'
import { requireConfirmation } from '../confirm.ts'
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
  audit
    .command('publish')
    .description('note the head of the chain in a file, where the owner of the database does not reach')
    .action(act(publish))
  audit
    .command('prune')
    .description('take old entries out of the log, and leave a signed checkpoint')
    .requiredOption('--before <instant>', 'entries older than this', instantText('--before'))
    .requiredOption('--reason <text>', 'why, for the checkpoint', text('--reason'))
    .option('--yes', 'do not ask')
    .action(act(prune))
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
  withArchiver(call, async ({ config, archiver, output }) => {
    const { audit } = config
    const noted = audit.heads === undefined ? [] : await readHeads(folderIn(audit.heads, folderOfDatabase(config)))
    const result = await archiver.verifyAudit({ head: head ?? null, noted, keys: trustedKeysOf(audit) })
    output.result({ type: 'audit', action: 'verify', ...result }, verifyLines(result))
    return result.status === 'clean' ? EXIT.done : EXIT.differs
  })

const verifyLines = ({ status, entries, head, checkpoint, faults }: AuditVerification): readonly string[] => [
  `${status === 'clean' ? 'CLEAN' : 'DIFFERS'}  ${counted(entries, 'entry', 'entries')}, chain to ${shortHash(head)}`,
  ...(checkpoint === null
    ? []
    : [`  from checkpoint ${checkpoint.id} on: entries up to ${checkpoint.last} were pruned, key ${checkpoint.keyId}`]),
  ...faults.map((fault) => `  ${faultText(fault)}`),
]

function faultText({ id, kind }: AuditFault): string {
  switch (kind) {
    case 'edited':
      return `entry ${id} was edited: it does not say what it was hashed with`
    case 'missing':
      return `before entry ${id} entries are missing`
    case 'unlinked':
      return `entry ${id} followed another entry than the one before it: that one was replaced or inserted`
    case 'head_unknown':
      return `no entry has the head that was noted for ${id}: the end was cut off, or the log written anew`
    case 'checkpoint_unlinked':
      return `checkpoint ${id} does not begin where the one before it ends`
    case 'checkpoint_forged':
      return `checkpoint ${id} does not say what was signed`
    case 'key_unknown':
      return `checkpoint ${id} was signed under a key that is not in audit.publicKeys: it proves nothing`
  }
}

const publish = (call: Call): Promise<ExitCode> =>
  withArchiver(call, async ({ config, archiver, output }) => {
    const head = await archiver.auditHead()
    const hasPlace = config.cold.directory !== undefined || config.cold.s3 !== undefined
    const openVault = hasPlace ? () => archiver.vault() : undefined
    const place = headsPlaceOf(config.audit.heads, openVault, folderOfDatabase(config))
    if (place === null) throw new MothballError('audit_heads_missing')
    const isNew = await place.note(headName(head), head)
    output.result({ type: 'audit', action: 'publish', ...head, file: headName(head), isNew }, [
      `${isNew ? 'Noted' : 'Noted before'}: entry ${head.entry}, ${shortHash(head.head)}, in ${headName(head)}.`,
    ])
    return EXIT.done
  })

/** Of the one that the command works on. */
const folderOfDatabase = ({ databases: [only] }: Config): string | null =>
  only === undefined ? null : folderOf(only.name)

type PruneFlags = Readonly<{ before: string; reason: string; yes?: boolean }>

const prune = (call: Call, { before: given, reason, yes = false }: PruneFlags): Promise<ExitCode> =>
  withArchiver(call, async ({ config: { audit }, archiver, output }) => {
    const zone = await archiver.zone()
    const before = inZone(given, zone)
    const message = async () => `Delete the entries before ${before} for good, and leave a signed checkpoint?`
    await requireConfirmation(output, { what: 'pruning the audit log', yes, message })
    const keys = { signing: signingKeyOf(audit), trusted: trustedKeysOf(audit) }
    const pruned = await archiver.pruneAudit(keys, { before, reason, actor: actorName() })
    output.result({ type: 'audit', action: 'prune', ...pruned }, [
      pruned.entries === 0 ? 'No entry is so old.' : `Pruned ${counted(pruned.entries, 'entry', 'entries')}.`,
      ...pruned.checkpoints.map(
        ({ id, first, last, head, keyId }) =>
          `  checkpoint ${id}: entries ${first} to ${last}, ${shortHash(head)}, key ${keyId}`,
      ),
    ])
    return EXIT.done
  })
