/** A purge: by what right, what it would destroy, what it did. Never a customer's data; families by key. */

export type LegalBasis = Readonly<{ id: number; basis: string; recordedBy: string; recordedAt: string }>

export type PurgePlan = Readonly<{
  id: number
  basis: string
  /** Families whose retention was over at this moment. */
  moment: string
  /** `2 years`. */
  retention: string
  families: number
  rows: number
  plannedBy: string
  plannedAt: string
  reason: string
  state: 'planned' | 'running' | 'done'
  run: number | null
  carriedOutBy: string | null
  /** JSON, as it was written at the end; null before. */
  certificate: string | null
}>

/** Why a family on the plan stayed; nothing of it was destroyed. */
export type Stayed = 'held' | 'changed' | 'locked' | 'gone'

export type PurgeResult = Readonly<{
  plan: number
  run: number
  purged: number
  /** Rows destroyed, by table. */
  rows: Readonly<Record<string, number>>
  stayed: Readonly<Record<Stayed, number>>
  certificate: string
  certificateSha256: string
}>

export type PlanPurge = Readonly<{ actor: string; role?: string | undefined; reason: string }>
export type RunPurge = Readonly<{ plan: number; actor: string; role?: string | undefined; confirm: number }>

type Keep = Readonly<{ years: number; months: number; days: number }>

/** `2 years 6 months`, in whole words, for journal and screens. */
export const retentionText = (keep: Keep): string =>
  (['years', 'months', 'days'] as const)
    .flatMap((unit) => (keep[unit] === 0 ? [] : [`${keep[unit]} ${keep[unit] === 1 ? unit.slice(0, -1) : unit}`]))
    .join(' ')
