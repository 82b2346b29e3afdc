/** Instants as PostgreSQL prints them in UTC, and the calendar days of a zone that they fall on. Pure. */

/** Milliseconds since 1970 of `2026-11-23 02:00:00.5+00`; null for infinities and years that Date does not know. */
export function epochOf(text: string): number | null {
  // Date wants a T, and minutes in the offset.
  const time = Date.parse(text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00'))
  return Number.isNaN(time) ? null : time
}

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
