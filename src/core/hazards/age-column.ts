/** The column that decides a subject's age exists and has one meaning. */
import { subjectOf } from '../family.ts'
import type { Findings } from '../finding.ts'
import { type HazardInput, refuse } from './hazard.ts'
import { timeColumnProblem } from './time-column.ts'

export function ageColumnHazards({ policy, family }: HazardInput): Findings {
  const problem = timeColumnProblem(subjectOf(family).shape, policy.age, 'age')
  return refuse(problem === null ? [] : [problem])
}
