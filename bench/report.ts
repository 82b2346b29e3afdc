/** What was measured, as lines of a table with their bars, and as JSON. */
import { cpus, totalmem } from 'node:os'
import { styleText } from 'node:util'
import type { Spread } from './interleave.ts'

export type Unit = 'x' | 'ms per 1,000' | 'ms' | 'MB' | '%' | 'us' | 'actions'

export type Line = Readonly<{
  /** What was measured, with what it is compared to. */
  measure: string
  spread: Spread
  unit: Unit
  /** Null for a figure that is only told. */
  bar: Readonly<{ limit: number; kind: 'at most' | 'at least' }> | null
}>

/** Where the time of a contender goes, by kind of statement, over all rounds. */
export type Breakdown = Readonly<{ title: string; shares: readonly Share[] }>

/** `ms` per 1,000 moved subjects; `count` of statements in all rounds. */
export type Share = Readonly<{ kind: string; count: number; ms: number }>

/** `facts` goes into the JSON only. */
export type Report = Readonly<{
  lines: readonly Line[]
  breakdowns?: readonly Breakdown[]
  facts: Readonly<Record<string, unknown>>
}>

export const atMost = (limit: number): Line['bar'] => ({ limit, kind: 'at most' })
export const atLeast = (limit: number): Line['bar'] => ({ limit, kind: 'at least' })

/** One value that was measured once. */
export const single = (value: number): Spread => ({ median: value, low: value, high: value })

/** Null where there is no bar. */
export function passes({ spread, bar }: Line): boolean | null {
  if (bar === null) return null
  return bar.kind === 'at most' ? spread.median <= bar.limit : spread.median >= bar.limit
}

/** One table over all scenarios. */
export function printReports(reports: ReadonlyMap<string, Report>): void {
  const lines = [...reports].flatMap(([name, report]) => report.lines.map((line) => ({ name, line })))
  const [head = '', ...rows] = drawTable([HEAD, ...lines.map(({ name, line }) => [name, ...cells(line)])], LEFT)
  console.log(styleText('dim', head))
  for (const [index, { line }] of lines.entries()) {
    const passed = passes(line)
    const text = rows[index] ?? ''
    console.log(passed === null ? text : styleText(passed ? 'green' : 'red', text))
  }
}

export function printBreakdown({ title, shares }: Breakdown): void {
  const total = shares.reduce((sum, { ms }) => sum + ms, 0)
  const rows = shares.map(({ kind, count, ms }) => [
    kind,
    `${count}`,
    figure(ms),
    `${((100 * ms) / total).toFixed(1)} %`,
  ])
  const [head = '', ...body] = drawTable([['', 'statements', 'ms per 1,000', 'share'], ...rows], new Set([0]))
  console.log(`\n${title}\n${styleText('dim', head)}\n${body.join('\n')}`)
}

/** Columns as wide as their widest cell; those in `left` begin at their left edge. */
function drawTable(rows: readonly (readonly string[])[], left: ReadonlySet<number>): readonly string[] {
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0))
  return rows.map((row) =>
    row
      .map((cell, column) => (left.has(column) ? cell.padEnd(width(column)) : cell.padStart(width(column))))
      .join('  ')
      .trimEnd(),
  )
}

const HEAD = ['scenario', 'measure', 'median', 'lowest', 'highest', 'unit', 'bar', '']
const LEFT = new Set([0, 1, 5, 6, 7])

function cells(line: Line): readonly string[] {
  const { measure, spread, unit, bar } = line
  const passed = passes(line)
  return [
    measure,
    figure(spread.median),
    figure(spread.low),
    figure(spread.high),
    unit,
    bar === null ? '' : `${bar.kind === 'at most' ? '≤' : '≥'} ${bar.limit}`,
    passed === null ? '' : passed ? 'pass' : 'MISSED',
  ]
}

const figure = (value: number): string => value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)

/** The machine goes in, for an absolute time belongs to it; nothing that names it does. */
export const reportJson = (reports: ReadonlyMap<string, Report>, run: Readonly<Record<string, unknown>>): string =>
  `${JSON.stringify(
    {
      version: 1,
      measuredAt: new Date().toISOString(),
      machine: {
        cores: cpus().length,
        processor: cpus()[0]?.model.trim() ?? '',
        memoryGb: Math.round(totalmem() / 2 ** 30),
        node: process.version,
      },
      ...run,
      scenarios: Object.fromEntries(
        [...reports].map(([name, report]) => [
          name,
          { ...report, lines: report.lines.map((line) => ({ ...line, passed: passes(line) })) },
        ]),
      ),
    },
    null,
    2,
  )}\n`
