/** `mothball failures`: who could not move and why; `retry` lets the next run take them again. */
import { EXIT, type ExitCode, MothballError } from '../../core/errors/index.ts'
import type { Failure } from '../../core/failure.ts'
import { actorName, type Call, withPolicy } from '../call.ts'
import type { Register } from '../command.ts'
import { counted, instant } from '../format.ts'
import { tableLines } from '../table.ts'
import type { View } from '../views/findings.ts'

type AllFlag = Readonly<{ all?: true }>

export const registerFailures: Register = (program, { act }) => {
  const failures = program.command('failures').description('subjects that could not move, and why')
  failures
    .command('list', { isDefault: true })
    .description('those that wait in quarantine')
    .option('--all', 'solved ones too')
    .action(act(list))
  failures
    .command('retry')
    .description('let the next run take them again')
    .argument('[key...]', 'keys as the list shows them')
    .option('--all', 'all that wait')
    .action(act(retry))
}

const list = (call: Call, { all = false }: { all?: boolean }): Promise<ExitCode> =>
  withPolicy(call, async ({ archiver, policy, output, view }) => {
    const failures = await archiver.listFailures(policy, { all })
    output.result({ type: 'failures', policy: policy.name, failures }, listLines(failures, view))
    return EXIT.done
  })

const COLUMNS = [
  { name: 'key' },
  { name: 'cause' },
  { name: 'object' },
  { name: 'run', align: 'right' },
  { name: 'when' },
  { name: 'state' },
] as const

function listLines(failures: readonly Failure[], view: View): readonly string[] {
  if (failures.length === 0) return ['No failures.']
  const rows = failures.map(({ key, code, sqlstate, object, run, failedAt, resolution }) => [
    key,
    sqlstate === null ? code : `${code} ${sqlstate}`,
    object ?? '',
    String(run),
    instant(failedAt, view.zone),
    resolution ?? 'waits',
  ])
  return tableLines(COLUMNS, rows, view)
}

const retry = (call: Call, keys: readonly string[], { all }: AllFlag): Promise<ExitCode> =>
  withPolicy(call, async ({ archiver, policy, output }) => {
    if ((keys.length === 0) === (all === undefined))
      throw new MothballError('usage_invalid', {
        problem: 'retry takes either keys or --all',
        hint: 'Name the keys that `mothball failures` lists, or add --all.',
      })
    const { retried, unknown } = await archiver.retryFailures(policy, all ? 'all' : keys, { actor: actorName() })
    output.result({ type: 'retry', policy: policy.name, retried, unknown }, [
      `${counted(retried, 'subject')} will be tried again by the next run.`,
      ...unknown.map((key) => `  ${key} has no open failure`),
    ])
    if (unknown.length === 0) return EXIT.done
    return retried > 0 ? EXIT.partial : EXIT.failed
  })
