/** What hands or other tools left behind, each with its first keys, what is done about it, and what a person does. */
import { DIFFERENCES, type Difference, isMendable, type Reconciled } from '../../core/reconcile.ts'
import { count, fold, wrap } from '../format.ts'
import type { View } from './findings.ts'

export function differenceLines(differences: readonly Difference[], view: View): readonly string[] {
  if (differences.length === 0) return [view.style.good('NOTHING TO DO')]
  return differences.flatMap((each) => [
    ...fold(headOf(each), view.width),
    ...fold(adviceOf(each), view.width, '    ').map(view.style.faint),
  ])
}

function headOf({ kind, table, rows, keys, columns }: Difference): string {
  const more = rows - keys.length
  const names = keys.length === 0 ? '' : ` (${keys.join(', ')}${more > 0 ? ' and more' : ''})`
  const differ = columns.length === 0 ? '' : `, in ${columns.join(', ')}`
  return `${kind} ${table}: ${count(rows)} ${DIFFERENCES[kind].words}${names}${differ}`
}

const adviceOf = ({ kind }: Difference): string => {
  const { mend, hint } = DIFFERENCES[kind]
  return mend === null ? hint : `--yes: ${mend}.`
}

export function reconciledLines({ run, mended, left }: Reconciled, view: View): readonly string[] {
  const { style, width } = view
  const verdict = left.length === 0 ? style.good('RECONCILED') : style.warn('PARTIAL')
  const done = Object.entries(mended).map(([kind, rows]) => `${kind} ${count(rows)}`)
  return [
    ...wrap(`${verdict}  run ${run}  `, done.length === 0 ? ['nothing was mended'] : done, width),
    ...left.flatMap((each) => [
      ...fold(`left: ${headOf(each)}`, width, '  '),
      ...fold(DIFFERENCES[each.kind].hint, width, '    ').map(style.faint),
    ]),
  ]
}

/** Some of it `--yes` would mend. */
export const hasMendable = (differences: readonly Difference[]): boolean => differences.some(isMendable)
