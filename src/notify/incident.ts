/**
 * When people are told: at the first sign that something is wrong, again only when it gets worse or becomes something
 * else, and once when it is over. Pure.
 */

import type { Incident, NoticeKind, OpenIncident } from '../core/notice.ts'
import type { RunStatus } from '../core/run.ts'

/** `open`: tell it. `repeat`: count it. `instead`: tell it, in the place of what was open. */
export type Step = 'open' | 'repeat' | 'instead'

const WEIGHT: Readonly<Partial<Record<NoticeKind, number>>> = { partial: 1, failed: 2 }

export function stepOf(open: OpenIncident | undefined, kind: NoticeKind): Step {
  if (open === undefined) return 'open'
  if (open.kind === kind) return 'repeat'
  const [was, is] = [WEIGHT[open.kind], WEIGHT[kind]]
  // Failed, and then no more than partial, is no news: it is not over.
  return was !== undefined && is !== undefined && is < was ? 'repeat' : 'instead'
}

/** What a run that has ended puts an end to: after one that went well nothing of the policy is open. */
export const endedBy = (status: RunStatus, open: readonly OpenIncident[]): readonly OpenIncident[] =>
  open.filter(({ incident }) => status === 'success' || incident !== 'run')

/** Errors that a person has to answer with a number, and those that speak of the tables' shape. */
const REFUSALS: Readonly<Record<string, NoticeKind>> = {
  guard_exceeded: 'guard',
  confirm_mismatch: 'guard',
  plan_refused: 'drift',
  shapes_changed: 'drift',
}

/** Nothing is wrong where a run does not begin because another one goes on, or because it is not its hour. */
const NO_INCIDENT = ['already_running', 'slot_taken', 'outside_window', 'policy_paused']

/** Null: nobody needs to be told. */
export const refusalKind = (code: string): NoticeKind | null =>
  NO_INCIDENT.includes(code) ? null : (REFUSALS[code] ?? 'refused')

export const INCIDENT_WORDS: Readonly<Record<Incident, string>> = {
  run: 'runs that did not archive everyone they should have',
  refused: 'runs that did not begin',
  missed: 'a planned run that did not start',
}
