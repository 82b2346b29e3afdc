/** What the journal knows of a customer, oldest first. Pure. */
import type { Customer, Run } from '../api/contract.ts'
import { instantOf } from '../words.ts'

export type Moment = Readonly<{ at: string | null; text: string; run: number | null }>

/** `runs` tell when he went and came; those that are not among them stand first, without a time. */
export function timelineOf(customer: Customer, runs: readonly Run[]): readonly Moment[] {
  const { active, archived, keepUntil, failure, holds, visits } = customer
  const byRun = (run: number, text: string): Moment => ({
    at: runs.find((each) => each.run === run)?.startedAt ?? null,
    text,
    run,
  })
  const moments: readonly Moment[] = [
    ...(active?.age == null ? [] : [{ at: active.age, text: 'created', run: null }]),
    ...visits.flatMap(({ archivedBy, leftBy }) => [
      byRun(archivedBy, 'archived by'),
      // The restore that still keeps him is told below, with its reason.
      ...(leftBy === keepUntil?.run ? [] : [byRun(leftBy, 'left the archive by')]),
    ]),
    ...(archived?.archivedAt == null ? [] : [{ at: archived.archivedAt, text: 'archived by', run: archived.run }]),
    ...(keepUntil === null
      ? []
      : [{ at: keepUntil.setAt, text: `restored by ${keepUntil.actor}: ${keepUntil.reason};`, run: keepUntil.run }]),
    ...(failure === null
      ? []
      : [{ at: failure.failedAt, text: `could not move (${failure.code}) in`, run: failure.run }]),
    ...holds.map(({ setAt, setBy, reason }) => ({ at: setAt, text: `hold by ${setBy}: ${reason}`, run: null })),
  ]
  return moments.toSorted((a, b) => timeOf(a) - timeOf(b))
}

const timeOf = ({ at }: Moment): number => (at === null ? Number.NEGATIVE_INFINITY : instantOf(at))
