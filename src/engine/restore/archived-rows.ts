/**
 * The rows of families in the archive, gathered level by level from their subjects, locked or only read; and the
 * conflicts that keep some of these families there.
 */
import { type ArchivedFamily, type ArchivedTable, archivedSubject } from '../../core/archived-family.ts'
import { conflict } from '../../core/conflict.ts'
import type { FamilyTable } from '../../core/family.ts'
import { tableText } from '../../core/names.ts'
import type { Conflict } from '../../core/restore.ts'
import type { Session } from '../../db/database.ts'
import { type KeySet, keySetOf } from '../../sql/keys.sql.ts'
import { knownColumns } from '../../sql/lock.sql.ts'
import { type ArchivedRows, type ConflictRow, conflictsSql, vanishedSql } from '../../sql/restore-conflicts.sql.ts'
import { type ArchivedRowsRow, relatedArchivedSql, rowsOf } from '../../sql/restore-move.sql.ts'
import type { Sql } from '../../sql/tag.ts'
import type { RestoreScope } from './restore-scope.ts'
import { keysOf } from './restore-selection.ts'

/** The rows of whole families, and the batches that they came with. */
export type FoundFamilies = ArchivedRows &
  Readonly<{
    batches: readonly string[]
    /** A row refers to a parent that is not among these rows. */
    hasStrangers: boolean
  }>

/** `subjects` is what a statement gathered of the subjects; their related rows are gathered here. */
export async function gatherFamilies(
  session: Session,
  family: ArchivedFamily,
  subjects: ArchivedRowsRow,
  isLocking: boolean,
): Promise<FoundFamilies> {
  const rows = new Map<FamilyTable, KeySet>()
  const batches = new Set<string>()
  let strangers = 0
  const note = (each: ArchivedTable, row: ArchivedRowsRow) => {
    rows.set(each, keySetOf(row, knownColumns(family, each)))
    for (const batch of keysOf(row.batches)) batches.add(batch)
    strangers += Number(row.strangers)
  }
  note(archivedSubject(family), subjects)
  if (Number(subjects.count) === 0) return { family, rows, batches: [], hasStrangers: false }
  for (const level of levelsOf(family).slice(1)) {
    const known = new Map(rows)
    const found = await Promise.all(
      level.map((each) => session.one(relatedArchivedSql(family, each, known, isLocking))),
    )
    for (const [index, each] of level.entries()) {
      const row = found[index]
      if (row !== undefined) note(each, row)
    }
  }
  return { family, rows, batches: [...batches], hasStrangers: strangers > 0 }
}

/** Tables whose parents all stand in earlier levels; those of one level are asked for together. */
function levelsOf(family: ArchivedFamily): readonly (readonly ArchivedTable[])[] {
  const depths: number[] = []
  for (const each of family.tables) depths.push(Math.max(-1, ...each.links.map((link) => depths[link.parent] ?? 0)) + 1)
  return Array.from({ length: Math.max(...depths) + 1 }, (_none, depth) =>
    family.tables.filter((_each, index) => depths[index] === depth),
  )
}

/** `isThorough` also asks what the database would refuse by itself: worth it where something is likely to be in the way. */
export async function findConflicts(
  session: Session,
  { family, vanished }: Pick<RestoreScope, 'family' | 'vanished'>,
  found: FoundFamilies,
  isThorough: boolean,
): Promise<readonly Conflict[]> {
  const ofTables = family.tables
    .filter((each) => rowsOf(found.rows, each).count > 0)
    .flatMap((each) => {
      const statement = conflictsSql(found, each, { isThorough, hasStrangers: found.hasStrangers })
      return statement === null ? [] : [readConflicts(session, statement, tableText(each.home.name))]
    })
  const ofVanished = vanished.map((relation) =>
    readConflicts(session, vanishedSql(found, relation), tableText(relation.archive)),
  )
  return (await Promise.all([...ofTables, ...ofVanished])).flat()
}

export async function readConflicts(
  session: Session,
  statement: Sql<ConflictRow>,
  table: string,
): Promise<readonly Conflict[]> {
  const rows = await session.rows(statement)
  return rows.map(({ key, kind, guard }) => conflict(key, kind, { table, constraint: guard }))
}

/** The subjects among `keys` that no conflict names. */
export function without(keys: readonly string[], conflicts: readonly Conflict[]): readonly string[] {
  const named = new Set(conflicts.map(({ key }) => key))
  return keys.filter((key) => !named.has(key))
}
