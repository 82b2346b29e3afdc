/** Columns that `show` searches exist; without one, people are not found by it, but nothing is in danger. */
import { subjectOf } from '../family.ts'
import type { Findings } from '../finding.ts'
import { tableText } from '../names.ts'
import { columnOf } from '../table.ts'
import { type HazardInput, warn } from './hazard.ts'

export function searchHazards({ policy, family }: HazardInput): Findings {
  const { shape } = subjectOf(family)
  const named = Object.entries(policy.search).flatMap(([kind, columns]) => columns.map((column) => ({ kind, column })))
  return warn(
    named
      .filter(({ column }) => columnOf(shape, column) === undefined)
      .map(({ kind, column }) => ({
        code: 'search_column_missing',
        object: `${tableText(shape.name)}.${column}`,
        message: `${tableText(shape.name)}.${column} does not exist, so nothing is found by it`,
        hint: `Correct search.${kind} of the policy.`,
      })),
  )
}
