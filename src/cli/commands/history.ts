/** `mothball history`: past runs, newest first; or one run with its batches and failures. */
import { EXIT, type ExitCode } from '../../core/errors/index.ts'
import type { RunDetail, RunRecord } from '../../core/history.ts'
import { STOP_REASONS } from '../../core/run.ts'
import type { Slot } from '../../core/slot.ts'
import { positive } from '../arguments.ts'
import { type Call, withPolicy } from '../call.ts'
import type { Register } from '../command.ts'
import { count, counted, duration, fold, instant, namedCounts, wrap } from '../format.ts'
import { tableLines } from '../table.ts'
import type { View } from '../views/findings.ts'

type HistoryFlags = Readonly<{ limit?: number; before?: number }>

export const registerHistory: Register = (program, { act }) => {
  program
    .command('history')
    .description('past runs, newest first; or one run in detail')
    .argument('[run]', 'number of a run', positive('RUN'))
    .option('--limit <n>', 'so many runs', positive('--limit'))
    .option('--before <run>', 'runs older than this one', positive('--before'))
    .action(act(history))
}

const history = (call: Call, run: number | undefined, { limit, before }: HistoryFlags): Promise<ExitCode> =>
  withPolicy(call, async ({ archiver, policy, output, view }) => {
    if (run !== undefined) {
      const detail = await archiver.runDetail(policy, run)
      output.result({ type: 'history', policy: policy.name, ...detail }, detailLines(detail, view))
      return EXIT.done
    }
    const options = { ...(limit === undefined ? {} : { limit }), ...(before === undefined ? {} : { before }) }
    const runs = await archiver.listRuns(policy, options)
    // Planned times that no run stands for, as far back as the runs that are shown.
    const { slots, next } = await archiver.listSlots(policy, Math.max(limit ?? 0, runs.length, FEWEST_SLOTS))
    const empty = before === undefined ? slots.filter((slot) => slot.run === null) : []
    output.result({ type: 'history', policy: policy.name, runs, slots: empty, next }, listLines(runs, empty, view))
    return EXIT.done
  })

const COLUMNS = [
  { name: 'run', align: 'right' },
  { name: 'what' },
  { name: 'status' },
  { name: 'moved', align: 'right' },
  { name: 'failed', align: 'right' },
  { name: 'skipped', align: 'right' },
  { name: 'took', align: 'right' },
  { name: 'started' },
  { name: 'by' },
] as const

const FEWEST_SLOTS = 20

function listLines(runs: readonly RunRecord[], slots: readonly Slot[], view: View): readonly string[] {
  if (runs.length + slots.length === 0) return ['No run yet.']
  const rows = [
    ...runs.map((each) => ({ at: each.startedAt, row: runRow(each, view) })),
    ...slots.map((each) => ({ at: each.slot, row: slotRow(each, view) })),
  ].toSorted((a, b) => (a.at < b.at ? 1 : -1))
  const zone = instant('2000-01-01 00:00:00+00', view.zone).split(' ').slice(2).join(' ')
  const lines = tableLines(
    COLUMNS,
    rows.map(({ row }) => row),
    view,
  )
  return [...lines, view.style.faint(`times in ${zone}`)]
}

/** A planned time that no run stands for: what became of it, where a run has its status. */
function slotRow({ slot, state, reason }: Slot, view: View): readonly string[] {
  const paint = { due: view.style.strong, taken: view.style.good, missed: view.style.bad, skipped: view.style.faint }
  const text = reason === null ? state : `${state} (${reason})`
  const shown = state === 'refused' ? view.style.bad(text) : paint[state](text)
  return ['', 'slot', shown, '', '', '', '', minuteOf(slot, view), 'schedule']
}

/** The zone stands below the table, once. */
const minuteOf = (text: string, view: View): string => instant(text, view.zone).split(' ').slice(0, 2).join(' ')

function runRow(each: RunRecord, view: View): readonly string[] {
  return [
    String(each.run),
    whatOf(each),
    statusText(each, view),
    count(movedBy(each)),
    count(each.failed),
    count(each.skipped),
    each.durationMs === null ? '' : duration(each.durationMs),
    minuteOf(each.startedAt, view),
    each.actor,
  ]
}

const whatOf = ({ operation, dryRun }: RunRecord): string => (dryRun ? 'dry run' : operation)
const movedBy = ({ operation, archived, restored }: RunRecord): number =>
  operation === 'restore' ? restored : archived

function statusText({ status }: RunRecord, { style }: View): string {
  const paint = {
    running: style.strong,
    paused: style.warn,
    success: style.good,
    partial: style.warn,
    failed: style.bad,
  }[status]
  return paint(status)
}

/** A reason that a newer program wrote is shown as it is. */
const reasonText = (reason: string): string =>
  Object.entries(STOP_REASONS).find(([name]) => name === reason)?.[1] ?? reason

const askedText = ({ what, by, reason }: NonNullable<RunRecord['asked']>): string =>
  `asked to ${what} by ${by ?? 'somebody'}${reason === null ? '' : `: ${reason}`}`

const SHOWN_BATCHES = 20

function detailLines({ run, batches, failures, related }: RunDetail, view: View): readonly string[] {
  const { style, width, zone } = view
  const undo = run.operation === 'archive' && run.archived > 0 ? [`Undo: mothball restore --run ${run.run}`] : []
  return [
    ...wrap(
      '',
      [
        `${style.strong(`Run ${run.run}`)} ${whatOf(run)} ${statusText(run, view)}`,
        `${count(movedBy(run))} moved`,
        `${count(run.failed)} failed`,
        `${count(run.skipped)} skipped`,
        ...(run.durationMs === null ? ['not ended'] : [duration(run.durationMs)]),
      ],
      width,
    ),
    ...fold(
      `started ${instant(run.startedAt, zone)} by ${run.actor}${run.reason === null ? '' : `: ${run.reason}`}`,
      width,
      '  ',
    ),
    ...(run.slot === null ? [] : [`  for the slot ${instant(run.slot, zone)}`]),
    ...(run.asked === null ? [] : fold(askedText(run.asked), width, '  ')),
    ...(run.cutoff === null ? [] : [`  cutoff ${instant(run.cutoff, zone)}`]),
    ...(run.stopReason === null ? [] : [`  stopped because: ${reasonText(run.stopReason)}`]),
    ...(run.error === null ? [] : fold(`error: ${run.error}`, width, '  ')),
    ...(namedCounts(related).length > 0 ? wrap('  related rows: ', namedCounts(related), width) : []),
    ...batches
      .slice(0, SHOWN_BATCHES)
      .map(
        (each) =>
          `  batch ${each.batch}: ${counted(each.subjects, 'subject')}, ${counted(each.rows, 'row')}, ${each.sealed ? 'sealed' : 'unsealed'}`,
      ),
    ...(run.batches > SHOWN_BATCHES
      ? [`  and ${counted(run.batches - SHOWN_BATCHES, 'more batch', 'more batches')}`]
      : []),
    ...failures.flatMap(({ key, code, resolvedAt }) =>
      fold(`failed: ${key} ${code}${resolvedAt === null ? '' : ' (resolved)'}`, width, '  '),
    ),
    ...undo.map((line) => `  ${line}`),
  ]
}
