/** Rows in columns where the terminal is wide enough, and one under the other where it is not. */
import Table from 'cli-table3'
import { visibleWidth } from './format.ts'
import type { Style } from './style.ts'

export type TableColumn = Readonly<{ name: string; align?: 'left' | 'right' }>

const NO_LINES = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
}

export function tableLines(
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  { width, style }: Readonly<{ width: number; style: Style }>,
): readonly string[] {
  const table = new Table({
    head: columns.map(({ name }) => style.faint(name)),
    colAligns: columns.map(({ align = 'left' }) => align),
    chars: NO_LINES,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  })
  table.push(...rows.map((row) => [...row]))
  const lines = table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
  const widest = Math.max(0, ...lines.map((line) => visibleWidth(line)))
  return widest <= width ? lines : stacked(columns, rows, style)
}

const stacked = (columns: readonly TableColumn[], rows: readonly (readonly string[])[], style: Style) =>
  rows.flatMap((row) =>
    columns.flatMap(({ name }, at) =>
      row[at] ? [`${at === 0 ? '' : '  '}${style.faint(`${name}:`)} ${row[at]}`] : [],
    ),
  )
