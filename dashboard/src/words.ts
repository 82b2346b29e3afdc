/**
 * Numbers, times and states as people read them: en-ZA, and every time in one zone that is named. PostgreSQL's texts
 * come in, words go out; nothing else in the dashboard formats anything.
 */

import { STOP_REASONS } from '../../src/core/run.ts'
import { SLOT_STATES } from '../../src/core/slot.ts'
import type { Run } from './api/contract.ts'

const LOCALE = 'en-ZA'
const NOTHING = '–'

const whole = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 })
const tenth = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 1 })
const hundredth = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 2 })

export const count = (value: number | null | undefined): string => (value == null ? NOTHING : whole.format(value))
export const decimal = (value: number | null | undefined): string => (value == null ? NOTHING : tenth.format(value))
export const percent = (share: number | null | undefined): string =>
  share == null ? NOTHING : `${hundredth.format(share * 100)} %`

export function duration(milliseconds: number | null | undefined): string {
  if (milliseconds == null) return NOTHING
  if (milliseconds < 1000) return `${whole.format(milliseconds)} ms`
  if (milliseconds < 60_000) return `${tenth.format(milliseconds / 1000)} s`
  const minutes = Math.floor(milliseconds / 60_000)
  return minutes < 60
    ? `${minutes} min ${Math.round((milliseconds % 60_000) / 1000)} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

export function bytes(value: number | null | undefined): string {
  if (value == null) return NOTHING
  const steps = ['B', 'kB', 'MB', 'GB', 'TB']
  const step = value < 1 ? 0 : Math.min(steps.length - 1, Math.floor(Math.log(value) / Math.log(1024)))
  return `${tenth.format(value / 1024 ** step)} ${steps[step]}`
}

/** `2026-09-24 01:46:39.941576+00` -> milliseconds. */
export const instantOf = (text: string): number => Date.parse(text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00'))

export type Times = Readonly<{
  zone: string
  /** `26 Nov 2026, 02:00 SAST` */
  at(text: string | null | undefined): string
  /** Without its zone, for tables whose head names it. */
  short(text: string | null | undefined): string
  day(text: string | null | undefined): string
}>

export function timesIn(zone: string): Times {
  const parts = { day: 'numeric', month: 'short', year: 'numeric', timeZone: zone } as const
  const clock = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const
  const long = new Intl.DateTimeFormat(LOCALE, { ...parts, ...clock, timeZoneName: 'short' })
  const short = new Intl.DateTimeFormat(LOCALE, { ...parts, ...clock })
  const day = new Intl.DateTimeFormat(LOCALE, parts)
  const by = (format: Intl.DateTimeFormat) => (text: string | null | undefined) =>
    text == null || Number.isNaN(instantOf(text)) ? NOTHING : format.format(instantOf(text))
  return { zone, at: by(long), short: by(short), day: by(day) }
}

/** The server's sentences carry exact texts in UTC. */
export const withTimes = (sentence: string, times: Times): string =>
  sentence.replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?\+\d\d/g, (text) => times.at(text))

const dayOfMonth = new Intl.DateTimeFormat(LOCALE, { day: 'numeric', month: 'short', timeZone: 'UTC' })

/** `2026-10-28` -> `28 Oct`: a day that is already one of the zone. */
export const dayWords = (day: string): string => dayOfMonth.format(Date.parse(day))

export type Tone = 'good' | 'warning' | 'bad' | 'plain'

export const STATUS: Readonly<Record<Run['status'], Readonly<{ word: string; tone: Tone; mark: string }>>> = {
  running: { word: 'running', tone: 'plain', mark: '▶' },
  paused: { word: 'paused', tone: 'warning', mark: '‖' },
  success: { word: 'success', tone: 'good', mark: '✓' },
  partial: { word: 'partial', tone: 'warning', mark: '!' },
  failed: { word: 'failed', tone: 'bad', mark: '✕' },
}

const has = <T extends object>(table: T, key: string): key is Extract<keyof T, string> => Object.hasOwn(table, key)

export const stopWords = (reason: string | null): string =>
  reason === null ? NOTHING : has(STOP_REASONS, reason) ? STOP_REASONS[reason] : reason

export const slotWords = (state: keyof typeof SLOT_STATES): string => SLOT_STATES[state]

export const plural = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : many}`

/** `nic_cc_call_log` -> `call log`: what stands before is the same for all tables of a policy. */
export const tableWords = (name: string): string => name.replace(/^nic_cc_/, '').replaceAll('_', ' ')
export const ruleWords = (name: string): string => name.replaceAll('_', ' ')
