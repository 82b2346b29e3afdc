/** What the journal knows of a customer, oldest first. Pure. */
import type { Customer } from '../api/contract.ts'
import { instantOf } from '../words.ts'

export type Moment = Readonly<{ at: string | null; text: string; run: number | null }>

export function timelineOf({ active, archived, keepUntil, failure, holds, visits }: Customer): readonly Moment[] {
  const moments: readonly Moment[] = [
    ...(active?.age == null ? [] : [{ at: active.age, text: 'created', run: null }]),
    ...(archived?.archivedAt == null ? [] : [{ at: archived.archivedAt, text: 'archived by', run: archived.run }]),
    ...(keepUntil === null
      ? []
      : [{ at: keepUntil.setAt, text: `restored by ${keepUntil.actor}: ${keepUntil.reason};`, run: keepUntil.run }]),
    ...(failure === null
      ? []
      : [{ at: failure.failedAt, text: `could not move (${failure.code}) in`, run: failure.run }]),
    ...holds.map(({ setAt, setBy, reason }) => ({ at: setAt, text: `hold by ${setBy}: ${reason}`, run: null })),
  ]
  const earlier = visits.map(({ archivedBy, leftBy }) => ({
    at: null,
    text: `was archived by run ${archivedBy}, left the archive by`,
    run: leftBy,
  }))
  return [...earlier, ...moments.toSorted((a, b) => instantOf(a.at ?? '') - instantOf(b.at ?? ''))]
}
