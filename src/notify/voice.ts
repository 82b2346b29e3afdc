/** How a configuration speaks: figures in its locale, times in one zone, which is named with them. Pure. */
import { bytes, duration, instant, milliseconds, percent } from '../core/figures.ts'
import { type Day, epochOf } from '../core/instant.ts'
import type { NotifyConfig } from '../core/notify-schema.ts'

export type Voice = Readonly<{
  /** Goes before every subject: `[TRIAL] `; else empty. */
  prefix: string
  link: string | null
  zone: string
  count(value: number): string
  /** `+73`, `-12`, `0`. */
  signed(value: number): string
  percent(share: number | null): string
  bytes(value: number): string
  duration(milliseconds: number): string
  /** Probes are quicker than people. */
  milliseconds(value: number): string
  instant(text: string): string
  /** `Tue 24 Nov`. */
  day(day: Day): string
  /** `3 h`, between two instants. */
  between(from: string, to: string): string
}>

export function voiceOf(config: Pick<NotifyConfig, 'locale' | 'title' | 'link'>, zone: string): Voice {
  const number = new Intl.NumberFormat(config.locale)
  const signed = new Intl.NumberFormat(config.locale, { signDisplay: 'exceptZero' })
  const fine = new Intl.NumberFormat(config.locale, { maximumSignificantDigits: 2 })
  const date = new Intl.DateTimeFormat(config.locale, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    timeZone: 'UTC',
  })
  return {
    prefix: config.title === null ? '' : `[${config.title}] `,
    link: config.link,
    zone,
    count: (value) => number.format(Math.round(value)),
    signed: (value) => signed.format(Math.round(value)),
    percent: (share) =>
      share === null ? '-' : share > 0 && share < 0.01 ? `${fine.format(share * 100)} %` : percent(share),
    bytes,
    duration,
    milliseconds,
    instant: (text) => instant(text, zone),
    day: (day) => date.format(new Date(`${day}T00:00:00Z`)),
    between: (from, to) => duration(Math.max(0, (epochOf(to) ?? 0) - (epochOf(from) ?? 0))),
  }
}
