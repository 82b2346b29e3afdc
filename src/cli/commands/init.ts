/** `mothball init`: looks at a database, proposes a policy and writes the configuration. Changes nothing else. */
import { existsSync, writeFileSync } from 'node:fs'
import { extname } from 'node:path'
import { stringify } from 'yaml'
import { EXIT, type ExitCode, MothballError } from '../../core/errors/index.ts'
import type { EntryProposal } from '../../presets/propose.ts'
import { text } from '../arguments.ts'
import type { Call } from '../call.ts'
import type { Register } from '../command.ts'
import { count } from '../format.ts'

type InitFlags = Readonly<{ url?: string; table?: string; force?: true }>

const DEFAULT_PATH = 'mothball.config.yaml'

export const registerInit: Register = (program, { act }) => {
  program
    .command('init')
    .description(
      'look at a database, propose a policy, write the configuration (--config FILE, else mothball.config.yaml)',
    )
    .option('--url <url>', 'database to look at; else MOTHBALL_DATABASE_URL', text('--url'))
    .option('--table <name>', 'table that the policy is to be about', text('--table'))
    .option('--force', 'replace an existing file')
    .action(act(init))
}

async function init({ globals, output }: Call, { url, table, force }: InitFlags): Promise<ExitCode> {
  const path = globals.config ?? DEFAULT_PATH
  if (!['.yaml', '.yml', '.json'].includes(extname(path)))
    throw new MothballError('option_invalid', { option: '--config', problem: `${path} must end in .yaml or .json` })
  if (existsSync(path) && !force) throw new MothballError('file_exists', { path })
  const proposal = await lookAt(url ?? globals.databaseUrl, table ?? null)
  write(path, proposal, force ?? false)
  output.result({ type: 'init', path, table: proposal.table, policies: [proposal.policy] }, linesOf(path, proposal))
  return EXIT.done
}

async function lookAt(flag: string | undefined, table: string | null): Promise<EntryProposal> {
  const [{ openEngine }, { databaseUrl }, { proposeEntry }] = await Promise.all([
    import('../../compose.ts'),
    import('../../config.ts'),
    import('../../presets/propose.ts'),
  ])
  await using engine = openEngine({ database: { url: databaseUrl({ env: process.env, flag }) } })
  return await proposeEntry(engine, table)
}

/** The address stays outside: a configuration is shared, and a password is not. */
function write(path: string, { policy }: EntryProposal, force: boolean): void {
  const document = { database: { url: '$' + '{MOTHBALL_DATABASE_URL}' }, policies: [policy] }
  const body = path.endsWith('.json')
    ? `${JSON.stringify(document, null, 2)}\n`
    : `${HEADER}${stringify(document, { lineWidth: 120 })}`
  try {
    writeFileSync(path, body, { flag: force ? 'w' : 'wx' })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    if (code === 'EEXIST') throw new MothballError('file_exists', { path })
    throw new MothballError('option_invalid', { option: '--config', problem: `${path} cannot be written (${code})` })
  }
}

const HEADER = `# Mothball's configuration, proposed by \`mothball init\`. Read it before the first run.
# \`mothball config --schema\` tells every field, \`mothball plan\` shows what the policy would do; nothing moves by itself.
`

function linesOf(path: string, { table, rows, policy, others }: EntryProposal): readonly string[] {
  const isPreset = 'preset' in policy
  const relations = isPreset ? 'the preset nic-call-center' : `${policy.relations?.length ?? 0} relations`
  return [
    `Wrote ${path}: a policy for ${table} (about ${count(rows)} rows) with ${relations}.`,
    ...(others.length > 0 ? [`  Other tables it could be about (--table NAME): ${others.slice(0, 5).join(', ')}`] : []),
    ...(process.env['MOTHBALL_DATABASE_URL']
      ? []
      : ['  Set MOTHBALL_DATABASE_URL: the file names it instead of the password.']),
    'Next:',
    `  read ${path}`,
    '  mothball doctor     is the database fit?',
    '  mothball migrate    make journal, archive tables and log',
    '  mothball plan       what would be archived, and why',
  ]
}
