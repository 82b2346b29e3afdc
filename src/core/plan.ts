/**
 * (2) The plan: what a run would do now, with a count for every reason, and what stands in its way. Data with reasons:
 * the dry run, the real run, the guard and every screen read the same one.
 */
import type { Finding } from './finding.ts'

export type Plan = Readonly<{
  policy: string
  /** Version of the policy that was judged. */
  hash: string
  /** Qualified name of the subject table. */
  subject: string
  /** The one moment of the plan, by the database's clock; an instant's exact text in UTC. */
  moment: string
  cutoff: string
  /** Rows of the subject table. */
  active: number
  candidates: number
  /** Candidates that no keep rule holds. */
  eligible: number
  /** Eligible subjects that wait in quarantine: no run moves them before someone has looked. */
  quarantined: number
  /** Candidates by keep rule; they may overlap. */
  kept: Readonly<Record<string, number>>
  /** Rows that would go along, by table. */
  related: Readonly<Record<string, number>>
  refusals: readonly Finding[]
  warnings: readonly Finding[]
  /** Largest share of the active table that a run moves without being asked for the number. */
  guard: number
  /** From the speed of the last runs; null before the first. */
  expectedMs: number | null
}>

/** What a live run would move: eligible and not in quarantine, at most `maxRows`. */
export const wouldMove = (plan: Plan, maxRows: number | null): number =>
  Math.min(plan.eligible - plan.quarantined, maxRows ?? Number.POSITIVE_INFINITY)

/** True where the run would take more of the table than the guard lets pass unasked. */
export const exceedsGuard = (plan: Plan, count: number): boolean => count > plan.active * plan.guard

/** The numbers that `--confirm` may carry: what the plan says, or the part of it that `--max-rows` leaves. */
export const isConfirmed = (plan: Plan, count: number, confirmed: number | null): boolean =>
  confirmed !== null && (confirmed === plan.eligible || confirmed === count)
