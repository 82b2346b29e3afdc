/** Why a customer is where he is, a line for each reason, in words without his data. */
import type { ActiveFacts, ArchivedFacts, Found } from '../core/found.ts'
import { BUILT_IN_RULES } from '../core/policy.ts'

export function becauseOf({ active, archived, cold, holds, keepUntil, failure }: Found): readonly string[] {
  if (cold !== null)
    return [`archived ${cold.archivedAt}, purged ${cold.purgedAt} by run ${cold.run}; in ${cold.manifest}`]
  if (active === null && archived === null) return ['only the journal remembers this key']
  return [
    ...(active === null ? [] : activeReasons(active)),
    ...(archived === null ? [] : archivedReasons(archived)),
    ...holds.map(({ id, setBy, setAt }) => `hold ${id} by ${setBy} since ${setAt}`),
    ...(keepUntil?.holds ? [`restored on ${keepUntil.setAt}, stays until ${keepUntil.until}`] : []),
    ...(failure === null ? [] : [`in quarantine since run ${failure.run}: ${failure.code}`]),
  ]
}

function activeReasons({ verdict, oldEnoughAt, evidence }: ActiveFacts): readonly string[] {
  switch (verdict) {
    case 'no_age':
      return ['active: its age is missing, so it never moves']
    case 'too_young':
      return [`active: too young${oldEnoughAt === null ? '' : ` until ${oldEnoughAt}`}`]
    case 'kept':
      return evidence.map(({ rule, rows }) => `kept by ${rule}${isBuiltIn(rule) ? '' : rowsText(rows)}`)
    case 'quarantined':
      return ['active: old enough, and in quarantine']
    case 'eligible':
      return ['active: the next run would archive it']
    case 'not_judged':
      return ['active: the plan is refused, so nothing can be said about it']
  }
}

const rowsText = (rows: number): string => ` (${rows} ${rows === 1 ? 'row' : 'rows'})`

/** A hold and a restore have sentences of their own; which rows of the journal say so is nobody's question. */
const isBuiltIn = (rule: string): boolean => rule === BUILT_IN_RULES.hold || rule === BUILT_IN_RULES.restored

function archivedReasons({ archivedAt, archivedBy, run, cutoff, reason }: ArchivedFacts): readonly string[] {
  const when = archivedAt ?? 'an unknown time'
  const who = run === null ? `by ${archivedBy ?? 'others'}` : `by run ${run}`
  const why = cutoff === null ? [] : [`older than the cutoff ${cutoff}, and no keep rule held`]
  return [`archived ${when} ${who}${reason === null ? '' : ` (${reason})`}`, ...why]
}
