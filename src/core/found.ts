/** What is known of one subject: where he is, why, and what the journal remembers. The answer of `show`. */
import type { ContactKind } from './contact.ts'

export type Tier = 'active' | 'archive' | 'cold' | 'none'

/** What the next run would do with an active subject, and why. */
export type Verdict =
  /** Its age is missing or infinite: it never moves. */
  | 'no_age'
  | 'too_young'
  | 'kept'
  | 'quarantined'
  /** Old enough and no rule holds: the next run takes it. */
  | 'eligible'
  /** The plan is refused for a reason that leaves nothing to judge by. */
  | 'not_judged'

/** A keep rule that holds, and how many rows of its table make it hold. */
export type Evidence = Readonly<{ rule: string; rows: number }>

export type ActiveFacts = Readonly<{
  verdict: Verdict
  /** Instants here and below are exact texts in UTC. The subject's own age; null where it has none. */
  age: string | null
  cutoff: string
  /** From when on it is old enough; null without an age. */
  oldEnoughAt: string | null
  evidence: readonly Evidence[]
}>

export type ArchivedFacts = Readonly<{
  archivedAt: string | null
  archivedBy: string | null
  reason: string | null
  /** Null where others put it there. */
  batch: number | null
  run: number | null
  /** The cutoff of that run. */
  cutoff: string | null
  /** Rows that went along, by table. */
  related: Readonly<Record<string, number>>
}>

/** A purged subject, and the set of files that still has him. */
export type ColdFacts = Readonly<{
  archivedAt: string
  purgedAt: string
  run: number
  store: string
  manifest: string
}>

export type OpenHold = Readonly<{
  id: number
  reason: string
  caseNumber: string | null
  setBy: string
  setAt: string
}>

/** The last restore's promise that the subject stays. */
export type KeepUntil = Readonly<{
  until: string
  reason: string
  actor: string
  run: number | null
  setAt: string
  /** False where the time has passed. */
  holds: boolean
}>

/** Why it waits in quarantine. */
export type OpenFailure = Readonly<{
  run: number
  code: string
  sqlstate: string | null
  object: string | null
  failedAt: string
}>

/** An earlier stay in the archive: the run that moved it there, and the one that took it out. */
export type Visit = Readonly<{ archivedBy: number; leftBy: number }>

export type JournalFacts = Readonly<{
  holds: readonly OpenHold[]
  keepUntil: KeepUntil | null
  failure: OpenFailure | null
  visits: readonly Visit[]
}>

export type Found = JournalFacts &
  Readonly<{
    key: string
    tier: Tier
    /** What the text that was looked for matched; empty for a subject that only the journal remembers. */
    matched: readonly ('key' | ContactKind)[]
    /** Keep rules that hold, in the policy's order. */
    kept: readonly string[]
    /** The run that archived it; for a subject that is nowhere the last one that moved it; null for an active one. */
    run: number | null
    active: ActiveFacts | null
    archived: ArchivedFacts | null
    /** Null unless only a cold file has him. */
    cold: ColdFacts | null
  }>

/** A column that the policy searches, with its value as a screen may show it unasked. */
export type MaskedContact = Readonly<{ column: string; value: string }>

/** The same in clear, for somebody who has said why he needs it. */
export type Revealed = Readonly<{
  key: string
  tier: Exclude<Tier, 'none'>
  contacts: readonly Readonly<{ column: string; value: string }>[]
}>

export type WithContacts = Found & Readonly<{ contacts: readonly MaskedContact[] }>
