/**
 * All rows of one person, active and archived, gathered level by level: a row is his when it refers to a row of his on
 * either side, whatever the policy does with its table. So late rows are found, rows that were meant to stay without
 * him, and those that somebody wrote after he was erased.
 */
import { type ArchivedFamily, type ArchivedTable, archivedHome } from '../../core/archived-family.ts'
import { type Family, type FamilyTable, subjectOf } from '../../core/family.ts'
import type { Redaction } from '../../core/identifying.ts'
import { type TableName, tableText } from '../../core/names.ts'
import type { Session } from '../../db/database.ts'
import { ownRowsSql } from '../../sql/erase.sql.ts'
import { type ColdSetRow, setsWithSql } from '../../sql/journal/cold-erase.sql.ts'
import { EMPTY_KEYS, type KeySet, keySetOf, keySetOfTexts, mergeKeys } from '../../sql/keys.sql.ts'
import { knownColumns } from '../../sql/lock.sql.ts'
import type { MadeOf } from '../../sql/redact.sql.ts'
import type { RowsInFiles } from '../cold/rewrite.ts'
import { keysOf } from '../restore/restore-selection.ts'

/** `made`: columns that the archive stores and that its source computes from replaced ones. */
export type ArchivedRedaction = Readonly<{ redactions: readonly Redaction[]; made: readonly MadeOf[] }>

/** By table, only those in which something is replaced. */
export type Redacting = Readonly<{
  active: ReadonlyMap<FamilyTable, readonly Redaction[]>
  archived: ReadonlyMap<ArchivedTable, ArchivedRedaction>
  passedOver: readonly string[]
}>

/** `key` as the journal writes it, `subject` the qualified name of his table; `archive` null: nothing was ever archived. */
export type PersonScope = Readonly<{
  key: string
  subject: string
  family: Family
  archive: ArchivedFamily | null
  /** How he is de-identified; null: his rows go. */
  redacting: Redacting | null
  /** His rows in cold files, by the number of the set, as far as they were read. */
  inFiles: ReadonlyMap<string, RowsInFiles>
}>

export type Person = PersonScope &
  Readonly<{
    active: ReadonlyMap<FamilyTable, KeySet>
    archived: ReadonlyMap<ArchivedTable, KeySet>
    /** Cold sets that have him. */
    sets: readonly ColdSetRow[]
    /** Batches that his archived rows came with. */
    batches: readonly string[]
    /** Tables with a row that is another's as well. */
    shared: readonly string[]
  }>

/** With `isLocking` every row of his is locked, and one that somebody else has is waited for. */
export async function gatherPerson(session: Session, scope: PersonScope, isLocking: boolean): Promise<Person> {
  const active = new Map<FamilyTable, KeySet>()
  const archived = new Map<ArchivedTable, KeySet>()
  const known = new Map<FamilyTable, KeySet>()
  const batches = new Set<string>()
  const shared = new Set<string>()
  const twins = twinsOf(scope)
  const archives = new Map([...twins].map(([each, { twin }]) => [each, twin.name]))
  const gather = async (each: FamilyTable, name: TableName, isArchive: boolean): Promise<KeySet> => {
    const rows = each.action === 'subject' ? { own: keySetOfTexts([scope.key], each.shape.key) } : { of: known }
    const row = await session.one(ownRowsSql(scope.family, each, { name, isArchive, rows, archives, isLocking }))
    for (const batch of keysOf(row.batches)) batches.add(batch)
    if (Number(row.shared) > 0) shared.add(tableText(name))
    return keySetOf(row, knownColumns(scope.family, each))
  }
  for (const each of scope.family.tables) {
    // The archive first: who is coming home meanwhile is waited for there, and then found at home.
    const twin = twins.get(each)
    const away = twin === undefined ? EMPTY_KEYS : await gather(each, twin.twin.name, true)
    if (twin !== undefined) archived.set(twin, away)
    const here = await gather(each, each.shape.name, false)
    active.set(each, here)
    const both = mergeKeys(here, away)
    // Rows that were written for somebody who is nowhere are known by his key alone.
    const isNowhere = each.action === 'subject' && both.count === 0
    known.set(each, isNowhere ? keySetOfTexts([scope.key], each.shape.key) : both)
  }
  const sets = await session.rows(setsWithSql(scope.subject, scope.key, isLocking))
  return { ...scope, active, archived, sets, batches: [...batches], shared: [...shared] }
}

function twinsOf({ family, archive }: PersonScope): ReadonlyMap<FamilyTable, ArchivedTable> {
  const found = new Map<FamilyTable, ArchivedTable>()
  for (const each of family.tables) {
    const twin = archive === null ? undefined : archivedHome(archive, each.shape.name)
    if (twin !== undefined) found.set(each, twin)
  }
  return found
}

/** His own row is in the active table. */
export const isActive = ({ family, active }: Person): boolean => (active.get(subjectOf(family))?.count ?? 0) > 0
