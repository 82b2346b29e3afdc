/** Sections that several digests share: the chart, the sums, the probes, the warnings. Pure. */
import { FORECAST_DAYS } from '../core/cold/retention.ts'
import { facts, inert, type Section, type Tone } from '../core/message.ts'
import type { DayCounts, ProbeNight, Statistics, TierSize } from '../core/statistics.ts'
import type { DigestFacts } from './digest-facts.ts'
import { INCIDENT_WORDS } from './incident.ts'
import type { Voice } from './voice.ts'

export const chart = (voice: Voice, { days, archivedPerDay }: Statistics, last: number): Section => {
  const shown = days.slice(-last)
  return {
    kind: 'bars',
    title: `Archived per day, last ${shown.length} days`,
    note: [
      archivedPerDay === null ? 'no complete day yet' : `${voice.count(archivedPerDay)} on an average day`,
      ...troubled(voice, shown),
    ].join(', '),
    bars: shown.map(({ day, archived, partial, failed }) => ({
      label: voice.day(day),
      value: archived,
      tone: failed > 0 ? 'bad' : partial > 0 ? 'warning' : 'plain',
    })),
  }
}

/** In words what the chart says by colour. */
const troubled = (voice: Voice, days: readonly DayCounts[]): readonly string[] => {
  const count = (is: (day: DayCounts) => boolean) => days.filter(is).length
  const [failed, partial] = [count((day) => day.failed > 0), count((day) => day.failed === 0 && day.partial > 0)]
  return [
    ...(failed > 0 ? [`${voice.count(failed)} failed`] : []),
    ...(partial > 0 ? [`${voice.count(partial)} partial`] : []),
  ]
}

export function totals(voice: Voice, facts_: DigestFacts): Section {
  const { statistics, runs } = facts_
  const { totals: sums, archivedPerDay, errorRate, forecast } = statistics
  // What the last plan counted, less what its run took away.
  const counted = runs.find(({ active, operation }) => active !== null && operation === 'archive')
  return facts('In total', [
    ...(counted?.active == null ? [] : [['active', voice.count(counted.active - counted.archived)] as const]),
    ['archived', voice.count(sums.archived - sums.restored)],
    ['came home', voice.count(sums.restored)],
    ['rate', archivedPerDay === null ? '-' : `${voice.count(archivedPerDay)} a day`],
    ['errors', voice.percent(errorRate)],
    ...(sums.quarantined > 0 ? [['in quarantine', voice.count(sums.quarantined), 'warning'] as const] : []),
    ['on hold', voice.count(sums.holds)],
    ...(forecast === null ? [] : [['archived in 90 days', `${voice.signed(forecast.in90Days)} at this pace`] as const]),
  ])
}

/** Each probe: before and after the runs of its last night. */
export function probes(voice: Voice, { probes: nights }: Statistics): Section {
  const names = [...new Set(nights.map(({ probe }) => probe))]
  return facts(
    'Probe queries, p95 before and after the last run',
    names.flatMap((name) => {
      const own = nights.filter(({ probe }) => probe === name)
      const [before, after] = [own.findLast(isBefore), own.findLast(({ phase }) => phase === 'after')]
      if (before === undefined || after === undefined) return []
      const tone: Tone = after.p95Ms <= before.p95Ms ? 'good' : 'plain'
      return [[name, `${voice.milliseconds(before.p95Ms)} to ${voice.milliseconds(after.p95Ms)}`, tone] as const]
    }),
  )
}

export const isBefore = ({ phase }: ProbeNight): boolean => phase === 'before'

export const sizeText = (voice: Voice, { tableBytes, indexBytes }: TierSize): string =>
  `${voice.bytes(tableBytes)} and ${voice.bytes(indexBytes)} of indexes`

/** A last run of more than so many medians is worth a look. */
const SLOW_FACTOR = 3
/** Below it nobody minds. */
const SLOW_MS = 5_000

export function warnings(
  voice: Voice,
  { statistics, missed, open, dueErasures, failingChannels }: DigestFacts,
): Section {
  const { duration, totals: sums } = statistics
  const [last, median] = [duration.lastMs, duration.medianMs]
  const isSlow = last !== null && median !== null && last > SLOW_MS && last > median * SLOW_FACTOR
  return {
    kind: 'list',
    title: 'To look at',
    items: [
      ...open.map(({ incident, toldAt }) => `still open since ${voice.instant(toldAt)}: ${INCIDENT_WORDS[incident]}`),
      ...(missed > 0 ? [`${voice.count(missed)} planned ${missed === 1 ? 'run' : 'runs'} did not start`] : []),
      ...dueWords(voice, dueErasures),
      ...(sums.quarantined > 0 ? [`${voice.count(sums.quarantined)} in quarantine: mothball failures`] : []),
      ...(isSlow ? [`the last run took ${voice.duration(last)}; the median is ${voice.duration(median)}`] : []),
      ...failingChannels.map(
        ({ channel, waiting, givenUp, problem }) =>
          `channel ${channel} fails (${problem}): ${voice.count(waiting)} waiting, ${voice.count(givenUp)} given up`,
      ),
    ].map((item) => inert(item)),
  }
}

function dueWords(voice: Voice, { overdue, soon }: DigestFacts['dueErasures']): readonly string[] {
  const requests = (count: number) => `${voice.count(count)} ${count === 1 ? 'request' : 'requests'} to be erased`
  return [
    ...(overdue > 0 ? [`${requests(overdue)} past the day when due: mothball erasures due`] : []),
    ...(soon > 0 ? [`${requests(soon)} due within a week: mothball erasures due`] : []),
  ]
}

/** What may be destroyed now and soon; how it would be, where it may. */
export function retention(voice: Voice, { retention: kept }: DigestFacts): Section {
  if (kept === null) return facts('', [])
  const { exported, due, soon, held, purged, mayPurge } = kept
  return facts('Retention, customers in cold files', [
    ['still in the archive', voice.count(exported)],
    ['may be purged', `${voice.count(due)}${mayPurge ? '' : ' (off: no legal basis)'}`],
    [`within ${FORECAST_DAYS} days`, voice.count(soon)],
    ...(held > 0 ? [['past it, and on hold', voice.count(held)] as const] : []),
    ['purged', voice.count(purged)],
  ])
}

export const audit = ({ auditHead }: DigestFacts): Section =>
  facts('Audit log', auditHead === null ? [] : [['head of the chain', auditHead]])
