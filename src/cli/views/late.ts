/** Late rows as a person reads them: what was found, what became of it, and what to do about the rest. */
import { isUnsettled, LATE_REASONS, type SweepPreview, type Swept } from '../../core/late.ts'
import { count, counted, fold, namedCounts, sumOf, wrap } from '../format.ts'
import type { View } from './findings.ts'

const WOULD = {
  restore: 'would come home',
  follow: 'would get their late rows after them',
  report: 'would only be reported',
} as const

export function sweepPreviewLines(preview: SweepPreview, view: View): readonly string[] {
  const { rows, families, late } = preview
  return [
    ...(families === 0
      ? ['no late rows']
      : wrap(
          '',
          [
            `${counted(sumOf(rows), 'late row')}: ${namedCounts(rows).join(', ')}`,
            `${count(families)} archived families ${WOULD[late]}`,
          ],
          view.width,
        )),
    ...restLines(preview, view),
  ]
}

export function sweepLines(swept: Swept & Readonly<{ run: number }>, view: View): readonly string[] {
  const { style, width } = view
  const verdict = isUnsettled(swept) ? style.warn('PARTIAL') : style.good('SWEPT')
  return [...wrap(`${verdict}  run ${swept.run}  `, doneOf(swept), width), ...leftLines(swept, view)]
}

/** For the end of a run: nothing where there was nothing. */
export function lateLines(swept: Swept, view: View): readonly string[] {
  const { rows, restored, followed } = swept
  const isQuiet = sumOf(rows) + restored + followed === 0 && !isUnsettled(swept)
  return isQuiet ? [] : [...wrap('  late: ', doneOf(swept), view.width), ...leftLines(swept, view)]
}

const doneOf = ({ rows, restored, followed }: Swept): string[] => [
  `${counted(sumOf(rows), 'late row')} found`,
  `${count(restored)} families came home`,
  `${count(followed)} rows moved after theirs`,
]

function leftLines(swept: Swept, view: View): readonly string[] {
  const reasons = Object.entries(LATE_REASONS).flatMap(([reason, words]) => {
    const families = Object.entries(swept.left).find(([name]) => name === reason)?.[1] ?? 0
    return families === 0 ? [] : fold(`${count(families)} families have late rows still: ${words}`, view.width, '  ')
  })
  return [...reasons, ...restLines(swept, view)]
}

function restLines({ unowned, nobody, returned }: Pick<Swept, 'unowned' | 'nobody' | 'returned'>, { width }: View) {
  const { subjects, keys } = returned
  const more = subjects - keys.length
  return [
    ...(subjects === 0
      ? []
      : fold(
          `${count(subjects)} both active and archived (${keys.join(', ')}${more > 0 ? ` and ${count(more)} more` : ''}): mothball reconcile`,
          width,
          '  ',
        )),
    ...(unowned === 0 ? [] : [`  ${counted(unowned, 'row')} under an archived row that belongs to nobody`]),
    ...(sumOf(nobody) === 0 ? [] : wrap('  of nobody, and not touched: ', namedCounts(nobody), width)),
  ]
}
