/**
 * A table whose rows are locked or moved needs a primary key: rows are known, locked and deleted by it alone. A column of
 * arrays cannot be part of it, since keys travel as one array for each column, and arrays of arrays are flattened.
 */
import type { Finding, Findings } from '../finding.ts'
import { lockedTables } from '../locked-tables.ts'
import { tableText } from '../names.ts'
import { type Column, columnOf, type TableShape } from '../table.ts'
import { type HazardInput, refuse } from './hazard.ts'
import { namesText, tableNameText } from './statement.ts'

export function keyHazards({ policy, family }: HazardInput): Findings {
  const shapes = lockedTables(policy, family).map(({ shape }) => shape)
  return refuse([
    ...shapes.filter(({ kind, key }) => kind === 'r' && key.length === 0).map(noKey),
    ...shapes.flatMap((shape) => shape.key.filter((name) => isArray(columnOf(shape, name))).map(arrayKey(shape))),
  ])
}

const isArray = (column: Column | undefined): boolean => column?.baseType.endsWith('[]') ?? false

const arrayKey =
  (shape: TableShape) =>
  (name: string): Finding => ({
    code: 'array_key',
    object: tableText(shape.name),
    message: `column ${name} of the primary key of ${tableText(shape.name)} holds arrays, which are no keys here`,
    hint: 'Give the table a primary key of plain values, such as a number or a uuid, and keep the arrays unique by an index.',
  })

function noKey(shape: TableShape): Finding {
  const name = tableText(shape.name)
  return {
    code: 'no_key',
    object: name,
    message: `${name} has no primary key, so its rows cannot be told apart`,
    hint: `Give it one: \`alter table ${tableNameText(shape.name)} add primary key ${keyCandidate(shape)};\`.`,
  }
}

/** A unique index over columns that are never null could be the key at once. */
function keyCandidate(shape: TableShape): string {
  const columns = shape.indexes.find(
    ({ unique, valid, partial, columns }) =>
      unique && valid && !partial && columns?.every((name) => columnOf(shape, name)?.notNull === true),
  )?.columns
  if (columns) return `(${namesText(columns)})`
  return columnOf(shape, 'id') === undefined ? '(<columns>)' : '(id)'
}
