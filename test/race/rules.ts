/**
 * What must come of each operation at each boundary, from a few rules: this is the table of docs/guarantees.md
 * ("Beside people who work"), and the suite holds every pair against it.
 */
import type { ForeignKeys } from '../support/call-center.ts'
import type { Boundary } from './boundaries.ts'
import type { Operation } from './operations.ts'

/** How the agent commits: each statement by itself, or a transaction that is open until the batch has ended. */
export type Manner = 'at once' | 'held open'

export type Mode = Readonly<{
  name: string
  keys: ForeignKeys
  /** When a reference is checked: not at all, with its statement, or at COMMIT. */
  checked: 'never' | 'by statement' | 'at commit' | 'by homecoming'
  /** What goes along when somebody deletes a customer with related rows. */
  deletes: 'family' | 'subject'
}>

export const MODES: readonly Mode[] = [
  { name: 'none', keys: 'none', checked: 'never', deletes: 'subject' },
  { name: 'none, with homecoming', keys: 'none', checked: 'by homecoming', deletes: 'subject' },
  { name: 'no action', keys: 'no action', checked: 'by statement', deletes: 'subject' },
  { name: 'restrict', keys: 'restrict', checked: 'by statement', deletes: 'subject' },
  { name: 'cascade', keys: 'cascade', checked: 'by statement', deletes: 'family' },
  { name: 'set null', keys: 'set null', checked: 'by statement', deletes: 'subject' },
  { name: 'deferrable', keys: 'deferrable', checked: 'at commit', deletes: 'subject' },
]

/** Where he is in the end. */
export type Place = 'active' | 'archive' | 'both' | 'gone'

export type Outcome = Readonly<{
  /** He waited for the batch. */
  waited: boolean
  /** `done`, `no row`, SQLSTATE, or a verb's word. */
  answer: string
  place: Place
  /** A related row of his is active although he is in the archive only. */
  late: boolean
}>

/** `moved`: the batch has taken him along, whatever became of him later. */
export type Expected = Outcome & Readonly<{ moved: boolean }>

type Situation = Readonly<{ boundary: Boundary; manner: Manner; mode: Mode }>

const outcome = (answer: string, place: Place, more: Partial<Expected> = {}): Expected => ({
  waited: false,
  late: false,
  moved: place === 'archive' || place === 'both',
  ...more,
  answer,
  place,
})

/** The batch holds what the operation needs, so that it waits for the batch's end. */
const isHeldByBatch = ({ phase, levels }: Boundary, level: number): boolean =>
  phase === 'open' || (phase === 'locking' && levels >= level)

export function expected(operation: Operation, situation: Situation): Expected {
  const { boundary } = situation
  const { phase } = boundary
  switch (operation.touches) {
    case 'him':
    case 'row':
      return ofOwnRow(operation, boundary)
    case 'reference':
      return ofReference(operation, situation)
    case 'hold':
      if (phase === 'before') return outcome('active', 'active')
      return outcome('archive', 'archive', { waited: phase !== 'after' })
    case 'home':
      // Until the batch has committed he is at home for everybody else.
      return phase === 'after' ? outcome('restored', 'active', { moved: true }) : outcome('already home', 'archive')
    case 'another':
      return outcome('restored', 'active')
    case 'archiver':
      return outcome('already_running', 'archive')
  }
}

/** A row that is there: written before the batch has locked it, and judged as written; or the batch goes first. */
function ofOwnRow(operation: Operation, boundary: Boundary): Expected {
  const waited = isHeldByBatch(boundary, operation.level)
  if (waited || boundary.phase === 'after')
    return operation.leaves === 'there' ? outcome('done', 'both', { waited }) : outcome('no row', 'archive', { waited })
  return outcome('done', operation.leaves === 'gone' ? 'gone' : operation.keeps ? 'active' : 'archive')
}

/** A row that begins to refer to him: a foreign key sees to it; without one, whoever is not seen stays behind. */
function ofReference(operation: Operation, { boundary, manner, mode }: Situation): Expected {
  const { phase } = boundary
  const isSeen = outcome('done', operation.keeps ? 'active' : 'archive')
  if (mode.checked === 'never') {
    if (manner === 'held open') return outcome('done', 'archive', { late: true })
    if (!isHeldByBatch(boundary, operation.level) && phase !== 'after') return isSeen
    // Too late to be locked, early enough to be judged.
    if (phase === 'locking' && operation.keeps) return isSeen
    return outcome('done', 'archive', { late: true })
  }
  if (mode.checked === 'by homecoming' && phase !== 'before')
    return outcome('done', 'active', { waited: phase !== 'after', moved: true })
  const isCheckedLater = mode.checked === 'at commit' && manner === 'held open'
  if (phase === 'before' && !isCheckedLater) return isSeen
  return outcome('23503', 'archive', { waited: phase !== 'after' && phase !== 'before' && !isCheckedLater })
}
