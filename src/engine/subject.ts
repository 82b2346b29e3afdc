/** The subject's two tables and his key: what every verb about a single customer begins with. */

import { ARCHIVE_COLUMNS } from '../core/archive-columns.ts'
import { type FamilyTable, subjectOf } from '../core/family.ts'
import type { Policy } from '../core/policy.ts'
import { type Catalog, columnOf, shapeOf, type TableShape } from '../core/table.ts'
import type { Database } from '../db/database.ts'
import { sqlstateOf } from '../db/database-error.ts'
import { requireJournal } from '../db/journal-schema.ts'
import { keyParts } from '../sql/keys.sql.ts'
import { canonicalKeySql } from '../sql/subject-key.sql.ts'
import { type Inspection, inspect, requireUnrefused, type SoundInspection } from './inspect.ts'

/** Throws `plan_refused` where the subject table, or its key, is not there; other refusals do not matter here. */
export function requireFamily(policy: Policy, inspection: Inspection): SoundInspection {
  const { family, refusals } = inspection
  if (family === null || subjectOf(family).shape.key.length === 0) requireUnrefused(policy, refusals)
  if (family === null) throw new RangeError('a family that is missing is refused')
  return { ...inspection, family }
}

/** The subject's table in a database whose journal is there; throws `journal_missing` or `journal_outdated` otherwise. */
export async function readSubject(
  database: Database,
  policy: Policy,
): Promise<Readonly<{ subject: FamilyTable; inspection: SoundInspection }>> {
  const inspection = await database.transaction({ mode: 'snapshot', pinnedSearchPath: true }, async (session) => {
    await requireJournal(session)
    return requireFamily(policy, await inspect(session, policy))
  })
  return { subject: subjectOf(inspection.family), inspection }
}

/** The table's archive is there with our four columns and the table's own key, so that it can be read by them. */
export function hasArchive(catalog: Catalog, { shape, archive }: FamilyTable): boolean {
  const twin = shapeOf(catalog, archive)
  return twin !== undefined && [...ARCHIVE_COLUMNS, ...shape.key].every((name) => columnOf(twin, name) !== undefined)
}

/**
 * The key as the journal writes it, or null where `text` is no key of this table. A text that the database would read
 * as another one (`0825550142` as the number 825550142) is no key: it would hit a stranger.
 */
export async function subjectKey(database: Database, shape: TableShape, text: string): Promise<string | null> {
  const typed = partsOf(text.trim(), shape.key)
  if (typed === null) return null
  const key = await canonicalKey(database, shape, text.trim())
  if (key === null) return null
  const read = keyParts(key, shape.key)
  return typed.every((part, index) => part.toLowerCase() === read[index]?.toLowerCase()) ? key : null
}

async function canonicalKey(database: Database, shape: TableShape, text: string): Promise<string | null> {
  try {
    return await database.transaction({ pinnedSearchPath: true }, async (session) => {
      return (await session.one(canonicalKeySql(shape, text))).key
    })
  } catch (error) {
    // Class 22, data exception: not a number, too long, no such date.
    if (sqlstateOf(error).startsWith('22')) return null
    throw error
  }
}

function partsOf(text: string, key: readonly string[]): readonly string[] | null {
  if (text === '' || text.includes('\0')) return null
  try {
    return keyParts(text, key)
  } catch {
    // Not the JSON array that a key of several columns is written as.
    return null
  }
}
