/**
 * One batch of families, one transaction: lock in the archive, look for conflicts, insert parents first, delete from
 * the archive children first, compare both sides, leave departures, set keep until, count, commit. All of it or
 * nothing; a family with a conflict stays whole in the archive.
 */
import { type ArchivedTable, archivedSubject } from '../../core/archived-family.ts'
import { MothballError } from '../../core/errors/index.ts'
import { insertTriggers } from '../../core/homecoming.ts'
import { tableText } from '../../core/names.ts'
import type { Conflict } from '../../core/restore.ts'
import { isTransient } from '../../core/sqlstate.ts'
import type { Session } from '../../db/database.ts'
import { sqlstateOf } from '../../db/database-error.ts'
import { fingerprintsOf } from '../../db/fingerprint.ts'
import { manifestsOf, sealedColumnsOf } from '../../db/journal/departure.ts'
import { type KeepUntil, keepSql, restoreOutcomeSql } from '../../sql/journal/keep-until.sql.ts'
import { countRestoredSql, transactionSql } from '../../sql/journal/restore-run.sql.ts'
import { keySetOfTexts } from '../../sql/keys.sql.ts'
import { lockTablesSql } from '../../sql/lock.sql.ts'
import type { SideRow } from '../../sql/move.sql.ts'
import { changedSql } from '../../sql/restore-conflicts.sql.ts'
import {
  byIndexSql,
  comeHomeSql,
  comingHomeSql,
  type HomeRow,
  leaveArchiveSql,
  lockArchivedSql,
  pinPathSql,
  readArchivedSql,
  rowsOf,
} from '../../sql/restore-move.sql.ts'
import { journalKeysSql, whereaboutsSql } from '../../sql/restore-select.sql.ts'
import { immediateConstraintsSql } from '../../sql/session.sql.ts'
import { commitKnowingly } from '../commit.ts'
import type { Engine } from '../ports.ts'
import { type FoundFamilies, findConflicts, gatherFamilies, readConflicts, without } from './archived-rows.ts'
import type { RestoreScope } from './restore-scope.ts'
import { keysOf } from './restore-selection.ts'
import { overtakenBy, SequencesOvertaken } from './restore-sequences.ts'

/** Everything that stays the same from batch to batch. */
export type RestoreContext = Readonly<{
  engine: Engine
  scope: RestoreScope
  keep: KeepUntil
  signal: AbortSignal | null
}>

export type RestoredBatch = Readonly<{
  restored: number
  /** Rows that came along, by related table. */
  related: Readonly<Record<string, number>>
  conflicts: readonly Conflict[]
  /** Asked for and in the archive, but held by somebody else. */
  waiting: readonly string[]
  /** Asked for, and brought home by somebody else meanwhile. */
  home: number
}>

/** Somebody holds a whole table, so that no family can come home now. */
export class TablesHeld extends Error {
  readonly sqlstate: string

  constructor(sqlstate: string) {
    super('a table is locked by others')
    this.sqlstate = sqlstate
  }
}

/** Thrown to roll a batch back: these families' rows did not arrive as they left. */
export class RowsChanged extends Error {
  readonly conflicts: readonly Conflict[]

  constructor(conflicts: readonly Conflict[]) {
    super('rows changed on their way home')
    this.conflicts = conflicts
  }
}

/**
 * `isThorough` asks for every conflict before anything is inserted; without it the database's word is awaited, which
 * costs nothing where there is none. Throws `RowsChanged`, `SequencesOvertaken`, `TablesHeld`, `shapes_changed`, `sides_differ` or
 * what the database answered; in each case nothing has moved.
 */
export async function restoreBatch(
  context: RestoreContext,
  keys: readonly string[],
  isThorough: boolean,
): Promise<RestoredBatch> {
  const { engine, scope, keep } = context
  const batch = await commitKnowingly(engine, scope.policy, async (session) => {
    const transaction = await begin(session, scope)
    const locked = await lockFamilies(session, scope, keys)
    await engine.signals.reached('restore-locked')
    const conflicts = await findConflicts(session, scope, locked.families, isThorough)
    const going = without(locked.keys, conflicts)
    const families = conflicts.length === 0 ? locked.families : await readFamilies(session, scope, going)
    if (going.length > 0) await bringHome(session, context, families, isThorough)
    const [first] = going
    const question = first === undefined ? null : restoreOutcomeSql(keep.subject, first, keep.run, transaction)
    const { waiting, home } = locked
    const result = { restored: going.length, related: relatedOf(scope, families), conflicts, waiting, home }
    return { question, result }
  })
  await engine.signals.reached('restore-committed')
  return batch
}

async function begin(session: Session, { policy, family, oids, fingerprints }: RestoreScope): Promise<string> {
  const [, , , { transaction }, found] = await Promise.all([
    session.execute(immediateConstraintsSql),
    session.together([byIndexSql, comingHomeSql]),
    session.execute(lockTablesSql(family)).catch(tellHeldTables),
    session.one(transactionSql),
    fingerprintsOf(session, oids),
  ])
  if (found !== fingerprints) throw new MothballError('shapes_changed', { table: tableText(policy.subject) })
  return transaction
}

function tellHeldTables(error: unknown): never {
  const sqlstate = sqlstateOf(error)
  throw isTransient(sqlstate) ? new TablesHeld(sqlstate) : error
}

type LockedFamilies = Readonly<{
  families: FoundFamilies
  keys: readonly string[]
  waiting: readonly string[]
  home: number
}>

async function lockFamilies(
  session: Session,
  { family }: RestoreScope,
  keys: readonly string[],
): Promise<LockedFamilies> {
  const subject = archivedSubject(family)
  const asked = keySetOfTexts(keys, subject.shape.key)
  const families = await gatherFamilies(
    session,
    family,
    await session.one(lockArchivedSql(family, subject, asked)),
    true,
  )
  const mine = rowsOf(families.rows, subject)
  if (mine.count === keys.length) return { families, keys, waiting: [], home: 0 }
  const locked = keysOf((await session.one(journalKeysSql(subject, mine))).keys)
  const missed = keys.filter((key) => !locked.includes(key))
  const rows = await session.rows(whereaboutsSql(subject, keySetOfTexts(missed, subject.shape.key)))
  const waiting = rows.filter((row) => row.archived === 'true').map(({ key }) => key)
  const home = rows.filter((row) => row.archived !== 'true' && row.active === 'true').length
  return { families, keys: locked, waiting, home }
}

/** Rows that are locked already, of fewer families. */
async function readFamilies(
  session: Session,
  { family }: RestoreScope,
  keys: readonly string[],
): Promise<FoundFamilies> {
  const subject = archivedSubject(family)
  const subjects = await session.one(readArchivedSql(family, subject, keySetOfTexts(keys, subject.shape.key)))
  return gatherFamilies(session, family, subjects, false)
}

async function bringHome(
  session: Session,
  context: RestoreContext,
  families: FoundFamilies,
  isThorough: boolean,
): Promise<void> {
  const { scope, engine } = context
  const tables = scope.family.tables.filter((each) => rowsOf(families.rows, each).count > 0)
  const arrived = await Promise.all(
    tables.map((each) => session.one(comeHomeSql(scope.policy, each, rowsOf(families.rows, each)))),
  )
  const overtaken = tables.flatMap((each, index) => overtakenBy(each.home, arrived[index]))
  if (overtaken.length > 0) throw new SequencesOvertaken(overtaken)
  if (isThorough || tables.some(hasInsertTrigger)) await requireUnchanged(session, scope, families, tables)
  await engine.signals.reached('restore-copied')
  const left = await leaveArchive(session, context, families, tables)
  for (const [index, each] of tables.entries())
    requireSameSides(each, rowsOf(families.rows, each).count, arrived[index], left[index])
  await engine.signals.reached('restore-deleted')
}

/** An AFTER trigger may change a row behind its own insert, or another row of the family. */
const hasInsertTrigger = ({ home }: ArchivedTable): boolean => insertTriggers(home).length > 0

async function requireUnchanged(
  session: Session,
  { policy }: RestoreScope,
  families: FoundFamilies,
  tables: readonly ArchivedTable[],
): Promise<void> {
  const answers = await Promise.all(
    tables.map((each) => readConflicts(session, changedSql(policy, families, each), tableText(each.home.name))),
  )
  const conflicts = answers.flat()
  if (conflicts.length > 0) throw new RowsChanged(conflicts)
}

/** Children before parents; the answers come in the order of `tables`. */
async function leaveArchive(
  session: Session,
  { scope, keep }: RestoreContext,
  families: FoundFamilies,
  tables: readonly ArchivedTable[],
): Promise<readonly SideRow[]> {
  const subject = archivedSubject(scope.family)
  const subjects = rowsOf(families.rows, subject)
  const manifests = await manifestsOf(session, families.batches)
  const pinned = tables.some(({ home }) => home.columns.some(({ baseType }) => baseType.startsWith('reg')))
  const leaving = (each: ArchivedTable) =>
    leaveArchiveSql(scope.policy, each, {
      rows: rowsOf(families.rows, each),
      sealed: sealedColumnsOf(manifests, each),
      run: keep.run,
    })
  const [left] = await Promise.all([
    Promise.all([
      ...(pinned ? [session.execute(pinPathSql)] : []),
      ...[...tables].reverse().map((each) => session.one(leaving(each))),
    ]),
    session.execute(keepSql(subject.shape, subjects, keep)),
    session.execute(countRestoredSql(keep.run, subjects.count)),
  ])
  return left.filter((row) => typeof row !== 'number').reverse()
}

/** What was locked, what arrived and what left must be the same rows with the same values. */
export function requireSameSides(each: ArchivedTable, locked: number, arrived?: HomeRow, left?: SideRow): void {
  const isSame = Number(arrived?.count) === locked && Number(left?.count) === locked && arrived?.digest === left?.digest
  if (isSame) return
  const facts = { table: tableText(each.home.name), locked, copied: arrived?.count ?? '0', deleted: left?.count ?? '0' }
  throw new MothballError('sides_differ', facts)
}

const relatedOf = ({ family }: RestoreScope, { rows }: FoundFamilies): Readonly<Record<string, number>> =>
  Object.fromEntries(family.tables.slice(1).map((each) => [tableText(each.home.name), rowsOf(rows, each).count]))
