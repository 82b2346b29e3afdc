/** A hold keeps a subject where he is until somebody releases it. Holds stack: each has its own reason and end. */
import type { Tier } from './found.ts'

export type Hold = Readonly<{
  id: number
  key: string
  reason: string
  setBy: string
  /** Instants are exact texts in UTC. */
  setAt: string
  releasedBy: string | null
  releasedAt: string | null
  releaseReason: string | null
}>

/** `role`: that of the key with which the actor came, for the audit log. */
export type SetHold = Readonly<{ key: string; reason: string; actor: string; role?: string | undefined }>

/** The hold, and where its subject was when it was set. */
export type HoldSet = Hold & Readonly<{ tier: Exclude<Tier, 'cold'> }>

/** By number one hold, by key all that are open on the subject. */
export type ReleaseHold = (Readonly<{ id: number }> | Readonly<{ key: string }>) &
  Readonly<{ actor: string; role?: string | undefined; reason: string | null }>

export const MAX_REASON_LENGTH = 500

/** What is wrong with a reason that a person gives, or null: a line of text that a log or a mail can carry. */
export function reasonProblem(reason: string): string | null {
  if (reason.trim() === '') return 'is empty'
  if (reason.length > MAX_REASON_LENGTH) return `has ${reason.length} characters; ${MAX_REASON_LENGTH} are allowed`
  // Control characters could forge a line in a log or a header in a mail; a lone surrogate is no text at all.
  return /[\p{Cc}\p{Cs}\u2028\u2029]/u.test(reason) ? 'holds a control character' : null
}
