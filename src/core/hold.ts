/** A hold keeps a subject where he is until somebody releases it. Holds stack: each has its own reason and end. */
import type { Tier } from './found.ts'

export type Hold = Readonly<{
  id: number
  key: string
  reason: string
  /** Of the case that it is for; null: for none. */
  caseNumber: string | null
  setBy: string
  /** Instants are exact texts in UTC. */
  setAt: string
  releasedBy: string | null
  releasedAt: string | null
  releaseReason: string | null
}>

/** `role`: that of the key with which the actor came, for the audit log. */
export type SetHold = Readonly<{
  key: string
  reason: string
  caseNumber?: string | undefined
  actor: string
  role?: string | undefined
}>

/** The hold, and where its subject was when it was set. */
export type HoldSet = Hold & Readonly<{ tier: Tier }>

/** Which open holds end: one by its number, all on a subject, or all of a case, on whomever they are. */
export type HoldChoice = Readonly<{ id: number }> | Readonly<{ key: string }> | Readonly<{ caseNumber: string }>

export type ReleaseHold = HoldChoice & Readonly<{ actor: string; role?: string | undefined; reason: string | null }>

export const MAX_REASON_LENGTH = 500
export const MAX_CASE_LENGTH = 100

/** What is wrong with a reason that a person gives, or null: a line of text that a log or a mail can carry. */
export function reasonProblem(reason: string): string | null {
  return lineProblem(reason, MAX_REASON_LENGTH)
}

/** The same of a case's number, which people type again to release or to confirm: no space at its ends. */
export function caseProblem(caseNumber: string): string | null {
  return caseNumber.trim() === caseNumber ? lineProblem(caseNumber, MAX_CASE_LENGTH) : 'begins or ends with a space'
}

function lineProblem(text: string, most: number): string | null {
  if (text.trim() === '') return 'is empty'
  if (text.length > most) return `has ${text.length} characters; ${most} are allowed`
  // Control characters could forge a line in a log or a header in a mail; a lone surrogate is no text at all.
  return /[\p{Cc}\p{Cs}\u2028\u2029]/u.test(text) ? 'holds a control character' : null
}
