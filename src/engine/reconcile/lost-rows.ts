/**
 * Batches of which rows are missing in the archive, and which of these rows are active again with the very values that
 * they left with: the batch's seal knows their hashes, so that a departure can be written for what other hands brought
 * home.
 */
import { type ArchivedFamily, type ArchivedTable, archivedHome } from '../../core/archived-family.ts'
import { parseTableName, qualifiedText, tableText } from '../../core/names.ts'
import type { Policy } from '../../core/policy.ts'
import type { Difference } from '../../core/reconcile.ts'
import { columnOf } from '../../core/table.ts'
import type { Session } from '../../db/database.ts'
import { batchesOffSql } from '../../sql/journal/reconcile.sql.ts'
import { batchFactsSql, provenHomeSql } from '../../sql/torn.sql.ts'
import { keysOf } from '../restore/restore-selection.ts'

/** A row of a batch that is home again without a word. */
export type ProvenRow = Readonly<{ batch: string; each: ArchivedTable; key: string; digest: string }>

export type LostRows = Readonly<{
  proven: readonly ProvenRow[]
  /** Batches that no proof explains, by table. */
  unexplained: ReadonlyMap<string, readonly string[]>
}>

/** Asks with a pinned search path. */
export async function readLostRows(session: Session, policy: Policy, archive: ArchivedFamily): Promise<LostRows> {
  const proven: ProvenRow[] = []
  const unexplained = new Map<string, string[]>()
  const off = await Promise.all(
    archive.tables.map((each) =>
      session.rows(batchesOffSql({ ...namesOf(policy, each), archiveTable: each.shape.name })),
    ),
  )
  for (const { batch, name, missing, columns } of off.flat()) {
    const each = archivedHome(archive, parseTableName(name) ?? policy.subject)
    if (each === undefined) continue
    const rows =
      Number(missing) > 0 ? await provenRows(session, archive, each, { batch, columns: keysOf(columns) }) : []
    proven.push(...rows)
    if (rows.length !== Number(missing)) {
      const table = tableText(each.home.name)
      unexplained.set(table, [...(unexplained.get(table) ?? []), batch])
    }
  }
  return { proven, unexplained }
}

const namesOf = ({ subject }: Policy, { home, shape }: ArchivedTable) => ({
  subject: qualifiedText(subject),
  name: qualifiedText(home.name),
  archive: qualifiedText(shape.name),
})

async function provenRows(
  session: Session,
  archive: ArchivedFamily,
  each: ArchivedTable,
  { batch, columns }: Readonly<{ batch: string; columns: readonly string[] }>,
): Promise<readonly ProvenRow[]> {
  if (columns.some((name) => columnOf(each.home, name) === undefined)) return []
  // When, by whom and why are the same for a whole batch; with its last row gone nobody knows them any more.
  const facts = await session.maybe(batchFactsSql(archive.tables, batch))
  if (facts === null) return []
  const rows = await session.rows(provenHomeSql(each, columns, { batch, ...facts }))
  return rows.map(({ key, digest }) => ({ batch, each, key, digest }))
}

export async function findLostRows(
  session: Session,
  policy: Policy,
  archive: ArchivedFamily,
): Promise<readonly Difference[]> {
  const { proven, unexplained } = await readLostRows(session, policy, archive)
  const byTable = Map.groupBy(proven, ({ each }) => tableText(each.home.name))
  return [
    ...[...byTable].map(([table, rows]) => ({
      kind: 'departure_missing' as const,
      table,
      rows: rows.length,
      keys: rows.slice(0, 5).map(({ key }) => key),
      columns: [],
    })),
    ...[...unexplained].map(([table, batches]) => ({
      kind: 'batch_differs' as const,
      table,
      rows: batches.length,
      keys: batches.slice(0, 5),
      columns: [],
    })),
  ]
}
