/** The daily summary: the verdict and the counts in the subject, so that a glance at the inbox is enough. Pure. */
import type { RunRecord } from '../core/history.ts'
import { facts, type Message, nonEmpty, type Section, type Tone } from '../core/message.ts'
import { messageOf } from './alert-message.ts'
import type { DigestFacts } from './digest-facts.ts'
import { audit, chart, probes, retention, totals, warnings } from './digest-sections.ts'
import type { Voice } from './voice.ts'

export function dailyMessage(voice: Voice, digest: DigestFacts): Message {
  const live = digest.runs.filter(({ operation, dryRun }) => operation === 'archive' && !dryRun)
  const judged = verdictOf(digest, live)
  const { bounds, policy } = digest
  const message = messageOf(voice, {
    policy,
    verdict: judged.verdict,
    tone: judged.tone,
    what: `${judged.what(voice, sums(live))}, ${voice.day(bounds.day)}`,
    means: judged.means,
    next: judged.next,
    at: `${voice.instant(bounds.since)} to ${voice.instant(bounds.until)}`,
  })
  return {
    ...message,
    sections: nonEmpty([
      lastNight(voice, digest, live),
      warnings(voice, digest),
      facts(
        'Failed, by cause',
        digest.causes.map(({ code, count }) => [code, voice.count(count), 'bad']),
      ),
      kept(voice, digest.runs),
      chart(voice, digest.statistics, 30),
      totals(voice, digest),
      probes(voice, digest.statistics),
      retention(voice, digest),
      audit(digest),
    ]),
  }
}

type Sums = Readonly<{ archived: number; failed: number; skipped: number; eligible: number }>

const sums = (runs: readonly RunRecord[]): Sums => ({
  archived: runs.reduce((sum, each) => sum + each.archived, 0),
  failed: runs.reduce((sum, each) => sum + each.failed, 0),
  skipped: runs[0]?.skipped ?? 0,
  eligible: runs[0]?.eligible ?? 0,
})

type Judged = Readonly<{
  verdict: string
  tone: Tone
  what: (voice: Voice, sums: Sums) => string
  means: string
  next: readonly string[]
}>

const counts = (voice: Voice, { archived, failed }: Sums): string =>
  `${voice.count(archived)} archived, ${voice.count(failed)} failed`

/** Silence is no success, and partial is none either. */
function verdictOf({ runs, missed, statistics }: DigestFacts, live: readonly RunRecord[]): Judged {
  const [last] = live
  const dry = runs.find(({ dryRun }) => dryRun)
  if (last === undefined && missed > 0)
    return {
      verdict: 'MISSED',
      tone: 'bad',
      what: () => 'the planned run did not start',
      means: 'Nothing is lost: nobody was moved.',
      next: ['mothball history', 'mothball doctor'],
    }
  if (last === undefined && dry !== undefined)
    return {
      verdict: 'DRY RUN',
      tone: 'plain',
      what: (voice) => `${voice.count(dry.eligible ?? 0)} would be archived`,
      means: 'Only dry runs: nobody was moved.',
      next: ['mothball plan'],
    }
  if (last === undefined)
    return {
      verdict: 'NO RUN',
      tone: statistics.totals.runs === 0 ? 'plain' : 'warning',
      what: () => 'no run',
      means:
        statistics.totals.runs === 0 ? 'There was no run yet.' : 'Nobody was moved. Does something start the runs?',
      next: ['mothball history', 'mothball run --dry-run'],
    }
  return endedVerdict(last, live)
}

function endedVerdict(last: RunRecord, live: readonly RunRecord[]): Judged {
  const next = [`mothball history ${last.run}`]
  if (last.status === 'paused')
    return {
      verdict: 'PAUSED',
      tone: 'warning',
      what: counts,
      means: 'A run is paused, and waits for somebody to resume it.',
      next: [`mothball resume ${last.run}`],
    }
  if (last.status === 'running')
    return { verdict: 'RUNNING', tone: 'plain', what: counts, means: 'A run is still going on.', next }
  if (last.status === 'failed')
    return {
      verdict: 'FAILED',
      tone: 'bad',
      what: counts,
      means: 'Nothing is lost: what committed is whole in the archive, everyone else stays active.',
      next: [...next, 'mothball doctor'],
    }
  if (live.some(({ status, failed }) => status === 'partial' || failed > 0))
    return {
      verdict: 'PARTIAL',
      tone: 'warning',
      what: counts,
      means: 'Nothing is lost: those that failed stay active, whole, each with its reason.',
      next: [...next, 'mothball failures'],
    }
  if (live.some(({ status }) => status === 'failed'))
    return { verdict: 'OK', tone: 'warning', what: counts, means: 'A run failed, and a later one went well.', next }
  return { verdict: 'OK', tone: 'good', what: counts, means: '', next: [] }
}

function lastNight(voice: Voice, { statistics, runs }: DigestFacts, live: readonly RunRecord[]): Section {
  const all = sums(live)
  const { lastMs, medianMs } = statistics.duration
  const restored = runs.reduce((sum, each) => sum + each.restored, 0)
  const dry = runs.filter(({ dryRun }) => dryRun).length
  return facts('Since the last summary', [
    ['runs', `${voice.count(live.length)}${dry > 0 ? `, and ${voice.count(dry)} dry` : ''}`],
    ['archived', voice.count(all.archived), all.archived > 0 ? 'good' : 'plain'],
    ['failed', voice.count(all.failed), all.failed > 0 ? 'bad' : 'plain'],
    ['skipped by the last run', voice.count(all.skipped)],
    ...(restored > 0 ? [['came home', voice.count(restored)] as const] : []),
    ...(lastMs === null || live.length === 0
      ? []
      : [
          [
            'took',
            `${voice.duration(lastMs)}${medianMs === null ? '' : ` (median ${voice.duration(medianMs)})`}`,
          ] as const,
        ]),
  ])
}

/** As the last plan counted them; a customer may be kept for several reasons. */
function kept(voice: Voice, runs: readonly RunRecord[]): Section {
  const counted = runs.find((each) => Object.keys(each.kept).length > 0)?.kept ?? {}
  return facts(
    'Kept active, by reason (may overlap)',
    Object.entries(counted)
      .filter(([, count]) => count > 0)
      .toSorted(([, a], [, b]) => b - a)
      .map(([rule, count]) => [rule, voice.count(count)]),
  )
}
