/** A request to be erased, with the day by which it is due; it ends with the erasure, or is withdrawn or refused. */
export const CLOSINGS = ['withdrawn', 'refused'] as const

/** By whoever asked; by us, where a law asks that the data be kept. */
export type Closing = (typeof CLOSINGS)[number]

export type ErasureRequest = Readonly<{
  id: number
  /** `erased` once the person is. */
  key: string
  caseNumber: string
  reason: string
  actor: string
  /** Instants are exact texts in UTC. */
  requestedAt: string
  dueAt: string
  /** Open, and its day is past. */
  isOverdue: boolean
  closedAt: string | null
  closedBy: string | null
  outcome: 'erased' | Closing | null
}>

export type RequestErasure = Readonly<{
  key: string
  caseNumber: string
  reason: string
  /** An instant; left out: the policy's `erasure.dueDays` from now. */
  due?: string | undefined
  actor: string
  role?: string | undefined
}>

/** By the case: nobody has to know a number of ours. */
export type CloseRequest = Readonly<{
  caseNumber: string
  outcome: Closing
  reason: string
  actor: string
  role?: string | undefined
}>

/** Open requests whose day is past, and those that are due within a week. */
export type DueErasures = Readonly<{ overdue: number; soon: number }>
