/** Days as a chart, drawn by uPlot, which is loaded when there is something to draw. The same as a table for who wants it. */
import { useComputedColorScheme } from '@mantine/core'
import { useEffect, useRef } from 'react'
import type uPlot from 'uplot'
import { dayWords } from '../words.ts'

export type Line = Readonly<{
  name: string
  values: readonly (number | null)[]
  /** A CSS variable. */
  color: string
  kind: 'bars' | 'line'
}>

type ChartProps = Readonly<{ label: string; days: readonly string[]; lines: readonly Line[]; unit?: string }>

const HEIGHT = 190
/** Of the days below it; as much as a line of small text needs. */
const AXIS = 26

export function DayChart({ label, days, lines, unit = '' }: ChartProps) {
  const place = useRef<HTMLDivElement>(null)
  const scheme = useComputedColorScheme()
  // biome-ignore lint/correctness/useExhaustiveDependencies: its colours are those of the scheme
  useEffect(() => {
    const target = place.current
    if (target === null) return
    let plot: uPlot | null = null
    let gone = false
    const watch = new ResizeObserver(() => plot?.setSize({ width: target.clientWidth, height: HEIGHT }))
    void import('uplot').then(({ default: Plot }) => {
      if (gone) return
      const data: uPlot.AlignedData = [days.map((_day, at) => at), ...lines.map(({ values }) => [...values])]
      plot = new Plot(optionsOf(Plot, target.clientWidth, days, lines, unit), data, target)
      watch.observe(target)
    })
    return () => {
      gone = true
      watch.disconnect()
      plot?.destroy()
    }
  }, [days, lines, unit, scheme])
  return <div ref={place} className="chart" role="img" aria-label={label} />
}

function optionsOf(
  Plot: typeof uPlot,
  width: number,
  days: readonly string[],
  lines: readonly Line[],
  unit: string,
): uPlot.Options {
  const style = getComputedStyle(document.documentElement)
  const color = (name: string) => style.getPropertyValue(name).trim()
  const bars = Plot.paths.bars?.({ size: [0.7, 40] })
  const axis = { stroke: color('--plain'), grid: { stroke: color('--line'), width: 1 }, ticks: { show: false } }
  const dayAt = (at: number) => {
    const day = days[at]
    return day === undefined ? '' : dayWords(day)
  }
  return {
    width,
    height: HEIGHT,
    // Its own choice fails where the system names no language.
    fmtDate: () => () => '',
    scales: {
      x: { time: false, range: [-0.6, Math.max(0, days.length - 1) + 0.6] },
      y: { range: (_plot, _low, high) => [0, Math.max(1, (high ?? 0) * 1.05)] },
    },
    legend: { show: lines.length > 1, live: false },
    cursor: { show: false },
    axes: [
      { ...axis, grid: { show: false }, size: AXIS, space: 60, values: (_plot, ticks) => ticks.map(dayAt) },
      { ...axis, size: 60, values: (_plot, ticks) => ticks.map((tick) => `${tick.toLocaleString('en-ZA')}${unit}`) },
    ],
    series: [
      { label: 'day' },
      ...lines.map((line) => ({
        label: line.name,
        stroke: color(line.color),
        width: line.kind === 'bars' ? 0 : 2,
        spanGaps: true,
        points: { show: line.kind === 'line' && days.length < 15 },
        ...(line.kind === 'bars' ? { fill: color(line.color), ...(bars === undefined ? {} : { paths: bars }) } : {}),
      })),
    ],
  }
}
