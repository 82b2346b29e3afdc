/** Figures and times as people read them, in every door alike. Pure: the zone is given. */
import { epochOf } from './instant.ts'

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
  const time = epochOf(text)
  if (time === null) return text
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

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'] as const

/** `104 MB`, `1.2 GB`; a KB is 1024 bytes. */
export function bytes(value: number): string {
  const power = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, value)) / 10)))
  const shown = value / 1024 ** power
  return `${shown < 10 && power > 0 ? shown.toFixed(1) : COUNT.format(Math.round(shown))} ${UNITS[power]}`
}

/** `9.4 ms`, `140 ms`, `1.2 s`: queries are quicker than people. */
export const milliseconds = (value: number): string =>
  value < 1000 ? `${value < 10 ? value.toFixed(1) : Math.round(value)} ms` : duration(value)

const STEPS = [...'▁▂▃▄▅▆▇█']

/** One character a value; nothing is a dot, so that it is not taken for a small one. */
export function sparkline(values: readonly number[]): string {
  const most = Math.max(1, ...values)
  return values.map((value) => (value <= 0 ? '·' : (STEPS[Math.min(7, Math.floor((value / most) * 8))] ?? ''))).join('')
}
