/** Instants as PostgreSQL prints them in UTC, and the calendar days of a zone that they fall on. Pure. */

/** Milliseconds since 1970 of `2026-11-23 02:00:00.5+00`; null for infinities and years that Date does not know. */
export function epochOf(text: string): number | null {
  // Date wants a T, and minutes in the offset.
  const time = Date.parse(text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00'))
  return Number.isNaN(time) ? null : time
}

const MICROSECONDS_PER_DAY = 86_400_000_000

/** Microseconds since 1970 of PostgreSQL's text of a finite instant in UTC. Throws RangeError for any other text. */
export function microsecondsOf(text: string): bigint {
  const [, second, fraction = ''] = /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?:\.(\d{1,6}))?\+00$/.exec(text) ?? []
  if (second === undefined) throw new RangeError(`no instant in UTC: ${text}`)
  return BigInt(Date.parse(`${second.replace(' ', 'T')}Z`)) * 1000n + BigInt(fraction.padEnd(6, '0'))
}

/**
 * `moment` less so many days of 24 hours, whatever a zone's clocks do; more, where they are less than 0. To the
 * microsecond, as PostgreSQL's `moment - make_interval(secs => days * 86400)` has it.
 */
export const daysBefore = (moment: string, days: number): bigint =>
  microsecondsOf(moment) - BigInt(Math.round(days * MICROSECONDS_PER_DAY))

/** The text of so many microseconds since 1970, as PostgreSQL prints it: `2026-11-23 02:00:00.5+00`. */
export function instantText(microseconds: bigint): string {
  const milliseconds = dividedDown(microseconds, 1000n)
  const text = new Date(Number(milliseconds)).toISOString()
  const behind = String(microseconds - milliseconds * 1000n).padStart(3, '0')
  const fraction = `${text.slice(20, 23)}${behind}`.replace(/0+$/, '')
  return `${text.slice(0, 10)} ${text.slice(11, 19)}${fraction === '' ? '' : `.${fraction}`}+00`
}

/** The largest whole number that is not above `dividend / divisor`; BigInt's own division cuts towards zero. */
export const dividedDown = (dividend: bigint, divisor: bigint): bigint =>
  (dividend - (((dividend % divisor) + divisor) % divisor)) / divisor

/** `2026-11-23`, as a calendar of some zone has it. */
export type Day = string

const MS_PER_DAY = 86_400_000

export const addDays = (day: Day, days: number): Day =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * MS_PER_DAY).toISOString().slice(0, 10)

/** Every day from `first` to `last`, both included; empty where `last` comes before. */
export function daysFrom(first: Day, last: Day): readonly Day[] {
  const count = Math.round((Date.parse(`${last}T00:00:00Z`) - Date.parse(`${first}T00:00:00Z`)) / MS_PER_DAY) + 1
  return Array.from({ length: Math.max(0, count) }, (_, at) => addDays(first, at))
}
