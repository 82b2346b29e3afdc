/** One customer as a person asks about him: where he is, since when, and why. */
import type { ActiveFacts, ArchivedFacts, ColdFacts, Evidence, Found } from '../../core/found.ts'
import { BUILT_IN_RULES } from '../../core/policy.ts'
import { count, counted, fold, instant, namedCounts, sumOf, wrap } from '../format.ts'
import type { View } from './findings.ts'

export function foundLines(found: Found, view: View): readonly string[] {
  const { width, zone } = view
  const { keepUntil } = found
  return [
    ...whereLines(found, view),
    ...found.holds.flatMap((hold) =>
      fold(
        `hold ${hold.id} by ${hold.setBy} since ${instant(hold.setAt, zone)}${hold.caseNumber === null ? '' : `, case ${hold.caseNumber}`}: ${hold.reason}`,
        width,
        '  ',
      ),
    ),
    ...(keepUntil === null
      ? []
      : fold(
          `restored${keepUntil.run === null ? '' : ` by run ${keepUntil.run}`} on ${instant(keepUntil.setAt, zone)} (${keepUntil.reason}); ${keepUntil.holds ? 'stays until' : 'stayed until'} ${instant(keepUntil.until, zone)}`,
          width,
          '  ',
        )),
    ...(found.failure === null
      ? []
      : fold(
          `in quarantine since run ${found.failure.run}: ${[found.failure.code, found.failure.object, found.failure.sqlstate].filter(Boolean).join(' ')} -> mothball failures retry ${found.key}`,
          width,
          '  ',
        )),
    ...(found.visits.length > 0
      ? fold(
          `earlier in the archive: ${found.visits.map(({ archivedBy, leftBy }) => `run ${archivedBy} to run ${leftBy}`).join(', ')}`,
          width,
          '  ',
        )
      : []),
  ]
}

function whereLines({ key, tier, active, archived, cold }: Found, view: View): readonly string[] {
  const { style } = view
  const lead = `${style.strong(key)} `
  if (active !== null) return [...activeLines(lead, active, view), ...(archived === null ? [] : bothSides(view))]
  if (archived !== null) return archivedLines(lead, archived, view)
  if (cold !== null) return coldLines(lead, cold, view)
  return [`${lead}${style.warn(tier === 'none' ? 'NOWHERE' : tier.toUpperCase())}  only the journal remembers this key`]
}

const coldLines = (lead: string, facts: ColdFacts, { style, width, zone }: View): readonly string[] => [
  ...wrap(
    `${lead}${style.warn('COLD')} `,
    [`archived ${instant(facts.archivedAt, zone)}`, `purged ${instant(facts.purgedAt, zone)} by run ${facts.run}`],
    width,
  ),
  ...fold(`in ${facts.store}: ${facts.manifest} -> mothball restore --from-cold`, width, '  '),
]

const bothSides = ({ style }: View): readonly string[] => [
  `  ${style.bad('also in the archive: no key may be on both sides')} -> mothball verify`,
]

function activeLines(lead: string, facts: ActiveFacts, { style, width, zone }: View): readonly string[] {
  const since = facts.age === null ? [] : [`since ${instant(facts.age, zone)}`]
  return [
    ...wrap(`${lead}${style.good('ACTIVE')} `, [...since, verdictText(facts, zone)], width),
    ...facts.evidence.flatMap((each) => fold(evidenceText(each), width, '  ')),
  ]
}

/** A hold and a restore are told below, with who and why. */
const evidenceText = ({ rule, rows }: Evidence): string =>
  rule === BUILT_IN_RULES.hold || rule === BUILT_IN_RULES.restored
    ? `kept by ${rule}`
    : `kept by ${rule} (${counted(rows, 'row')})`

function verdictText({ verdict, oldEnoughAt }: ActiveFacts, zone: string): string {
  switch (verdict) {
    case 'no_age':
      return 'its age is missing: it never moves'
    case 'too_young':
      return `too young${oldEnoughAt === null ? '' : ` until ${instant(oldEnoughAt, zone)}`}`
    case 'kept':
      return 'old enough, and kept'
    case 'quarantined':
      return 'old enough, and in quarantine'
    case 'eligible':
      return 'the next run would archive it'
    case 'not_judged':
      return 'the plan is refused, so nothing can be said about it: see mothball plan'
  }
}

function archivedLines(lead: string, facts: ArchivedFacts, { style, width, zone }: View): readonly string[] {
  const { archivedAt, run, reason, archivedBy, batch, cutoff, related } = facts
  const rows = sumOf(related)
  const by = run === null ? `by ${archivedBy ?? 'others'}` : `by run ${run}`
  return [
    ...wrap(
      `${lead}${style.warn('ARCHIVED')} `,
      [
        `${archivedAt === null ? 'at an unknown time' : instant(archivedAt, zone)} ${by}`,
        ...(reason === null ? [] : [reason]),
        ...(batch === null ? ['put there by others'] : [`batch ${batch}`]),
      ],
      width,
    ),
    ...(cutoff === null
      ? []
      : fold(`older than the cutoff ${instant(cutoff, zone)}, and no keep rule held`, width, '  ')),
    ...(rows > 0 ? wrap(`  with ${count(rows)} related rows: `, namedCounts(related), width) : []),
  ]
}
