/** A table that can be read, scrolled by keyboard where it is too wide, and taken away as CSV. */
import { Button } from '@mantine/core'
import type { ReactNode } from 'react'
import { csvOf, saveAs } from '../csv.ts'

export type Column<Row> = Readonly<{
  name: string
  cell: (row: Row) => ReactNode
  /** Numbers stand at the right. */
  number?: boolean
  /** A time, a name: stays on one line where the table is narrow. */
  line?: boolean
  /** Somebody's words: wide enough to be read where the table is narrow. */
  words?: boolean
}>

type RowsProps<Row> = Readonly<{
  label: string
  columns: readonly Column<Row>[]
  rows: readonly Row[]
  keyOf: (row: Row) => string | number
}>

export function Rows<Row>({ label, columns, rows, keyOf }: RowsProps<Row>) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has no mouse must be able to scroll it
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for what is filled in
    <div className="scroll" role="group" tabIndex={0} aria-label={label}>
      <table className="rows">
        <thead>
          <tr>
            {columns.map(({ name, number }) => (
              <th key={name} scope="col" className={number ? 'number' : undefined}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map(({ name, cell, ...form }) => (
                <td key={name} className={formOf(form)}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

const formOf = ({ number, line, words }: Omit<Column<never>, 'name' | 'cell'>): string | undefined =>
  number ? 'number' : line ? 'line' : words ? 'words' : undefined

type TakeProps<Row> = Readonly<{ name: string; rows: readonly Row[] }>

/** What was read, as files: every field as it came. */
export const Take = <Row extends object>({ name, rows }: TakeProps<Row>) => (
  <div className="actions">
    <Button
      variant="default"
      disabled={rows.length === 0}
      onClick={() => saveAs(`${name}.csv`, csvOf(rows), 'text/csv')}
    >
      CSV
    </Button>
    <Button
      variant="default"
      disabled={rows.length === 0}
      onClick={() => saveAs(`${name}.json`, JSON.stringify(rows, null, 2), 'application/json')}
    >
      JSON
    </Button>
  </div>
)
