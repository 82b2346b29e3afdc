/** `mothball export`: archived families into cold files. Nothing of the archive is touched. */
import { EXIT, type ExitCode } from '../../core/errors/index.ts'
import { text } from '../arguments.ts'
import { actorName, type Call, withPolicy } from '../call.ts'
import type { Register } from '../command.ts'
import { requireConfirmation } from '../confirm.ts'
import { count, counted, instant } from '../format.ts'
import { catchInterrupts } from '../interrupt.ts'

type Flags = Readonly<{ dryRun?: true; yes?: true; reason?: string; orphans?: true }>

export const registerExport: Register = (program, { act }) => {
  program
    .command('export')
    .description('write archived customers past an age into cold files')
    .option('--dry-run', 'only say how many would go')
    .option('--orphans', 'only list files that no export has recorded')
    .option('--reason <text>', 'why, for the journal', text('--reason'))
    .option('--yes', 'do not ask')
    .action(act(exportFiles))
}

const exportFiles = (call: Call, flags: Flags): Promise<ExitCode> =>
  withPolicy(call, async ({ archiver, policy, output, view }) => {
    if (flags.orphans) {
      const orphans = await archiver.coldOrphans(policy, await archiver.vault())
      const lines = orphans.length === 0 ? ['Every file is recorded.'] : orphans
      output.result({ type: 'export', action: 'orphans', policy: policy.name, orphans }, lines)
      return EXIT.done
    }
    const preview = await archiver.previewExport(policy)
    const due = `${counted(preview.families, 'family', 'families')} archived before ${instant(preview.horizon, view.zone)}`
    if (flags.dryRun || preview.families === 0) {
      const months = preview.months.map(({ month, families }) => `  ${month}  ${count(families)}`)
      output.result({ type: 'export', action: 'preview', policy: policy.name, ...preview }, [`Due: ${due}.`, ...months])
      return EXIT.done
    }
    const vault = await archiver.vault()
    await requireConfirmation(output, {
      what: 'an export',
      yes: flags.yes ?? false,
      message: async () => `Write ${due} to ${vault.store}?`,
    })
    const { reason } = flags
    using interrupts = catchInterrupts((line) => output.note(line))
    const result = await archiver.export(policy, vault, { actor: actorName(), reason, signal: interrupts.signal })
    output.result({ type: 'export', action: 'done', policy: policy.name, store: vault.store, ...result }, [
      `Exported ${counted(result.families, 'family', 'families')}, ${counted(result.rows, 'row')}, by run ${result.run}: every row was read back.`,
      ...result.sets.map(({ manifest }) => `  ${manifest}`),
      ...(result.stopped ? ['Stopped: the next export goes on.'] : []),
    ])
    return result.stopped ? EXIT.interrupted : EXIT.done
  })
