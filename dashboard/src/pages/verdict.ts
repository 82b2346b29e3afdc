/** The verdict in words: what one has to know of a policy before any figure. Pure. */
import type { Run, Slots, Statistics } from '../api/contract.ts'
import { count, duration, plural, stopWords, type Times, type Tone } from '../words.ts'

export type Verdict = Readonly<{ tone: Tone; title: string; text: string }>

type Facts = Readonly<{ statistics: Statistics; slots: Slots; last: Run | null; times: Times }>

/** Missed nights that are younger than this are told at the top. */
const RECENT_SLOTS = 7

export function verdictOf({ statistics, slots, last, times }: Facts): Verdict {
  const next = slots.next === null ? 'It has no schedule.' : `Next: ${times.at(slots.next)}.`
  if (last === null)
    return { tone: 'plain', title: 'Nothing has run yet', text: `See what would move on Plan & policy. ${next}` }
  const said = `Last run ${times.at(last.startedAt)}: ${wordsOf(last)}. ${next}`
  if (last.status === 'running' || last.status === 'paused')
    return { tone: 'plain', title: `Run ${last.run} is ${last.status}`, text: said }
  if (last.status === 'failed') return { tone: 'bad', title: `Run ${last.run} failed`, text: said }
  const missed = slots.slots.slice(0, RECENT_SLOTS).filter(({ state, run }) => state === 'missed' && run === null)
  if (missed.length > 0)
    return {
      tone: 'warning',
      title: `${plural(missed.length, 'planned run was', 'planned runs were')} missed`,
      text: said,
    }
  const { quarantined } = statistics.totals
  if (last.status === 'partial' || quarantined > 0)
    return {
      tone: 'warning',
      title:
        quarantined > 0
          ? `${plural(quarantined, 'customer waits', 'customers wait')} in quarantine`
          : 'The last run was partial',
      text: said,
    }
  const left = leftBy(last)
  if (left > 0)
    return {
      tone: 'warning',
      title: `Run ${last.run} left ${plural(left, 'eligible customer')}`,
      text: `${said} It went no further because ${stopWords(last.stopReason)}.`,
    }
  return { tone: 'good', title: 'Healthy', text: said }
}

/** Eligible ones that a run did not come to: somebody stopped it, its window ended, or it was asked for fewer. */
export const leftBy = ({ dryRun, eligible, archived, failed, skipped }: Run): number =>
  dryRun ? 0 : Math.max(0, (eligible ?? 0) - archived - failed - skipped)

export function wordsOf(run: Run): string {
  const took = run.durationMs === null ? '' : `, ${duration(run.durationMs)}`
  if (run.dryRun) return `dry run, ${count(run.eligible)} would move${took}`
  if (run.operation === 'restore') return `${count(run.restored)} restored${took}`
  const skipped = run.skipped === 0 ? '' : `, ${count(run.skipped)} skipped`
  return `${count(run.archived)} archived, ${count(run.failed)} failed${skipped}${took}`
}

export type Step = Readonly<{ name: string; at: string | null; note: string }>

const SHADOW_NIGHTS = 3

/** The specification's phases, each with when the journal first saw it done. `runs` newest first. */
export function rolloutOf(runs: readonly Run[], stage: string | null): readonly Step[] {
  const oldestFirst = runs.toReversed()
  const archives = oldestFirst.filter(({ operation, endedAt }) => operation === 'archive' && endedAt !== null)
  const dry = archives.filter(({ dryRun }) => dryRun)
  const live = archives.filter(({ dryRun }) => !dryRun)
  const first = (found: Run | undefined): string | null => found?.endedAt ?? null
  return [
    { name: 'First dry run', at: first(dry[0]), note: 'counts what would move, moves nothing' },
    {
      name: 'Scheduled dry runs for 3 nights',
      at: first(dry.filter(({ slot }) => slot !== null)[SHADOW_NIGHTS - 1]),
      note: 'stage shadow',
    },
    {
      name: 'First small batch moved and clean',
      at: first(live.find(({ archived, failed }) => archived > 0 && failed === 0)),
      note: 'ten are enough to begin with',
    },
    {
      name: 'A customer restored',
      at: first(oldestFirst.find(({ operation, restored }) => operation === 'restore' && restored > 0)),
      note: 'comes home with his rows',
    },
    {
      name: 'Schedule is live',
      at: stage === 'live' ? first(live.find(({ slot }) => slot !== null)) : null,
      note: stage === null ? '' : `stage now: ${stage}`,
    },
  ]
}
