/** The messages that are sent at once: what happened, what it means for the rows, the next command. Pure. */
import type { RefusedBy } from '../core/event.ts'
import type { RunRecord } from '../core/history.ts'
import { facts, inert, type Message, nonEmpty, type Tone } from '../core/message.ts'
import type { NoticeKind, OpenIncident } from '../core/notice.ts'
import { STOP_REASONS } from '../core/run.ts'
import { INCIDENT_WORDS } from './incident.ts'
import type { Voice } from './voice.ts'

type Words = Readonly<{
  policy: string
  verdict: string
  tone: Tone
  /** After the policy's name, in the subject and as the first sentence. */
  what: string
  means: string
  next: readonly string[]
  sections?: Message['sections']
  at: string
}>

export function messageOf(voice: Voice, words: Words): Message {
  const { policy, verdict, what } = words
  return {
    verdict,
    tone: words.tone,
    subject: inert(`${voice.prefix}${verdict} ${policy}: ${what}`, 180),
    policy,
    when: words.at,
    what: inert(`${policy}: ${what}.`, 600),
    means: inert(words.means, 600),
    next: words.next.map((line) => inert(line)),
    sections: nonEmpty(words.sections ?? []),
    link: voice.link,
    attachment: null,
  }
}

export type Cause = Readonly<{ code: string; count: number }>

/** A run that ended failed or partial. */
export function runMessage(voice: Voice, run: RunRecord, causes: readonly Cause[]): Message {
  const isFailed = run.status === 'failed'
  const counts = `${voice.count(run.archived)} archived, ${voice.count(run.failed)} failed, ${voice.count(run.skipped)} skipped`
  const broke = run.error === null ? '' : '; it broke off'
  return messageOf(voice, {
    policy: run.policy,
    verdict: isFailed ? 'FAILED' : 'PARTIAL',
    tone: isFailed ? 'bad' : 'warning',
    what: `${counts} in run ${run.run}${broke}`,
    means: meaningOf(voice, run),
    next: [
      `mothball history ${run.run}`,
      ...(run.failed > 0 ? ['mothball failures'] : []),
      ...(run.error === null ? [] : ['mothball doctor']),
    ],
    at: voice.instant(run.endedAt ?? run.startedAt),
    sections: [
      facts('The run', [
        ['started', voice.instant(run.startedAt)],
        ['by', run.actor],
        ...(run.durationMs === null ? [] : [['took', voice.duration(run.durationMs)] as const]),
        ['batches committed', voice.count(run.batches)],
        ['stopped because', reasonText(run.stopReason)],
        ...(run.error === null ? [] : [['error', run.error, 'bad'] as const]),
      ]),
      facts(
        'Failed, by cause',
        causes.map(({ code, count }) => [code, voice.count(count), 'bad'] as const),
      ),
    ],
  })
}

function meaningOf(voice: Voice, { archived, failed, error, batches, stopReason }: RunRecord): string {
  const quarantined = `Those that failed stay active, whole, each with its reason; the next runs pass them by until somebody retries them.`
  if (stopReason === 'interrupted')
    return `Nothing is lost: its process ended without a word, and the open batch was rolled back. ${committed(voice, archived, batches)}`
  if (error !== null)
    return `Nothing is lost: the open batch was rolled back. ${committed(voice, archived, batches)}${failed > 0 ? ` ${quarantined}` : ''}`
  return `Nothing is lost. ${quarantined}`
}

const committed = (voice: Voice, archived: number, batches: number): string =>
  archived === 0
    ? 'Nothing was moved.'
    : `Everything up to batch ${voice.count(batches)} is committed: ${voice.count(archived)} whole families are in the archive.`

const reasonText = (reason: string | null): string =>
  Object.entries(STOP_REASONS).find(([name]) => name === reason)?.[1] ?? reason ?? 'unknown'

/** A run that did not begin. */
export function refusedMessage(
  voice: Voice,
  { policy, kind, error, at }: Readonly<{ policy: string; kind: NoticeKind; error: RefusedBy; at: string }>,
): Message {
  const verdict = kind === 'guard' ? 'GUARD' : kind === 'drift' ? 'DRIFT' : 'REFUSED'
  // The lines below the first are findings, one each.
  const [first = '', ...findings] = error.message.split('\n')
  return messageOf(voice, {
    policy,
    verdict,
    tone: 'bad',
    what: `a run did not begin: ${first.replace(/:$/, '')}`,
    means: 'Nothing was touched. Until this is settled nobody is archived, and everyone stays where he is.',
    next: NEXT[kind] ?? ['mothball doctor'],
    at,
    sections: [
      { kind: 'list', title: 'What stands in the way', items: findings.slice(0, 10).map((each) => inert(each)) },
      facts('The refusal', [
        ['code', error.code],
        ['what to do', error.hint],
      ]),
    ],
  })
}

const NEXT: Readonly<Partial<Record<NoticeKind, readonly string[]>>> = {
  guard: ['mothball plan'],
  drift: ['mothball doctor', 'mothball migrate --sql'],
}

export type MissedSlot = Readonly<{
  policy: string
  /** The planned time, an instant's text. */
  slot: string
  /** The policy lets it be caught up, once. */
  catchUp: boolean
  at: string
}>

export const missedMessage = (voice: Voice, { policy, slot, catchUp, at }: MissedSlot): Message =>
  messageOf(voice, {
    policy,
    verdict: 'MISSED',
    tone: 'bad',
    what: `the run planned for ${voice.instant(slot)} did not start`,
    means: `Nothing is lost: nobody was moved, and who was due stays active. ${
      catchUp
        ? 'It is caught up once, as the policy asks.'
        : 'The policy does not catch it up; the next planned run takes them.'
    }`,
    next: ['mothball history', 'mothball doctor', 'mothball run'],
    at,
  })

/** Everything that was open is over. */
export function recoveredMessage(voice: Voice, run: RunRecord, over: readonly OpenIncident[]): Message {
  const since = over.map(({ toldAt }) => toldAt).toSorted()[0] ?? run.startedAt
  return messageOf(voice, {
    policy: run.policy,
    verdict: 'RECOVERED',
    tone: 'good',
    what: `run ${run.run} went well: ${voice.count(run.archived)} archived, ${voice.count(run.failed)} failed`,
    means: `It lasted ${voice.between(since, run.endedAt ?? run.startedAt)}, since ${voice.instant(since)}.`,
    next: [`mothball history ${run.run}`],
    at: voice.instant(run.endedAt ?? run.startedAt),
    sections: [
      facts(
        'Over',
        over.map(({ incident, repeats }) => [
          INCIDENT_WORDS[incident],
          repeats === 0 ? 'once' : `${voice.count(repeats + 1)} times`,
          'good',
        ]),
      ),
    ],
  })
}
