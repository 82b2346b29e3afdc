/** `mothball homecoming`: the trigger that brings an archived family home when somebody writes to it. */
import { EXIT, type ExitCode } from '../../core/errors/index.ts'
import type { Homecoming } from '../../core/homecoming.ts'
import type { MigrationStep } from '../../db/migrate.ts'
import { migrationScript } from '../../sql/migration-step.sql.ts'
import { type Call, type PolicyScene, withPolicy } from '../call.ts'
import type { Register } from '../command.ts'
import { requireConfirmation } from '../confirm.ts'
import { counted } from '../format.ts'
import { tableLines } from '../table.ts'
import type { View } from '../views/findings.ts'

type Flags = Readonly<{ yes?: true; sql?: true; subject?: true }>
type Action = Readonly<{ action: 'install' | 'remove'; what: string; message: string; nothing: string }>

const INSTALL: Action = {
  action: 'install',
  what: 'an installation',
  message: 'Make them?',
  nothing: 'Nothing to do: the trigger stands wherever it is of use.',
}
const REMOVE: Action = {
  action: 'remove',
  what: 'a removal',
  message: 'Remove them?',
  nothing: 'Nothing to do: there is no trigger.',
}

export const registerHomecoming: Register = (program, { act }) => {
  const homecoming = program
    .command('homecoming')
    .description('the trigger that brings an archived family home when somebody writes to it')
  homecoming
    .command('install')
    .description('make the trigger on the related tables, or renew it')
    .option('--subject', 'guard the subject table too: the insert of an archived key is refused')
    .option('--yes', 'do not ask')
    .option('--sql', 'print the SQL instead of running it, for psql')
    .action(act(install))
  homecoming
    .command('status', { isDefault: true })
    .description('where the trigger stands, and whether it is as the tables ask for')
    .action(act(status))
  homecoming
    .command('remove')
    .description('leave nothing of it behind')
    .option('--yes', 'do not ask')
    .option('--sql', 'print the SQL instead of running it, for psql')
    .action(act(remove))
}

const install = (call: Call, flags: Flags): Promise<ExitCode> =>
  withPolicy(call, async (scene) => {
    const steps = await scene.archiver.planHomecoming(scene.policy, { withSubject: flags.subject ?? false })
    return perform(scene, steps, flags, INSTALL)
  })

const remove = (call: Call, flags: Flags): Promise<ExitCode> =>
  withPolicy(call, async (scene) =>
    perform(scene, await scene.archiver.planHomecomingRemoval(scene.policy), flags, REMOVE),
  )

async function perform(
  { archiver, output, policy }: PolicyScene,
  steps: readonly MigrationStep[],
  flags: Flags,
  { action, what, message, nothing }: Action,
): Promise<ExitCode> {
  const titles = steps.map(({ title }) => title)
  const line = { type: 'homecoming', action, policy: policy.name, steps: titles }
  if (flags.sql) {
    const script = migrationScript(steps)
    output.result({ ...line, sql: script }, [script.trimEnd() || '-- nothing to do'])
    return EXIT.done
  }
  if (steps.length > 0 && !flags.yes) {
    output.note(`To be done (${counted(steps.length, 'step')}):`)
    for (const title of titles) output.note(`  ${title}`)
    await requireConfirmation(output, { what, yes: false, message: async () => message })
  }
  await archiver.migrate(steps, ({ title }) => output.note(`  ${output.style.good('✔')} ${title}`))
  output.result(line, [steps.length === 0 ? nothing : `Done: ${counted(steps.length, 'step')}.`])
  return EXIT.done
}

const status = (call: Call): Promise<ExitCode> =>
  withPolicy(call, async ({ archiver, policy, output, view }) => {
    const found = await archiver.homecoming(policy)
    output.result({ type: 'homecoming', action: 'status', ...found }, statusLines(found, view))
    return EXIT.done
  })

const COLUMNS = [{ name: 'table' }, { name: 'state' }, { name: 'refers by' }, { name: 'why' }] as const

const SENTENCES: Readonly<Record<Homecoming['state'], string>> = {
  installed: 'Installed: whoever writes to an archived family finds it home.',
  stale: 'Stale: run `mothball homecoming install` to renew it.',
  incomplete: 'Incomplete: run `mothball homecoming install` to make what is missing.',
  missing: 'Not installed: a row that is written for an archived family stays behind without it.',
}

function statusLines({ state, tables }: Homecoming, view: View): readonly string[] {
  const rows = tables.map((each) => [each.table, each.state, each.references.join(', '), each.reason])
  return [...tableLines(COLUMNS, rows, view), SENTENCES[state]]
}
