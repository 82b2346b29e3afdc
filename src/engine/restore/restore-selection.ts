/**
 * Turns what a restore is asked for into sets of subject keys, and says who is home already and who is unknown. What
 * was asked for wrongly is refused (`option_invalid`, `not_found`) before anything is touched.
 */
import { type ArchivedTable, archivedSubject } from '../../core/archived-family.ts'
import { MothballError } from '../../core/errors/index.ts'
import { qualifiedText } from '../../core/names.ts'
import type { RestoreSelection } from '../../core/restore.ts'
import { columnOf } from '../../core/table.ts'
import type { Session } from '../../db/database.ts'
import { sqlstateOf } from '../../db/database-error.ts'
import { alreadyHomeOf } from '../../db/journal/departure.ts'
import { runSubjectSql } from '../../sql/journal/restore-run.sql.ts'
import {
  isOperator,
  pageSql,
  RESTORE_OPERATORS,
  type Stretch,
  selectedSql,
  sourcesSql,
} from '../../sql/restore-select.sql.ts'
import type { Sql } from '../../sql/tag.ts'
import { locate } from './restore-keys.ts'
import type { RestoreScope } from './restore-scope.ts'

/** Runs single statements: a database, or a session where all must see one moment. */
export type Reader = Pick<Session, 'rows' | 'one' | 'maybe'>

export type Selected = Readonly<{
  /** Keys of subjects in the archive, at most `setSize` at a time. Reads on as it is asked to. */
  sets: (reader: Reader, setSize: number) => AsyncIterable<readonly string[]>
  alreadyHome: number
  unknown: readonly string[]
}>

/** Sets that one statement fetches: few statements, and still a bounded number of keys in memory. */
const SETS_AT_ONCE = 20

type Broad = Exclude<RestoreSelection, Readonly<{ by: 'keys' }>>

export async function select(reader: Reader, scope: RestoreScope, selection: RestoreSelection): Promise<Selected> {
  const subject = archivedSubject(scope.family)
  if (selection.by === 'keys') {
    const { archived, home, unknown } = await locate(reader, subject, selection.keys)
    return { sets: (_reader, setSize) => setsOf(archived, setSize), alreadyHome: home.length, unknown }
  }
  await requireValid(reader, scope, subject, selection)
  const selected = selectedSql(subject, selection)
  const sources = await reader.rows(sourcesSql(subject, selected)).catch(refuseValues(selection))
  const alreadyHome = selection.by === 'run' ? await alreadyHomeOf(reader, subject, selection.run) : 0
  const counted = sources.map(({ batch, rows }) => ({ batch, rows: Number(rows) }))
  const sets: Selected['sets'] = (at, setSize) => pagesOf(at, subject, { selected, counted, setSize })
  return { sets, alreadyHome, unknown: [] }
}

async function requireValid(
  reader: Reader,
  { policy }: RestoreScope,
  { twin }: ArchivedTable,
  selection: Broad,
): Promise<void> {
  if (selection.by === 'run') {
    const found = await reader.maybe(runSubjectSql(selection.run))
    if (found === null || found.subject !== qualifiedText(policy.subject))
      throw new MothballError('not_found', { what: 'run', keys: selection.run })
    if (found.operation !== 'archive') throw invalid('run', `${selection.run} is itself a ${found.operation}`)
  }
  if (selection.by !== 'where') return
  if (selection.conditions.length === 0) throw invalid('where', 'names no condition')
  for (const { column, operator } of selection.conditions) {
    if (columnOf(twin, column) === undefined) throw invalid('where', `the archive has no column ${column}`)
    if (!isOperator(operator)) throw invalid('where', `${operator} is none of ${RESTORE_OPERATORS.join(' ')}`)
  }
}

/** Class 22: no such value of the type; 42883 and 42804: the type knows no such comparison. */
const refuseValues =
  (selection: Broad) =>
  (error: unknown): never => {
    const sqlstate = sqlstateOf(error)
    if (!sqlstate.startsWith('22') && sqlstate !== '42883' && sqlstate !== '42804') throw error
    if (selection.by === 'time') throw invalid('since', 'it or until is not an instant, such as 2026-09-23T02:00Z')
    throw invalid('where', `a value does not fit its column (SQLSTATE ${sqlstate})`)
  }

const invalid = (option: string, problem: string): MothballError =>
  new MothballError('option_invalid', { option, problem })

export function* cut(keys: readonly string[], size: number): Generator<readonly string[]> {
  for (let at = 0; at < keys.length; at += size) yield keys.slice(at, at + size)
}

async function* setsOf(keys: readonly string[], setSize: number): AsyncGenerator<readonly string[]> {
  yield* cut(keys, setSize)
}

type Counted = Readonly<{ batch: string | null; rows: number }>

type Paging = Readonly<{ selected: Sql; counted: readonly Counted[]; setSize: number }>

async function* pagesOf(reader: Reader, subject: ArchivedTable, paging: Paging): AsyncGenerator<readonly string[]> {
  const { selected, setSize } = paging
  const limit = SETS_AT_ONCE * setSize
  for (const stretch of stretchesOf(paging.counted, limit)) {
    let after: string | null = null
    let isDone = false
    while (!isDone) {
      const rows: readonly Readonly<{ keys: string }>[] = await reader.rows(
        pageSql(subject, selected, { stretch, after, limit, setSize }),
      )
      const sets = rows.map((row) => keysOf(row.keys))
      yield* sets
      after = sets.at(-1)?.at(-1) ?? null
      isDone = sets.reduce((sum, set) => sum + set.length, 0) < limit
    }
  }
}

/** Neighbouring batches together, as many as one statement may fetch. */
function stretchesOf(counted: readonly Counted[], limit: number): readonly Stretch[] {
  const stretches: Stretch[] = []
  for (const { batch, rows } of counted) {
    const last = stretches.at(-1)
    if (batch !== null && last !== undefined && last.batches !== null && last.rows + rows <= limit)
      stretches[stretches.length - 1] = { batches: [...last.batches, batch], rows: last.rows + rows }
    else stretches.push({ batches: batch === null ? null : [batch], rows })
  }
  return stretches
}

/** A JSON array of journal keys. */
export function keysOf(json: string | null): readonly string[] {
  const keys: unknown = json === null ? [] : JSON.parse(json)
  return Array.isArray(keys) ? keys.map(String) : []
}
