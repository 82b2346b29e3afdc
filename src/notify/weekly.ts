/** The weekly summary for whoever is answerable: this week against the last, errors, growth, who came back early. Pure. */
import { facts, type Message, nonEmpty, type Section, type Tone } from '../core/message.ts'
import { type DayCounts, errorRate, sumOfDays } from '../core/statistics.ts'
import { messageOf } from './alert-message.ts'
import type { DigestFacts } from './digest-facts.ts'
import { audit, chart, probes, retention, sizeText, totals, warnings } from './digest-sections.ts'
import type { Voice } from './voice.ts'

export function weeklyMessage(voice: Voice, digest: DigestFacts): Message {
  const { statistics, bounds, policy, missed, restored } = digest
  // The day of the digest is the first of the new week.
  const before = statistics.days.filter(({ day }) => day < bounds.day)
  const [week, previous] = [sumOfDays(before.slice(-7)), sumOfDays(before.slice(-14, -7))]
  const isBad = week.failed > 0 || missed > 0
  const isPartial = week.partial > 0 || week.failures > 0
  const isEarly = restored.withinWeek + restored.withinMonth > 0
  const message = messageOf(voice, {
    policy,
    verdict: isBad ? 'WEEK WITH TROUBLE' : isPartial ? 'WEEK, PARTLY' : 'WEEK OK',
    tone: isBad ? 'bad' : isPartial ? 'warning' : 'good',
    what: `${voice.count(week.archived)} archived in the week before ${voice.day(bounds.day)} (${voice.count(previous.archived)} the week before that), ${voice.count(week.failures)} failed`,
    means: isEarly
      ? 'Some came home soon after they had left. If it is often the same reason, a keep rule would have kept them.'
      : '',
    next: week.failures > 0 ? ['mothball failures'] : [],
    at: `${voice.instant(bounds.since)} to ${voice.instant(bounds.until)}`,
  })
  return {
    ...message,
    sections: nonEmpty([
      comparison(voice, week, previous, missed),
      warnings(voice, digest),
      early(voice, digest),
      growth(voice, digest),
      chart(voice, statistics, 28),
      totals(voice, digest),
      probes(voice, statistics),
      retention(voice, digest),
      audit(digest),
    ]),
  }
}

type Counts = Omit<DayCounts, 'day'>

function comparison(voice: Voice, week: Counts, previous: Counts, missed: number): Section {
  const against = (value: number, other: number) =>
    `${voice.count(value)} (${value === other ? 'as before' : voice.signed(value - other)})`
  const bad = (value: number): Tone => (value > 0 ? 'bad' : 'plain')
  return facts('This week (against the week before)', [
    ['archived', against(week.archived, previous.archived)],
    ['failed', against(week.failures, previous.failures), bad(week.failures)],
    ['errors', `${voice.percent(errorRate(week))} (was ${voice.percent(errorRate(previous))})`],
    [
      'runs',
      `${against(week.runs, previous.runs)}: ${voice.count(week.succeeded)} success, ${voice.count(week.partial)} partial, ${voice.count(week.failed)} failed`,
    ],
    ['missed slots', voice.count(missed), bad(missed)],
    ['came home', against(week.restored, previous.restored)],
  ])
}

/** Archived too early? */
function early(voice: Voice, { restored }: DigestFacts): Section {
  const { withinWeek, withinMonth, later } = restored
  if (withinWeek + withinMonth + later === 0) return facts('', [])
  return facts('Came home: archived too early?', [
    ['within 7 days of leaving', voice.count(withinWeek), withinWeek > 0 ? 'warning' : 'plain'],
    ['within 30 days', voice.count(withinMonth), withinMonth > 0 ? 'warning' : 'plain'],
    ['later', voice.count(later)],
  ])
}

function growth(voice: Voice, { statistics }: DigestFacts): Section {
  const { active, archive } = statistics.growth
  return facts('Size', [
    ...(active === null ? [] : [['active tables', sizeText(voice, active.last)] as const]),
    ...(archive === null ? [] : [['archive tables', sizeText(voice, archive.last)] as const]),
    ...(archive === null
      ? []
      : [['archive grew by', voice.bytes(Math.max(0, archive.last.tableBytes - archive.first.tableBytes))] as const]),
  ])
}
