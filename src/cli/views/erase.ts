/** An erasure for people: the plan, the receipt, and the list of receipts. */
import type { EraseMethod, Erasure, ErasurePlan, Obstacle, Reached } from '../../core/erase.ts'
import type { ErasureRequest } from '../../core/erasure-request.ts'
import { count, fold, instant } from '../format.ts'
import { tableLines } from '../table.ts'
import type { View } from './findings.ts'

export const erasurePlanLines = ({ key, method, rows, obstacles, letter, ...also }: ErasurePlan, view: View) => [
  method === 'delete' ? `To be destroyed of ${key}:` : `To be replaced or destroyed of ${key}:`,
  ...reachedLines(rows),
  ...also.passedOver.map((column) => `  no such column, passed over: ${column}`),
  ...notReachedLines(also.notReached, view),
  ...obstacles.flatMap((each) => fold(`✖ ${obstacleText(each)}`, view.width)),
  ...(letter === null ? [] : ['', 'To the requester:', ...fold(letter, view.width)]),
]

const WORDS: Readonly<Record<EraseMethod, string>> = { delete: 'ERASED', deidentify: 'DE-IDENTIFIED' }

export const erasureLines = (
  { erasure, method, run, caseNumber, reached, unremoved, notReached }: Erasure,
  view: View,
) => [
  `${view.style.good(WORDS[method])}  erasure ${erasure}, run ${run}, case ${caseNumber}`,
  ...reachedLines(reached),
  ...(unremoved.length === 0 ? [] : ['Still in the store, to be removed by the next erasure or export:']),
  ...unremoved.map((path) => `  ${path}`),
  ...notReachedLines(notReached, view),
]

const reachedLines = (reached: readonly Reached[]): readonly string[] =>
  reached.length === 0
    ? ['  nothing']
    : reached.map(
        ({ place, object, rows, columns = [] }) =>
          `  ${place} ${object}: ${count(rows)}${columns.length === 0 ? '' : ` (${columns.join(', ')})`}`,
      )

const notReachedLines = (notReached: ErasurePlan['notReached'], view: View): readonly string[] => [
  'Not reached:',
  ...Object.entries(notReached).flatMap(([what, why]) => fold(`  ${what}: ${why}`, view.width, '    ')),
]

function obstacleText(obstacle: Obstacle): string {
  switch (obstacle.kind) {
    case 'held':
      return `held: ${obstacle.holds.map(({ id, caseNumber }) => `hold ${id}${caseNumber === null ? '' : `, case ${caseNumber}`}`).join('; ')}`
    case 'active':
      return 'he is active, and the policy lets no active person be erased'
    case 'kept':
      return `he is active, and keep rules hold: ${obstacle.rules.join(', ')}`
    case 'cold':
      return `rows that are to stay lie in cold files alone: ${obstacle.files.join(', ')}`
    case 'shared':
      return `rows of his belong to another as well, in ${obstacle.tables.join(', ')}`
  }
}

const COLUMNS = [
  { name: 'erasure', align: 'right' },
  { name: 'when' },
  { name: 'by' },
  { name: 'case' },
  { name: 'method' },
  { name: 'rows', align: 'right' },
  { name: 'reason' },
] as const

export function erasureListLines(erasures: readonly Erasure[], view: View): readonly string[] {
  if (erasures.length === 0) return ['No erasures.']
  const rows = erasures.map(({ erasure, method, erasedAt, actor, caseNumber, reached, reason }) => [
    String(erasure),
    instant(erasedAt, view.zone),
    actor,
    caseNumber,
    method,
    count(reached.reduce((sum, each) => sum + each.rows, 0)),
    reason,
  ])
  return tableLines(COLUMNS, rows, view)
}

const REQUEST_COLUMNS = [
  { name: 'request', align: 'right' },
  { name: 'key' },
  { name: 'case' },
  { name: 'due' },
  { name: 'state' },
  { name: 'reason' },
] as const

export function requestLines(requests: readonly ErasureRequest[], view: View): readonly string[] {
  if (requests.length === 0) return ['No requests.']
  const rows = requests.map(({ id, key, caseNumber, dueAt, isOverdue, outcome, reason }) => [
    String(id),
    key,
    caseNumber,
    instant(dueAt, view.zone),
    outcome ?? (isOverdue ? 'OVERDUE' : 'open'),
    reason,
  ])
  return tableLines(REQUEST_COLUMNS, rows, view)
}
