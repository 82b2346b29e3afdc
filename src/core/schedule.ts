/**
 * The planned times of a policy: a cron rule on the wall clock of an IANA zone. Right over daylight saving, as cron's
 * users know it: a fixed time (02:30) comes once a day, also where that minute does not exist (then the gap's length
 * later) or exists twice (then the first); an hour of `*` goes by the time that passes. Pure: now is given.
 */
import { CronExpressionParser } from 'cron-parser'

/** What the schedule does. `shadow`: dry runs; `live`: runs; `paused`: its slots are skipped. */
export const STAGES = {
  shadow: 'its schedule makes dry runs',
  live: 'its schedule moves rows',
  paused: 'nothing starts until somebody resumes it',
} as const

export type Stage = keyof typeof STAGES

/** The stage of a policy, and since when. `reason`, `actor` and `since` are null where nobody has set it yet. */
export type StageOfPolicy = Readonly<{
  policy: string
  stage: Stage
  reason: string | null
  actor: string | null
  since: string | null
}>

export type Schedule = Readonly<{
  /** Five fields: minute, hour, day of the month, month, day of the week. */
  cron: string
  zone: string
  /** What becomes of slots that passed while nobody was there: one run for all of them, or none. */
  catchUp: 'once' | 'never'
  /** Stage to begin with; afterwards the journal has it. */
  stage: Stage
}>

type Rule = Pick<Schedule, 'cron' | 'zone'>

/** Of slots that were missed in one go, the newest so many are written down: nobody reads the ten-thousandth. */
export const MOST_SLOTS = 1000

/** Older than that, a slot that nobody has run yet counts as missed. */
export const LATE_AFTER_MS = 10 * 60_000

const DAY_MS = 86_400_000
/** A rule such as 29 February comes again within eight years; one that does not never comes. */
const SEARCHED_DAYS = 366 * 9

/** The problem with a cron rule, or null. */
export function cronProblem(cron: string): string | null {
  const fields = cron.trim().split(/\s+/)
  if (fields.length !== 5) return 'must have five fields: minute, hour, day of the month, month, day of the week'
  // The parser's own extension, which picks a minute by itself: nobody could say when.
  if (fields.some((field) => /(^|,)h/i.test(field))) return 'holds H, which names no time'
  try {
    return nextSlot({ cron, zone: 'UTC' }, Date.UTC(2026, 0, 1)) === null ? 'never comes' : null
  } catch {
    return 'is not a cron rule such as 0 2 * * *'
  }
}

/** Slots after `after` and up to `until`, oldest first; of more than `most` the newest. All in epoch milliseconds. */
export function slotsBetween(rule: Rule, after: number, until: number, most = MOST_SLOTS): readonly number[] {
  const found = new Set<number>()
  // The parser looks strictly before the time it is given, in whole seconds.
  const expression = wallTimes(rule.cron, until + Math.max(...offsetsAround(rule.zone, until)) + 1000)
  const earliest = after + Math.min(...offsetsAround(rule.zone, after))
  while (found.size <= most && expression.hasPrev()) {
    const wall = expression.prev().getTime()
    if (wall < earliest) break
    for (const at of instantsOf(wall, rule)) if (at > after && at <= until) found.add(at)
  }
  return [...found].toSorted((a, b) => a - b).slice(-most)
}

/** The first slot after `after`; null where none comes. */
export function nextSlot(rule: Rule, after: number): number | null {
  const from = after + Math.min(...offsetsAround(rule.zone, after)) - 1000
  const expression = wallTimes(rule.cron, from, after + SEARCHED_DAYS * DAY_MS)
  let first: number | null = null
  while (expression.hasNext()) {
    const wall = expression.next().getTime()
    if (first !== null && wall > first + Math.max(...offsetsAround(rule.zone, first))) break
    // Around a change of the clock a later wall time can be the earlier instant.
    for (const at of instantsOf(wall, rule)) if (at > after && (first === null || at < first)) first = at
  }
  return first
}

/** The wall clock is read as if it were UTC's, where no hour is missing or double; the zone comes afterwards. */
const wallTimes = (cron: string, from: number, until?: number) =>
  CronExpressionParser.parse(cron, {
    currentDate: new Date(from),
    tz: 'UTC',
    ...(until === undefined ? {} : { endDate: new Date(until) }),
  })

/** When a clock of the zone shows `wall`: once, as a rule; twice or never where the clock is changed. */
function instantsOf(wall: number, { cron, zone }: Rule): readonly number[] {
  const before = offsetAt(zone, wall - DAY_MS)
  const after = offsetAt(zone, wall + DAY_MS)
  const shown = [...new Set([wall - before, wall - after])].filter((at) => offsetAt(zone, at) === wall - at)
  const goesByHours = cron.trim().split(/\s+/)[1]?.startsWith('*') ?? false
  if (goesByHours) return shown
  // The clock was put forward over it: it comes as much later as the clock jumped.
  return shown.length === 0 ? [wall - before] : [Math.min(...shown)]
}

/** Every offset that a wall time near `at` may have been read with. */
const offsetsAround = (zone: string, at: number): readonly number[] =>
  [-2, -1, 0, 1, 2].map((days) => offsetAt(zone, at + days * DAY_MS))

/** Milliseconds that the zone's wall clock is ahead of UTC at an instant. */
function offsetAt(zone: string, at: number): number {
  const part = Object.fromEntries(
    formatIn(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  )
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000
}

const formats = new Map<string, Intl.DateTimeFormat>()

/** Making one takes a hundred times as long as using it. */
function formatIn(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known !== undefined) return known
  const field = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' } as const
  const made = new Intl.DateTimeFormat('en-GB', { ...field, second: 'numeric', hourCycle: 'h23', timeZone: zone })
  formats.set(zone, made)
  return made
}
