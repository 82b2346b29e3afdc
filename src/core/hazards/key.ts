/** A table whose rows are locked or moved needs a primary key: rows are known, locked and deleted by it alone. */
import type { Finding, Findings } from '../finding.ts'
import { lockedTables } from '../locked-tables.ts'
import { tableText } from '../names.ts'
import { columnOf, type TableShape } from '../table.ts'
import { type HazardInput, refuse } from './hazard.ts'
import { namesText, tableNameText } from './statement.ts'

export const keyHazards = ({ policy, family }: HazardInput): Findings =>
  refuse(
    lockedTables(policy, family)
      .filter(({ shape }) => shape.kind === 'r' && shape.key.length === 0)
      .map(({ shape }) => noKey(shape)),
  )

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
