/** What a restore would do, read in one snapshot: who comes home with how many rows, and what stands in whose way. */
import { archivedSubject } from '../../core/archived-family.ts'
import { tableText } from '../../core/names.ts'
import type { Policy } from '../../core/policy.ts'
import type { Conflict, RestorePreview, RestoreSelection } from '../../core/restore.ts'
import type { Session } from '../../db/database.ts'
import { keySetOfTexts } from '../../sql/keys.sql.ts'
import { byIndexSql, readArchivedSql, rowsOf } from '../../sql/restore-move.sql.ts'
import type { Engine } from '../ports.ts'
import { type FoundFamilies, findConflicts, gatherFamilies, without } from './archived-rows.ts'
import { openScope, type RestoreScope } from './restore-scope.ts'
import { select } from './restore-selection.ts'

/** Subjects that are looked at together; nothing is locked, so the number is bounded by memory alone. */
const SET_SIZE = 5000

/**
 * Writes nothing. What only the database finds out when a row is inserted (checks, triggers, partial indexes) it cannot
 * know. Throws `plan_refused`, `option_invalid` or `not_found`.
 */
export async function previewRestore(
  { database }: Pick<Engine, 'database'>,
  policy: Policy,
  selection: RestoreSelection,
): Promise<RestorePreview> {
  const scope = await openScope(database, policy)
  const { sets, alreadyHome, unknown } = await select(database, scope, selection)
  return database.transaction({ mode: 'snapshot' }, async (session) => {
    const conflicts: Conflict[] = []
    const related = noRows(scope)
    let subjects = 0
    await session.execute(byIndexSql)
    for await (const keys of sets(session, SET_SIZE)) {
      const seen = await lookAt(session, scope, keys)
      conflicts.push(...seen.conflicts)
      subjects += rowsOf(seen.families.rows, archivedSubject(scope.family)).count
      addRelated(related, scope, seen.families)
    }
    return { subjects, related, conflicts, alreadyHome, unknown }
  })
}

/** Rows by related table, to be added up. */
export const noRows = ({ family }: Pick<RestoreScope, 'family'>): Record<string, number> =>
  Object.fromEntries(family.tables.slice(1).map(({ home }) => [tableText(home.name), 0]))

function addRelated(related: Record<string, number>, { family }: RestoreScope, { rows }: FoundFamilies): void {
  for (const each of family.tables.slice(1)) {
    const name = tableText(each.home.name)
    related[name] = (related[name] ?? 0) + rowsOf(rows, each).count
  }
}

/** The families of `keys` that can come home, and what keeps the others. */
async function lookAt(session: Session, scope: RestoreScope, keys: readonly string[]) {
  const all = await read(session, scope, keys)
  const conflicts = await findConflicts(session, scope, all, true)
  const free = without(keys, conflicts)
  return { conflicts, families: free.length === keys.length ? all : await read(session, scope, free) }
}

async function read(session: Session, { family }: RestoreScope, keys: readonly string[]): Promise<FoundFamilies> {
  const subject = archivedSubject(family)
  const subjects = await session.one(readArchivedSql(family, subject, keySetOfTexts(keys, subject.shape.key)))
  return gatherFamilies(session, family, subjects, false)
}
