/** A restore before and after: who comes home with what, and who cannot, with the way out. */
import type { Conflict, RestorePreview, RestoreResult } from '../../core/restore.ts'
import { count, counted, duration, fold, instant, namedCounts, sumOf, wrap } from '../format.ts'
import type { View } from './findings.ts'

const SHOWN_CONFLICTS = 10

export function previewLines(preview: RestorePreview, view: View): readonly string[] {
  const { subjects, related, conflicts, alreadyHome, unknown } = preview
  const tables = Object.values(related).filter((rows) => rows > 0).length + (subjects > 0 ? 1 : 0)
  return [
    ...wrap(
      '',
      [
        `${counted(subjects + sumOf(related), 'row')} in ${counted(tables, 'table')}`,
        conflicts.length === 0 ? 'no conflict' : counted(conflicts.length, 'conflict'),
        ...(alreadyHome > 0 ? [`${count(alreadyHome)} home already`] : []),
      ],
      view.width,
    ),
    ...(sumOf(related) > 0 ? wrap(`  ${count(subjects)} with `, namedCounts(related), view.width) : []),
    ...conflictLines(conflicts, view),
    ...unknownLines(unknown, view),
  ]
}

export function restoreLines(result: RestoreResult, view: View): readonly string[] {
  const { restored, related, conflicts, alreadyHome, unknown, keepUntil, durationMs, run } = result
  const { width, zone } = view
  return [
    ...wrap(
      `${verdictOf(result, view)}  run ${run}  `,
      [
        `${count(restored)} home with ${counted(sumOf(related), 'related row')}`,
        ...(alreadyHome > 0 ? [`${count(alreadyHome)} home already`] : []),
        ...(conflicts.length > 0 ? [counted(conflicts.length, 'conflict')] : []),
        duration(durationMs),
      ],
      width,
    ),
    ...(restored > 0 ? fold(`not eligible before ${instant(keepUntil, zone)}`, width, '  ') : []),
    ...conflictLines(conflicts, view),
    ...unknownLines(unknown, view),
  ]
}

function verdictOf({ restored, conflicts, unknown }: RestoreResult, { style }: View): string {
  if (conflicts.length + unknown.length === 0) return style.good(restored > 0 ? 'RESTORED' : 'NOTHING TO DO')
  return restored > 0 ? style.warn('PARTIAL') : style.bad('NOT RESTORED')
}

function conflictLines(conflicts: readonly Conflict[], { style, width }: View): readonly string[] {
  const shown = conflicts
    .slice(0, SHOWN_CONFLICTS)
    .flatMap(({ key, table, kind, constraint, hint }) => [
      ...fold(
        `${key} stays in the archive: ${[kind, table, constraint].filter((part) => part !== '').join(' ')}`,
        width,
        '  ',
      ),
      ...fold(hint, width, '    ').map(style.faint),
    ])
  const more = conflicts.length - SHOWN_CONFLICTS
  return more > 0 ? [...shown, `  and ${counted(more, 'more conflict')}: --json lists them all`] : shown
}

const unknownLines = (unknown: readonly string[], { style, width }: View): readonly string[] =>
  unknown.length === 0
    ? []
    : [
        ...wrap('  no such key, active or archived: ', unknown, width, ', '),
        ...fold('`mothball show` finds people by their other numbers too, and tells their keys.', width, '    ').map(
          style.faint,
        ),
      ]
