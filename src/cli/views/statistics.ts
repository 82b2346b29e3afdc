/** Statistics as a person reads them: sums first, then the days as a line of bars, then what the probes say. */

import { bytes, milliseconds, sparkline } from '../../core/figures.ts'
import type { ProbeNight, Statistics } from '../../core/statistics.ts'
import { count, counted, duration, percent, wrap } from '../format.ts'
import { tableLines } from '../table.ts'
import type { View } from './findings.ts'

export function statisticsLines(told: Statistics, view: View): readonly string[] {
  const { policy, from, to, zone, days, period, totals, growth, forecast, archivedPerDay, errorRate } = told
  const { width, style } = view
  return [
    ...wrap('', [`${style.strong(policy)}  ${from} to ${to}`, counted(days.length, 'day'), `days of ${zone}`], width),
    ...wrap(
      '  ',
      [
        `${count(period.archived)} archived`,
        `${count(period.failures)} failed`,
        `${count(period.restored)} came home`,
        `errors ${errorRate === null ? '-' : percent(errorRate)}`,
        archivedPerDay === null ? 'no complete day yet' : `${count(Math.round(archivedPerDay))} a day`,
      ],
      width,
    ),
    ...wrap(
      '  ',
      [
        `${counted(period.runs, 'run')}: ${count(period.succeeded)} success`,
        `${count(period.partial)} partial`,
        `${count(period.failed)} failed`,
        ...durationItems(told),
      ],
      width,
    ),
    ...barLines(told, width).map((line) => `  ${line}`),
    ...wrap(
      '  in all: ',
      [
        `${count(totals.archived)} archived`,
        `${count(totals.restored)} came home`,
        `${count(totals.quarantined)} in quarantine`,
        `${count(totals.holds)} on hold`,
      ],
      width,
    ),
    ...(growth.archive === null
      ? []
      : [`  archive tables: ${bytes(growth.archive.first.tableBytes)} to ${bytes(growth.archive.last.tableBytes)}`]),
    ...(growth.active === null
      ? []
      : [`  active tables:  ${bytes(growth.active.first.tableBytes)} to ${bytes(growth.active.last.tableBytes)}`]),
    ...(forecast === null
      ? []
      : [`  at this pace: ${count(forecast.in30Days)} more in 30 days, ${count(forecast.in365Days)} in a year`]),
    ...probeLines(told.probes, view),
  ]
}

const durationItems = ({ duration: { lastMs, medianMs } }: Statistics): readonly string[] =>
  lastMs === null ? [] : [`last ${duration(lastMs)}${medianMs === null ? '' : ` (median ${duration(medianMs)})`}`]

/** One character a day, the newest at the right; the oldest are left out where the line is too short. */
function barLines({ days }: Statistics, width: number): readonly string[] {
  const shown = days.slice(-Math.min(days.length, Math.max(20, Math.min(width - 4, 120))))
  const most = Math.max(0, ...shown.map(({ archived }) => archived))
  if (most === 0) return []
  return [
    sparkline(shown.map(({ archived }) => archived)),
    `${shown[0]?.day} to ${shown.at(-1)?.day}, at most ${count(most)} a day`,
  ]
}

const COLUMNS = [
  { name: 'probe' },
  { name: 'day' },
  { name: 'p50 before', align: 'right' },
  { name: 'after', align: 'right' },
  { name: 'p95 before', align: 'right' },
  { name: 'after', align: 'right' },
] as const

/** The first and the last night of each. */
function probeLines(probes: readonly ProbeNight[], view: View): readonly string[] {
  const rows = [...new Set(probes.map(({ probe }) => probe))].flatMap((probe) => {
    const own = probes.filter((each) => each.probe === probe)
    const days = [...new Set([own[0]?.day, own.at(-1)?.day])].filter((day) => day !== undefined)
    return days.map((day) => {
      const of = (phase: ProbeNight['phase'], which: 'p50Ms' | 'p95Ms') => {
        const night = own.find((each) => each.day === day && each.phase === phase)
        return night === undefined ? '' : milliseconds(night[which])
      }
      return [probe, day, of('before', 'p50Ms'), of('after', 'p50Ms'), of('before', 'p95Ms'), of('after', 'p95Ms')]
    })
  })
  return rows.length === 0 ? [] : tableLines(COLUMNS, rows, view)
}
