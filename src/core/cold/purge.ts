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
  plannedBy: string
  plannedAt: string
  reason: string
  state: 'planned' | 'running' | 'done'
  run: number | null
  carriedOutBy: string | null
  /** JSON, as it was written at the end; null before. */
  certificate: string | null
  /** Of that text; it stands in the audit log too. */
  certificateSha256: string | null
}>

/** `contactKey`: of the secret under which their contacts will be kept; null: they will be found by key alone. */
export type PlannedPurge = PurgePlan & Readonly<{ contactKey: string | null }>

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
export type RunPurge = Readonly<{
  plan: number
  actor: string
  role?: string | undefined
  /** The number of families that the plan names. */
  confirm: number
  /** Hears the number of its run as soon as that is open; the plan's conditions were looked at by then. */
  started?: ((run: number) => void) | undefined
  /** Ends it at its batch, with `stopping`; the same plan goes on later. */
  signal?: AbortSignal | undefined
}>

/**
 * Whether two names are one person's: nobody becomes two by a capital letter, a blank, or another form of the same
 * letter.
 */
export const isSamePerson = (one: string, other: string): boolean => plain(one) === plain(other)

const plain = (name: string): string => name.normalize('NFKC').replaceAll(/\s+/g, ' ').trim().toLowerCase()

type Keep = Readonly<{ years: number; months: number; days: number }>

/** `2 years 6 months`, in whole words, for journal and screens. */
export const retentionText = (keep: Keep): string =>
  (['years', 'months', 'days'] as const)
    .flatMap((unit) => (keep[unit] === 0 ? [] : [`${keep[unit]} ${keep[unit] === 1 ? unit.slice(0, -1) : unit}`]))
    .join(' ')
