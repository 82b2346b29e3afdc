/** What every hazard is asked, and how it answers. A hazard looks at shapes alone and says what is wrong with its fix. */
import type { Family } from '../family.ts'
import type { Finding, Findings } from '../finding.ts'
import type { Policy } from '../policy.ts'
import type { Catalog } from '../table.ts'

export type HazardInput = Readonly<{ policy: Policy; family: Family; catalog: Catalog }>

export type Hazard = (input: HazardInput) => Findings

export const refuse = (refusals: readonly Finding[]): Findings => ({ refusals, warnings: [] })
export const warn = (warnings: readonly Finding[]): Findings => ({ refusals: [], warnings })
