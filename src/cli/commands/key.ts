/** `mothball key`: API keys are made, listed, revoked. The key itself is shown once; only its hash is kept. */
import type { ApiKey } from '../../core/api-key.ts'
import { EXIT, type ExitCode } from '../../core/errors/index.ts'
import { ROLES, type Role } from '../../core/role.ts'
import { oneOf, positive, text } from '../arguments.ts'
import { actorName, type Call, withArchiver } from '../call.ts'
import type { Register } from '../command.ts'
import { requireConfirmation } from '../confirm.ts'
import { instant } from '../format.ts'
import { tableLines } from '../table.ts'

export const registerKey: Register = (program, { act }) => {
  const key = program.command('key').description('API keys: who may come in over HTTP')
  key
    .command('create')
    .description('make a key and show it, once')
    .argument('<name>', 'whose it is', text('NAME'))
    .requiredOption('--role <role>', ROLES.join(', '), oneOf('--role', ROLES))
    .action(act(create))
  key
    .command('list', { isDefault: true })
    .description('keys that are valid')
    .option('--all', 'revoked ones too')
    .action(act(list))
  key
    .command('revoke')
    .description('end a key at once')
    .argument('<id>', 'its number', positive('ID'))
    .option('--yes', 'do not ask')
    .action(act(revoke))
}

const create = (call: Call, name: string, { role }: Readonly<{ role: Role }>): Promise<ExitCode> =>
  withArchiver(call, async ({ archiver, output }) => {
    const made = await archiver.createKey({ name, as: role, actor: actorName() })
    output.note(`Key ${made.id} for ${made.name} (${made.role}). It is not shown again:`)
    output.result({ type: 'key', action: 'create', ...made }, [made.key])
    return EXIT.done
  })

const list = (call: Call, { all = false }: Readonly<{ all?: boolean }>): Promise<ExitCode> =>
  withArchiver(call, async ({ archiver, output }) => {
    const keys = await archiver.listKeys({ all })
    const zone = await archiver.zone()
    const lines = keys.length === 0 ? ['No keys.'] : tableLines(COLUMNS, rowsOf(keys, zone), output)
    output.result({ type: 'key', action: 'list', keys }, lines)
    return EXIT.done
  })

const COLUMNS = [
  { name: 'key', align: 'right' },
  { name: 'name' },
  { name: 'role' },
  { name: 'made' },
  { name: 'by' },
  { name: 'last used' },
  { name: 'state' },
] as const

const rowsOf = (keys: readonly ApiKey[], zone: string): readonly (readonly string[])[] =>
  keys.map(({ id, name, role, createdAt, createdBy, lastUsedAt, revokedBy }) => [
    String(id),
    name,
    role,
    instant(createdAt, zone),
    createdBy,
    lastUsedAt === null ? 'never' : instant(lastUsedAt, zone),
    revokedBy === null ? 'valid' : `revoked by ${revokedBy}`,
  ])

const revoke = (call: Call, id: number, { yes = false }: Readonly<{ yes?: boolean }>): Promise<ExitCode> =>
  withArchiver(call, async ({ archiver, output }) => {
    const message = async () => `Revoke key ${id}? Whoever uses it is refused from then on.`
    await requireConfirmation(output, { what: 'a revocation', yes, message })
    const ended = await archiver.revokeKey({ id, actor: actorName() })
    output.result({ type: 'key', action: 'revoke', ...ended }, [`Key ${id} (${ended.name}) is revoked.`])
    return EXIT.done
  })
