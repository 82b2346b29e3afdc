/** The monthly summary: the trend, what it gained in size and speed, holds; all days as CSV. Pure. */
import { csvOf } from '../core/csv.ts'
import { addDays } from '../core/instant.ts'
import { facts, type Message, nonEmpty, type Section } from '../core/message.ts'
import { type DayCounts, errorRate, type Statistics, sumOfDays } from '../core/statistics.ts'
import { messageOf } from './alert-message.ts'
import type { DigestFacts } from './digest-facts.ts'
import { audit, chart, isBefore, retention, sizeText, totals, warnings } from './digest-sections.ts'
import type { Voice } from './voice.ts'

export function monthlyMessage(voice: Voice, digest: DigestFacts): Message {
  const { statistics, bounds, policy } = digest
  const month = addDays(bounds.day, -1).slice(0, 7)
  const days = statistics.days.filter(({ day }) => day.startsWith(month))
  const sum = sumOfDays(days)
  const earlier = sumOfDays(statistics.days.filter(({ day }) => day.startsWith(addDays(`${month}-01`, -1).slice(0, 7))))
  const isBad = sum.failed > 0 || digest.missed > 0
  const message = messageOf(voice, {
    policy,
    verdict: 'MONTH',
    tone: isBad ? 'bad' : sum.failures > 0 ? 'warning' : 'good',
    what: `${voice.count(sum.archived)} archived in ${month} (${voice.count(earlier.archived)} the month before), ${voice.count(sum.failures)} failed`,
    means: 'Every day of the month is attached as a table.',
    next: [],
    at: `${voice.instant(bounds.since)} to ${voice.instant(bounds.until)}`,
  })
  return {
    ...message,
    attachment: { name: `mothball-${policy}-${month}.csv`, csv: csvOfDays(days) },
    sections: nonEmpty([
      facts('The month (and the one before)', [
        ['archived', `${voice.count(sum.archived)} (${voice.count(earlier.archived)})`],
        ['failed', `${voice.count(sum.failures)} (${voice.count(earlier.failures)})`],
        ['errors', `${voice.percent(errorRate(sum))} (${voice.percent(errorRate(earlier))})`],
        ['runs', `${voice.count(sum.runs)} (${voice.count(earlier.runs)})`],
        ['missed slots', voice.count(digest.missed), digest.missed > 0 ? 'bad' : 'plain'],
        ['came home', `${voice.count(sum.restored)} (${voice.count(earlier.restored)})`],
      ]),
      warnings(voice, digest),
      chart(voice, statistics, 31),
      gain(voice, statistics),
      speed(voice, statistics),
      facts('Holds', [
        ['open', voice.count(digest.holds.open)],
        ['set', voice.count(digest.holds.set)],
        ['released', voice.count(digest.holds.released)],
      ]),
      totals(voice, digest),
      retention(voice, digest),
      audit(digest),
    ]),
  }
}

/** Space of deleted rows is used again, and not given back: so rows say more than bytes. */
function gain(voice: Voice, { growth: { active, archive } }: Statistics): Section {
  return facts('Size, first and last measurement of three months', [
    ...(active === null
      ? []
      : [
          ['active tables, rows', `${voice.count(active.first.rows)} to ${voice.count(active.last.rows)}`] as const,
          ['active tables', `${sizeText(voice, active.first)}, now ${sizeText(voice, active.last)}`] as const,
        ]),
    ...(archive === null
      ? []
      : [
          ['archive tables, rows', `${voice.count(archive.first.rows)} to ${voice.count(archive.last.rows)}`] as const,
          ['archive tables', `${sizeText(voice, archive.first)}, now ${sizeText(voice, archive.last)}`] as const,
        ]),
  ])
}

/** From before the first run that was measured to after the last. */
function speed(voice: Voice, { probes }: Statistics): Section {
  const names = [...new Set(probes.map(({ probe }) => probe))]
  return facts(
    'Probe queries, p50 and p95, first and last night of three months',
    names.flatMap((name) => {
      const own = probes.filter(({ probe }) => probe === name)
      const [first, last] = [own.find(isBefore), own.findLast(({ phase }) => phase === 'after')]
      if (first === undefined || last === undefined) return []
      const text = ({ p50Ms, p95Ms }: typeof first) => `${voice.milliseconds(p50Ms)} / ${voice.milliseconds(p95Ms)}`
      return [[name, `${text(first)}, now ${text(last)}`, last.p95Ms < first.p95Ms ? 'good' : 'plain'] as const]
    }),
  )
}

const HEADER = [
  'day',
  'runs',
  'success',
  'partial',
  'failed',
  'dry_runs',
  'archived',
  'subjects_failed',
  'skipped',
  'restored',
]

const csvOfDays = (days: readonly DayCounts[]): string =>
  csvOf(
    HEADER,
    days.map((each) => [
      each.day,
      each.runs,
      each.succeeded,
      each.partial,
      each.failed,
      each.dryRuns,
      each.archived,
      each.failures,
      each.skipped,
      each.restored,
    ]),
  )
