/** Messages about a policy that is another one than before, or that somebody paused or let go live. Pure. */
import { facts, inert, type Message } from '../core/message.ts'
import { STAGES, type Stage } from '../core/schedule.ts'
import { messageOf } from './alert-message.ts'
import type { Voice } from './voice.ts'

export type PolicyChange = Readonly<{
  policy: string
  run: number
  from: string
  to: string
  changes: readonly string[]
  at: string
}>

export const policyChangedMessage = (voice: Voice, { policy, run, from, to, changes, at }: PolicyChange): Message =>
  messageOf(voice, {
    policy,
    verdict: 'POLICY CHANGED',
    tone: 'warning',
    what: `run ${run} obeyed another version of the policy than the run before it`,
    means: 'If you do not know of this change, pause the policy and look at the plan before the next run.',
    next: ['mothball config', 'mothball plan', `mothball history ${run}`],
    at,
    sections: [
      { kind: 'list', title: 'What changed', items: changes.slice(0, 15).map((each) => inert(each)) },
      facts('Versions', [
        ['before', from],
        ['now', to],
      ]),
    ],
  })

export type StageChange = Readonly<{ from: Stage; to: Stage; actor: string }>

export const stageMessage = (
  voice: Voice,
  { policy, from, to, actor, at }: StageChange & Readonly<{ policy: string; at: string }>,
): Message =>
  messageOf(voice, {
    policy,
    verdict: 'POLICY CHANGED',
    tone: to === 'live' ? 'plain' : 'warning',
    what: `it went from ${from} to ${to}`,
    means: `From now on ${STAGES[to]}. Why stands in the audit log.`,
    next: ['mothball audit list', 'mothball plan'],
    at,
    sections: [facts('The change', [['by', actor]])],
  })
