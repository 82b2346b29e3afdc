/** The plan as a person reads it: every active row is in exactly one of the first line's numbers. */
import { exceedsGuard, type Plan, wouldMove } from '../../core/plan.ts'
import { count, duration, fold, instant, namedCounts, percent, sumOf, wrap } from '../format.ts'
import { findingLines, isMadeByMigrate, type View } from './findings.ts'

export type PlanFacts = Readonly<{ days: number }>

const HASH_DIGITS = 4

export function planLines(plan: Plan, { days }: PlanFacts, view: View): readonly string[] {
  const { style, width, zone } = view
  return [
    ...wrap(
      '',
      [
        `${style.strong(`Policy ${plan.policy}`)} (${plan.hash.slice(0, HASH_DIGITS)})`,
        `cutoff ${instant(plan.cutoff, zone)}`,
      ],
      width,
      '   ',
    ),
    ...(isCounted(plan) ? countLines(plan, days, view) : ['  nothing could be counted']),
    ...findingLines(plan.refusals, style.bad('✖'), view),
    ...findingLines(plan.warnings, style.warn('!'), view),
    ...verdictLines(plan, view),
  ]
}

function verdictLines({ refusals }: Plan, { style }: View): readonly string[] {
  if (refusals.length === 0) return []
  return refusals.every(isMadeByMigrate)
    ? [style.warn('NOT YET  a run can start after `mothball migrate`.')]
    : [style.bad('REFUSED  no run starts before this is mended.')]
}

/** A table of no rows was counted as well; only a plan without any counts and with refusals was not. */
const isCounted = ({ active, refusals }: Plan): boolean => active > 0 || refusals.length === 0

function countLines(plan: Plan, days: number, view: View): readonly string[] {
  const { style, width } = view
  const kept = namedCounts(plan.kept)
  const related = sumOf(plan.related)
  return [
    ...wrap(
      '  ',
      [
        `${count(plan.active)} active`,
        `${count(plan.active - plan.candidates)} younger than ${days} days`,
        `${count(plan.candidates - plan.eligible)} kept`,
        style.strong(`${count(plan.eligible)} would be archived`),
      ],
      width,
    ),
    ...(kept.length > 0 ? wrap('  kept because (may overlap): ', kept, width) : []),
    ...(related > 0 ? wrap(`  related rows ${count(related)}: `, namedCounts(plan.related), width) : []),
    ...(plan.quarantined > 0
      ? fold(`${count(plan.quarantined)} of them wait in quarantine: see mothball failures`, width, '  ')
      : []),
    ...(plan.expectedMs === null || plan.eligible === 0
      ? []
      : [`  takes about ${duration(Math.max(1000, plan.expectedMs))}, by the last runs`]),
    ...guardLines(plan, view),
  ]
}

function guardLines(plan: Plan, { style, width }: View): readonly string[] {
  const moving = wouldMove(plan, null)
  if (!exceedsGuard(plan, moving)) return []
  const share = percent(moving / plan.active)
  const text = `${count(moving)} is ${share} of the table; the guard is ${percent(plan.guard)}: needs --confirm=${moving}`
  return fold(text, width, '    ').map((line, at) => (at === 0 ? `  ${style.warn('!')} ${line.trimStart()}` : line))
}
