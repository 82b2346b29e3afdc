/** Numbers, times and lists as people read them. Pure: width and zone are given, colour takes no room. */
import { stripVTControlCharacters } from 'node:util'

const COUNT = new Intl.NumberFormat('en-GB')

/** `58,284`. */
export const count = (value: number): string => COUNT.format(value)

/** `1 customer`, `2 customers`. */
export const counted = (value: number, noun: string, plural = `${noun}s`): string =>
  `${count(value)} ${value === 1 ? noun : plural}`

/** `73 %`; a share that is not nothing is never shown as 0. */
export function percent(share: number): string {
  const whole = Math.round(share * 100)
  if (whole === 0 && share > 0) return '< 1 %'
  return whole === 100 && share < 1 ? '> 99 %' : `${whole} %`
}

/** `0.8 s`, `12 s`, `3 min 20 s`, `2 h 5 min`. */
export function duration(milliseconds: number): string {
  const seconds = milliseconds / 1000
  if (seconds < 0.095) return `${Math.max(0, Math.round(milliseconds))} ms`
  if (seconds < 9.95) return `${seconds.toFixed(1).replace(/\.0$/, '')} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  const minutes = Math.round(seconds / 60)
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** A server's instant (`2026-09-23 00:00:00.5+00`) in a zone, which is named: `2026-09-23 02:00 Africa/Johannesburg`. */
export function instant(text: string, zone: string): string {
  const time = Date.parse(text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00'))
  // Infinity, or a year that JavaScript has no date for.
  if (Number.isNaN(time)) return text
  const [shown, name] = zoneFormat(zone)
  const part = Object.fromEntries(shown.formatToParts(time).map(({ type, value }) => [type, value]))
  return `${part['year']}-${part['month']}-${part['day']} ${part['hour']}:${part['minute']} ${name}`
}

/** A zone that PostgreSQL knows and JavaScript does not is shown as UTC, and says so. */
function zoneFormat(zone: string): readonly [Intl.DateTimeFormat, string] {
  const parts = { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' } as const
  try {
    return [new Intl.DateTimeFormat('en-GB', { ...parts, hourCycle: 'h23', timeZone: zone }), shortName(zone)]
  } catch {
    return [new Intl.DateTimeFormat('en-GB', { ...parts, hourCycle: 'h23', timeZone: 'UTC' }), 'UTC']
  }
}

const shortName = (zone: string): string => (['Etc/UTC', 'Etc/UCT', 'UCT', 'Zulu'].includes(zone) ? 'UTC' : zone)

/** Columns that a text takes, its colours left out. */
export const visibleWidth = (text: string): number => stripVTControlCharacters(text).length

/** Items with ` · ` between them, broken before an item that would pass `width`; later lines are indented. */
export function wrap(
  lead: string,
  items: readonly string[],
  width: number,
  separator = ' · ',
  indent = ' '.repeat(Math.min(4, lead.length - lead.trimStart().length + 2)),
): readonly string[] {
  const lines: string[] = []
  // A line that goes on ends in the separator, so that nobody takes the next one for something new.
  const trail = separator.trimEnd()
  let line = lead
  let isFresh = true
  for (const [index, item] of items.entries()) {
    const room = index === items.length - 1 ? width : width - trail.length
    const joined = isFresh ? `${line}${item}` : `${line}${separator}${item}`
    if (!isFresh && visibleWidth(joined) > room) {
      lines.push(`${line}${trail}`)
      line = `${indent}${item}`
    } else line = joined
    isFresh = false
  }
  return [...lines, line]
}

/** Words broken before one that would pass `width`; a word that is longer stays whole, so that it can be copied. */
export const fold = (text: string, width: number, indent = ''): readonly string[] =>
  text.split('\n').flatMap((line) => wrap(indent, line.split(' '), width, ' '))

/** A text after its lead; later lines hang below the text, or where that would leave it no room, four columns in. */
export function hang(lead: string, text: string, width: number): readonly string[] {
  const room = width - visibleWidth(lead)
  return wrap(lead, text.split(' '), width, ' ', ' '.repeat(room < MIN_ROOM ? 4 : visibleWidth(lead)))
}

const MIN_ROOM = 30

/** `nic_cc_call_log 41,207`, the largest first; those without any are left out. */
export const namedCounts = (counts: Readonly<Record<string, number>>): readonly string[] =>
  Object.entries(counts)
    .filter(([, value]) => value > 0)
    .toSorted(([, a], [, b]) => b - a)
    .map(([name, value]) => `${name} ${count(value)}`)

export const sumOf = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, value) => sum + value, 0)
