/**
 * Row security where its policies apply to us: every statement of a run turns it into an error, so the run is refused
 * before. A user whom they do not apply to (owner, superuser, BYPASSRLS) sees all rows and may go on; an archive table
 * without row security then shows what its source hides.
 */
import { type FamilyTable, movedTables } from '../family.ts'
import { type Finding, type Findings, mergeFindings } from '../finding.ts'
import { lockedTables } from '../locked-tables.ts'
import { tableText } from '../names.ts'
import { shapeOf, type TableShape } from '../table.ts'
import { type HazardInput, refuse, warn } from './hazard.ts'
import { nameText, tableNameText } from './statement.ts'

export function rowSecurityHazards({ policy, family, catalog }: HazardInput): Findings {
  const archives = movedTables(family).flatMap((table) => shapeOf(catalog, table.archive) ?? [])
  const touched = [...lockedTables(policy, family).map(({ shape }) => shape), ...archives]
  return mergeFindings(
    refuse(touched.filter((shape) => shape.rowSecurityActive).map((shape) => active(shape, catalog.server.user))),
    warn(movedTables(family).flatMap((table) => openArchive(table, shapeOf(catalog, table.archive)))),
  )
}

const active = (shape: TableShape, user: string): Finding => ({
  code: 'row_security',
  object: tableText(shape.name),
  message: `row security of ${tableText(shape.name)} applies to ${user}, who may not see all rows`,
  hint: `Run \`alter role ${nameText(user)} bypassrls;\`, or use the owner of the table without \`force row level security\`.`,
})

function openArchive({ shape }: FamilyTable, archive: TableShape | undefined): readonly Finding[] {
  if (archive === undefined || !shape.rowSecurity || archive.rowSecurity) return []
  const name = tableText(archive.name)
  return [
    {
      code: 'archive_without_row_security',
      object: name,
      message: `${tableText(shape.name)} has row security and ${name} has none, so archived rows are less hidden`,
      hint: `Run \`alter table ${tableNameText(archive.name)} enable row level security;\` and create the same policies.`,
    },
  ]
}
