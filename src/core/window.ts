/** The hours of the day in which batches may start. Pure: the moment is given, the zone is the window's own. */
import { epochOf } from './instant.ts'
import type { Window } from './policy.ts'

/** `moment` is PostgreSQL's text of an instant in UTC; so many milliseconds have passed since.
 * True from `from` (inclusive) to `to` (exclusive) in the window's zone; `to` before `from` crosses midnight. */
export function isInWindow({ from, to, zone }: Window, moment: string, elapsedMs = 0): boolean {
  const at = clockIn(zone, (epochOf(moment) ?? Number.NaN) + elapsedMs)
  return from <= to ? at >= from && at < to : at >= from || at < to
}

export const windowText = ({ from, to, zone }: Window): string => `${from} to ${to} ${zone}`

/** `HH:MM` on a wall clock of the zone. */
function clockIn(zone: string, epochMs: number): string {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  return format.format(new Date(epochMs))
}
