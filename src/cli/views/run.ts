/** A run's end as a person reads it: the verdict first, then what failed, why it stopped, and how to undo it. */
import type { Failure } from '../../core/failure.ts'
import { type RunResult, STOP_REASONS } from '../../core/run.ts'
import { count, duration, fold, namedCounts, sumOf, wrap } from '../format.ts'
import type { View } from './findings.ts'
import { lateLines } from './late.ts'

/** More are listed by `mothball failures`. */
const SHOWN_FAILURES = 5

const SKIPPED: Readonly<Record<string, string>> = {
  locked: 'held by others',
  became_active: 'became active',
  quarantined: 'in quarantine',
}

export function runLines(result: RunResult, failures: readonly Failure[], view: View): readonly string[] {
  const { style, width } = view
  const related = sumOf(result.related)
  return [
    ...wrap(verdictOf(result, style), countsOf(result), width),
    ...(related > 0 ? wrap(`  with ${count(related)} related rows: `, namedCounts(result.related), width) : []),
    ...failures.slice(0, SHOWN_FAILURES).flatMap((each) => fold(failureText(each), width, '    ').map(outdentFirst)),
    ...(failures.length > SHOWN_FAILURES
      ? [`  and ${count(failures.length - SHOWN_FAILURES)} more: mothball failures`]
      : []),
    ...lateLines(result.late, view),
    ...(result.error === null ? [] : fold(`error: ${result.error.message}`, width, '  ')),
    ...wrap(
      '  ',
      [
        `stopped because: ${STOP_REASONS[result.stopReason]}.`,
        ...(result.archived > 0 ? [`Undo: mothball restore --run ${result.run}`] : []),
      ],
      width,
      '   ',
    ),
  ]
}

/** A run that was stopped did well what it did, but not all that it set out to do. */
function verdictOf({ status, dryRun, run, stopReason }: RunResult, style: View['style']): string {
  const isStopped = stopReason === 'stopped' && status === 'success'
  const paint = { success: isStopped ? style.warn : style.good, partial: style.warn, failed: style.bad }[status]
  const verdict = dryRun ? 'DRY RUN' : isStopped ? 'STOPPED' : status.toUpperCase()
  return `${paint(verdict)}  run ${run}  `
}

function countsOf({ dryRun, eligible, archived, failed, skipped, skippedBecause, durationMs }: RunResult): string[] {
  if (dryRun) return [`${count(eligible)} would be archived`, 'nothing was moved', duration(durationMs)]
  const reasons = Object.entries(skippedBecause).map(([reason, n]) => `${count(n)} ${SKIPPED[reason] ?? reason}`)
  return [
    `${count(archived)} archived`,
    `${count(failed)} failed`,
    `${count(skipped)} skipped${reasons.length > 0 ? ` (${reasons.join(', ')})` : ''}`,
    duration(durationMs),
  ]
}

const failureText = ({ key, code, sqlstate, object }: Failure): string =>
  `failed: ${key} ${[code, object, sqlstate].filter((part) => part !== null && part !== '').join(' ')} -> mothball show ${key}`

const outdentFirst = (line: string, at: number): string => (at === 0 ? `  ${line.trimStart()}` : line)
