/** `mothball restore`: brings families home by key, run, time or filter, after a preview; never overwrites. */
import { EXIT, type ExitCode, MothballError } from '../../core/errors/index.ts'
import type { RestorePreview, RestoreResult, RestoreSelection } from '../../core/restore.ts'
import { instantText, inZone, positive, text, type WhereCondition, where } from '../arguments.ts'
import { actorName, type Call, type PolicyScene, withPolicy } from '../call.ts'
import type { Register } from '../command.ts'
import { requireConfirmation } from '../confirm.ts'
import { catchInterrupts, type Interrupts } from '../interrupt.ts'
import { ProgressLine } from '../progress-line.ts'
import { previewLines, restoreLines } from '../views/restore.ts'

type RestoreFlags = Readonly<{
  run?: number
  since?: string
  until?: string
  where?: readonly WhereCondition[]
  reason?: string
  keepUntil?: string
  yes?: true
  dryRun?: true
  fromCold?: true
}>

export const registerRestore: Register = (program, { act }) => {
  program
    .command('restore')
    .description('bring archived customers home with all that is theirs')
    .argument('[key...]', 'keys as the archive has them; of several columns as a JSON array')
    .option('--run <id>', 'all that this run archived', positive('--run'))
    .option('--since <time>', 'archived from then on', instantText('--since'))
    .option('--until <time>', 'and before', instantText('--until'))
    .option('--where <condition>', '"column operator value" on the archive; may be repeated', where('--where'))
    .option('--reason <text>', 'why, for the journal', text('--reason'))
    .option('--keep-until <time>', "not to be archived before; else the policy's days", instantText('--keep-until'))
    .option('--yes', 'do not ask')
    .option('--from-cold', 'fetch purged ones among the keys from their cold files first')
    .option('--dry-run', 'only the preview')
    .action(act(restore))
}

function restore(call: Call, keys: readonly string[], flags: RestoreFlags): Promise<ExitCode> {
  const progress = new ProgressLine(call.output)
  return withPolicy(
    call,
    async (scene) => {
      const selection = selectionOf(keys, flags, scene.view.zone)
      if (flags.dryRun) return preview(scene, selection)
      if (flags.reason === undefined) throw usage('restore needs a reason', 'Add --reason "why".')
      if (!flags.yes) await confirmRestore(scene, selection)
      if (flags.fromCold) await fetchFromCold(scene, selection, flags.reason)
      using interrupts = catchInterrupts((line) => progress.say(line))
      const result = await work(scene, selection, { ...flags, reason: flags.reason }, interrupts).finally(() =>
        progress.clear(),
      )
      scene.output.result({ type: 'restore', ...result }, restoreLines(result, scene.view))
      return interrupts.signal.aborted ? EXIT.interrupted : exitOf(result)
    },
    { emit: progress.emit },
  )
}

const usage = (problem: string, hint: string): MothballError => new MothballError('usage_invalid', { problem, hint })

/** Exactly one way to say who is meant. */
function selectionOf(keys: readonly string[], flags: RestoreFlags, zone: string): RestoreSelection {
  const { run, since, until, where: conditions } = flags
  const given = [
    keys.length > 0 && 'keys',
    run !== undefined && '--run',
    (since ?? until) !== undefined && '--since',
    conditions !== undefined && '--where',
  ].filter((each) => each !== false)
  if (given.length === 0) throw usage('nobody is named to be restored', 'Give keys, or --run, --since or --where.')
  if (given.length > 1)
    throw usage(`${given.join(' and ')} cannot stand together`, 'Name who is meant in one of these ways.')
  if (run !== undefined) return { by: 'run', run }
  if (conditions !== undefined) return { by: 'where', conditions }
  if (keys.length > 0) return { by: 'keys', keys: keys.map(checkedKey) }
  if (since === undefined) throw usage('--until needs --since', 'Add --since TIME.')
  return { by: 'time', since: inZone(since, zone), until: until === undefined ? null : inZone(until, zone) }
}

function checkedKey(key: string): string {
  if (key.trim() === '') throw new MothballError('option_invalid', { option: 'KEY', problem: 'is empty' })
  return key
}

async function preview(
  { archiver, policy, output, view }: PolicyScene,
  selection: RestoreSelection,
): Promise<ExitCode> {
  const found = await archiver.previewRestore(policy, selection)
  const line = { type: 'restore', dryRun: true, restored: 0, wouldRestore: found.subjects, ...found }
  output.result(line, [...previewLines(found, view), view.style.faint('Only a preview: nothing was touched.')])
  return isUnknownAlone(found) ? EXIT.failed : EXIT.done
}

async function confirmRestore(scene: PolicyScene, selection: RestoreSelection): Promise<void> {
  const { archiver, policy, output, view } = scene
  await requireConfirmation(output, {
    what: 'a restore',
    yes: false,
    message: async () => {
      const found = await archiver.previewRestore(policy, selection)
      for (const line of previewLines(found, view)) output.note(line)
      return 'Restore?'
    },
  })
}

/** Into the archive; from there they come home like everyone else. */
async function fetchFromCold(
  { archiver, policy, output }: PolicyScene,
  selection: RestoreSelection,
  reason: string,
): Promise<void> {
  if (selection.by !== 'keys') throw usage('--from-cold needs keys', 'Name the customers by their keys.')
  const { recalled, run } = await archiver.recall(policy, await archiver.vault(), {
    keys: selection.keys,
    actor: actorName(),
    reason,
  })
  output.note(`${recalled.length} fetched from cold files by run ${run}`)
}

const work = (
  { archiver, policy, view }: PolicyScene,
  selection: RestoreSelection,
  { reason, keepUntil }: RestoreFlags & Readonly<{ reason: string }>,
  { signal }: Interrupts,
): Promise<RestoreResult> =>
  archiver.restore(policy, {
    selection,
    reason,
    actor: actorName(),
    signal,
    ...(keepUntil === undefined ? {} : { keepUntil: inZone(keepUntil, view.zone) }),
  })

const isUnknownAlone = ({ subjects, alreadyHome, unknown }: RestorePreview): boolean =>
  unknown.length > 0 && subjects + alreadyHome === 0

/** Who is home already is where he was wanted. */
function exitOf({ restored, conflicts, alreadyHome, unknown }: RestoreResult): ExitCode {
  if (conflicts.length + unknown.length === 0) return EXIT.done
  return restored + alreadyHome > 0 ? EXIT.partial : EXIT.failed
}
