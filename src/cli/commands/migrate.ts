/** `mothball migrate`: makes what is missing (journal, archive tables, log), after saying what. Only ever adds. */
import { EXIT, type ExitCode } from '../../core/errors/index.ts'
import type { MigrationStep } from '../../db/migrate.ts'
import { migrationScript } from '../../sql/migration-step.sql.ts'
import { type Call, type Scene, withArchiver } from '../call.ts'
import type { Register } from '../command.ts'
import { requireConfirmation } from '../confirm.ts'
import { counted } from '../format.ts'

type MigrateFlags = Readonly<{ yes?: true; sql?: true; indexes?: true }>

export const registerMigrate: Register = (program, { act }) => {
  program
    .command('migrate')
    .description('make the journal, the archive tables and the log; only adds')
    .option('--yes', 'do not ask')
    .option('--sql', 'print the SQL instead of running it, for psql')
    .option('--indexes', 'also make the indexes that make runs and searches quick')
    .action(act(migrate))
}

const migrate = (call: Call, flags: MigrateFlags): Promise<ExitCode> =>
  withArchiver(call, async (scene) => {
    const steps = await planned(scene, flags.indexes ?? false)
    if (flags.sql) return printScript(scene, steps)
    if (steps.length > 0 && !flags.yes) await confirmSteps(scene, steps)
    const made = await apply(scene, steps, flags.indexes ?? false)
    scene.output.result({ type: 'migrate', steps: made.map(toLine) }, [
      made.length === 0 ? 'Nothing to do: everything is there.' : `Done: ${counted(made.length, 'step')}.`,
    ])
    return EXIT.done
  })

async function confirmSteps({ output }: Scene, steps: readonly MigrationStep[]): Promise<void> {
  output.note(`To be made (${counted(steps.length, 'step')}):`)
  for (const { title } of steps) output.note(`  ${title}`)
  await requireConfirmation(output, { what: 'a migration', yes: false, message: async () => 'Make them?' })
}

async function planned({ archiver, policies }: Scene, indexes: boolean): Promise<readonly MigrationStep[]> {
  const steps = await archiver.planMigration(policies)
  return indexes ? [...steps, ...(await archiver.planIndexes(policies))] : steps
}

/** Indexes on archive tables can be planned only when the tables are there, so what is left is planned again. */
async function apply(
  scene: Scene,
  steps: readonly MigrationStep[],
  indexes: boolean,
): Promise<readonly MigrationStep[]> {
  const made: MigrationStep[] = []
  const onStep = (step: MigrationStep) => {
    made.push(step)
    scene.output.jsonLine({ type: 'step', ...toLine(step) })
    scene.output.note(`  ${scene.output.style.good('✔')} ${step.title}`)
  }
  await scene.archiver.migrate(steps, onStep)
  if (indexes && steps.length > 0)
    await scene.archiver.migrate(await scene.archiver.planIndexes(scene.policies), onStep)
  return made
}

function printScript({ output }: Scene, steps: readonly MigrationStep[]): ExitCode {
  const script = migrationScript(steps)
  output.result({ type: 'migrate', steps: steps.map(toLine), sql: script }, [
    script.trimEnd() || '-- nothing to do: everything is there',
  ])
  return EXIT.done
}

const toLine = ({ kind, object, title }: MigrationStep) => ({ kind, object, title })
