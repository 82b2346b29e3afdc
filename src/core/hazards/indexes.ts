/** Each reference that a batch or a rule follows needs an index on the child's columns: without, each batch reads the whole table. */
import { type Family, type FamilyTable, type Link, parentOf } from '../family.ts'
import type { Finding, Findings } from '../finding.ts'
import { tableText } from '../names.ts'
import { isIndexed } from '../table.ts'
import { type HazardInput, warn } from './hazard.ts'
import { namesText, tableNameText } from './statement.ts'

export const indexHazards = ({ family }: HazardInput): Findings =>
  warn(
    family.tables.flatMap((table) =>
      table.links
        .filter((link) => table.shape.kind === 'r' && !isIndexed(table.shape, link.columns))
        .map((link) => missingIndex(family, table, link)),
    ),
  )

function missingIndex(family: Family, { shape }: FamilyTable, link: Link): Finding {
  const name = tableText(shape.name)
  return {
    code: 'missing_index',
    object: `${name}.${link.columns.join(', ')}`,
    message: `${name} has no index on (${link.columns.join(', ')}), by which its rows are found for ${tableText(parentOf(family, link).shape.name)}`,
    hint: `Run \`create index concurrently on ${tableNameText(shape.name)} (${namesText(link.columns)});\`.`,
  }
}
