/**
 * Everything about a database's shapes that a run must not meet unprepared. Pure: the same family and catalog always
 * give the same findings, in the same order. A refusal stops every live run; a warning stands in the plan.
 */
import { type Findings, mergeFindings } from '../finding.ts'
import { ageColumnHazards } from './age-column.ts'
import { archiveHazards } from './archive-table.ts'
import type { Hazard, HazardInput } from './hazard.ts'
import { indexHazards } from './indexes.ts'
import { keepRuleHazards } from './keep-rules.ts'
import { keyHazards } from './key.ts'
import { kindHazards } from './kind.ts'
import { logTableHazards } from './log-table.ts'
import { operatorHazards } from './operators.ts'
import { referenceHazards } from './references.ts'
import { relationHazards } from './relations.ts'
import { rowSecurityHazards } from './row-security.ts'
import { searchHazards } from './search.ts'
import { serverHazards } from './server.ts'
import { triggerHazards } from './triggers.ts'

/** From the server down to a column: the first finding is the one to mend first. */
const HAZARDS: readonly Hazard[] = [
  serverHazards,
  kindHazards,
  keyHazards,
  ageColumnHazards,
  keepRuleHazards,
  operatorHazards,
  referenceHazards,
  relationHazards,
  triggerHazards,
  rowSecurityHazards,
  archiveHazards,
  logTableHazards,
  indexHazards,
  searchHazards,
]

/** The family is the one that `resolveFamily` made of the policy and the same catalog. */
export const findHazards = (input: HazardInput): Findings => mergeFindings(...HAZARDS.map((hazard) => hazard(input)))
