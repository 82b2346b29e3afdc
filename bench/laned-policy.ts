/**
 * The call center's policy, cut into so many lanes, so many of which a process goes through at once; the same in every
 * process of the scenario `lanes`.
 */
import type { Policy } from '../src/core/policy.ts'
import { nicCallCenter } from '../src/presets/nic-call-center.ts'
import { policyOf } from './engine-side.ts'

export const lanedPolicy = (lanes: number, parallel = 1): Policy =>
  policyOf(nicCallCenter({ guard: 1, lanes, parallel }))
