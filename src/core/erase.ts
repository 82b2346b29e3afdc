/**
 * The erasure of one person: what is destroyed where, what stays and why, and what keeps it from being done. A receipt
 * never names the person; the plan does, for whoever is about to confirm it.
 */
import type { Hold } from './hold.ts'

/** Places where a person's data may lie, in the order in which they are gone through. */
export const PLACES = ['archive', 'active', 'cold', 'journal'] as const

export type PlaceName = (typeof PLACES)[number]

/** His rows go, or they stay and what identifies him is replaced in them. */
export const METHODS = ['delete', 'deidentify'] as const

export type EraseMethod = (typeof METHODS)[number]

/** Rows of one object in one place, a table or a cold file: destroyed, or with the person taken out of them. */
export type Reached = Readonly<{
  place: PlaceName
  object: string
  rows: number
  /** Those that were replaced; absent where the rows themselves went. */
  columns?: readonly string[] | undefined
}>

/** What is left on purpose, with its reason; the same for every erasure, and part of every receipt. */
export const NOT_REACHED: Readonly<Record<string, string>> = {
  proof:
    'the key, without any data, and hashes of the rows stay in batches, departures, seals, lanes and lists of purges: the proof of others rests on them',
  words: 'reasons that people typed for runs and in the audit log are not searched',
  messages: 'messages and the mail queue carry no key and no data of a customer',
  search: 'the search has no store of its own: it reads these tables',
  cold: 'files that no export has recorded (`mothball export --orphans` lists them)',
  outside: 'backups, replicas that lag, and copies in other systems are out of reach',
}

const STAYS: Readonly<Record<string, string>> = {
  rows: 'his rows stay, with their keys, references, amounts and times: only the columns that are named here were replaced',
  again: 'cold files hold him no more; where his rows are in the archive, the next export writes them as they are now',
}

export const notReachedBy = (method: EraseMethod): Readonly<Record<string, string>> =>
  method === 'delete' ? NOT_REACHED : { ...STAYS, ...NOT_REACHED }

/** Why a person may not be erased now. */
export type Obstacle =
  | Readonly<{ kind: 'held'; holds: readonly Pick<Hold, 'id' | 'caseNumber' | 'setAt'>[] }>
  /** The policy does not let active people be erased. */
  | Readonly<{ kind: 'active' }>
  /** It does, and these keep rules hold. */
  | Readonly<{ kind: 'kept'; rules: readonly string[] }>
  /** A row of his is another's as well. */
  | Readonly<{ kind: 'shared'; tables: readonly string[] }>
  /** Rows that are to stay lie in cold files alone. */
  | Readonly<{ kind: 'cold'; files: readonly string[] }>

export type ErasurePlan = Readonly<{
  key: string
  method: EraseMethod
  rows: readonly Reached[]
  obstacles: readonly Obstacle[]
  /** For the requester, where a hold is in the way: what to tell him, without saying for which case. */
  letter: string | null
  /** Columns that the policy names and that no table has, `table.column`; nothing is replaced there. */
  passedOver: readonly string[]
  notReached: Readonly<Record<string, string>>
}>

export type EraseOptions = Readonly<{
  key: string
  /** The key once more, by the hand of whoever means it. */
  confirm: string
  /** `delete` unless told. */
  method?: EraseMethod | undefined
  reason: string
  caseNumber: string
  actor: string
  role?: string | undefined
}>

export type Erasure = Readonly<{
  erasure: number
  method: EraseMethod
  policy: string
  run: number
  caseNumber: string
  reason: string
  actor: string
  /** Instants are exact texts in UTC. */
  erasedAt: string
  reached: readonly Reached[]
  /** Cold files that were replaced and still lie in the store: the next erasure or export removes them. */
  unremoved: readonly string[]
  notReached: Readonly<Record<string, string>>
}>

/** Rules that hold a person for the business's sake; a promise to keep him active is none against his own wish. */
export const againstErasure = (rules: readonly string[]): readonly string[] =>
  rules.filter((rule) => rule !== 'hold' && rule !== 'restored')

export const letterFor = (obstacles: readonly Obstacle[]): string | null =>
  obstacles.some(({ kind }) => kind === 'held') ? HELD_LETTER : null

const HELD_LETTER =
  `We have received your request to erase your personal data. At present we are obliged by law to keep it, because it
may be needed for the establishment, exercise or defence of legal claims. We have restricted its use to that purpose.
When the obligation ends we will carry out your request without your having to ask again. You may lodge a complaint
with the supervisory authority.`.replaceAll('\n', ' ')
