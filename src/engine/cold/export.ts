/**
 * From the archive into cold files, set after set, each read in one snapshot: copied, kept (which reads it back), its
 * manifest kept, then recorded in the journal. Only what is recorded counts; a file that is left behind before that is
 * listed as an orphan and never used. Not one row of the archive is touched.
 */
import { type ArchivedTable, archivedSubject } from '../../core/archived-family.ts'
import { auditEntry } from '../../core/chain.ts'
import { DIGEST_COLUMN, FAMILY_COLUMN } from '../../core/cold/columns.ts'
import type { ExportedSet, ExportOptions, ExportPreview, ExportResult } from '../../core/cold/export.ts'
import {
  type ColdTable,
  type Manifest,
  manifestPath,
  manifestText,
  type SetName,
  tablePath,
} from '../../core/cold/manifest.ts'
import { MothballError } from '../../core/errors/index.ts'
import { qualifiedText, tableText } from '../../core/names.ts'
import { type Policy, policyHash } from '../../core/policy.ts'
import type { CopySession } from '../../db/database.ts'
import { appendAudit } from '../../db/journal/audit.ts'
import {
  type ColdRange,
  copyColdSql,
  dueMonthsSql,
  dueSql,
  horizonSql,
  inRangeSql,
  nextRangeSql,
} from '../../sql/cold.sql.ts'
import { coldFilesSql } from '../../sql/journal/cold.sql.ts'
import { nowSql } from '../../sql/journal/run.sql.ts'
import type { Sql } from '../../sql/tag.ts'
import { type LeasedRun, underLease } from '../leased-run.ts'
import type { Engine } from '../ports.ts'
import { openScope, type RestoreScope } from '../restore/restore-scope.ts'
import { recordSet } from './record-set.ts'
import type { ColdDesk, ColdVault } from './vault.ts'

type ExportContext = Readonly<{
  engine: Engine
  vault: ColdVault
  scope: RestoreScope
  leased: LeasedRun
  due: Sql
  signal: AbortSignal | undefined
}>

/** How many families are due. Writes nothing. */
export async function previewExport({ database }: Engine, policy: Policy): Promise<ExportPreview> {
  const scope = await openScope(database, policy)
  const subject = archivedSubject(scope.family)
  return database.transaction({ mode: 'snapshot', pinnedSearchPath: true }, async (session) => {
    const { now } = await session.one(nowSql)
    const { horizon } = await session.one(horizonSql(now, policy.cold.exportAfterDays))
    const rows = await session.rows(dueMonthsSql(subject, dueSql(subject, qualifiedText(policy.subject), horizon)))
    const months = rows.map(({ month, families }) => ({ month, families: Number(families) }))
    return { horizon, months, families: months.reduce((sum, { families }) => sum + families, 0) }
  })
}

/** Throws `already_running`, `plan_refused`, `cold_column_taken`, and what the store has to say; what was recorded stays. */
export async function exportCold(
  engine: Engine,
  vault: ColdVault,
  policy: Policy,
  { actor, role, reason = 'retention', signal, started }: ExportOptions,
): Promise<ExportResult> {
  const scope = await openScope(engine.database, policy)
  requireFreeNames(scope)
  return underLease(engine, policy, { operation: 'export', actor, reason }, async (leased) => {
    const { run, moment } = leased
    const { horizon } = await engine.database.one(horizonSql(moment, policy.cold.exportAfterDays))
    const subject = archivedSubject(scope.family)
    const due = dueSql(subject, qualifiedText(policy.subject), horizon)
    await engine.database.transaction({}, (session) =>
      appendAudit(
        session,
        auditEntry({ actor, role, action: 'export.start', policy: policy.name, object: `run ${run}`, reason }),
      ),
    )
    started?.(run)
    const sets = await exportAll({ engine, vault, scope, leased, due, signal })
    const sum = (of: (set: ExportedSet) => number) => sets.reduce((total, set) => total + of(set), 0)
    const counts = {
      families: sum((set) => set.families),
      rows: sum((set) => set.rows),
      bytes: sum((set) => set.bytes),
    }
    const stopped = signal?.aborted ?? false
    const details = { horizon, ...counts, files: sets.map(({ manifest }) => manifest) }
    const stopReason = stopped ? 'stopped' : 'exported'
    return { result: { run, horizon, sets, ...counts, stopped }, ending: { status: 'success', stopReason, details } }
  })
}

/** Paths in the store that the journal does not know: of exports that did not end, or of others. */
export async function coldOrphans({ database }: Engine, vault: ColdVault, policy: Policy): Promise<readonly string[]> {
  const rows = await database.rows(coldFilesSql(qualifiedText(policy.subject)))
  const known = new Set(rows.map(({ manifest }) => manifest))
  const own = (await vault.list()).filter((path) => path.startsWith(`policy=${policy.name}/`))
  const sets = new Set([...known].map((path) => setOf(path)))
  return own.filter((path) => !sets.has(setOf(path)) || path.endsWith('.unfinished'))
}

/** `month=2026-03/12-1`: what manifest and files of a set have in common. */
const setOf = (path: string): string => /month=[^/]+\/\d+-\d+/.exec(path)?.[0] ?? path

async function exportAll(context: ExportContext): Promise<readonly ExportedSet[]> {
  const { engine, scope, leased, due, signal } = context
  const subject = archivedSubject(scope.family)
  const months = await engine.database.rows(dueMonthsSql(subject, due))
  const sets: ExportedSet[] = []
  for (const { month } of months) {
    let after: string | null = null
    for (;;) {
      if (signal?.aborted) return sets
      if (leased.lease.lost.aborted) throw new MothballError('lease_lost', { policy: scope.policy.name })
      const name = { policy: scope.policy.name, month, run: leased.run, part: sets.length + 1 }
      const set: (ExportedSet & Readonly<{ lastKey: string }>) | null = await exportSet(context, name, after)
      if (set === null) break
      after = set.lastKey
      sets.push(set)
    }
  }
  return sets
}

async function exportSet(context: ExportContext, name: SetName, after: string | null) {
  const { engine, vault } = context
  await using desk = await vault.open()
  const copied = await engine.database.copying({ mode: 'snapshot', pinnedSearchPath: true }, (session) =>
    copySet(context, desk, session, { name, after }),
  )
  if (copied === null) return null
  await engine.signals.reached('set-copied')
  const tables: ColdTable[] = []
  for (const { intake, ...table } of copied.tables) {
    const { rows, bytes, sha256, digest } = await desk.keep(intake, table.path, table)
    tables.push({ ...table, rows, bytes, sha256, digest })
    await engine.signals.reached('table-kept')
  }
  const manifest = manifestOf(context, name, copied, tables)
  const path = manifestPath(name)
  const kept = await desk.keepText(path, manifestText(manifest))
  await engine.signals.reached('manifest-kept')
  const file = await recordSet(context, desk, { path, sha256: kept.sha256, manifest })
  await engine.signals.reached('set-recorded')
  const rows = tables.reduce((sum, table) => sum + table.rows, 0)
  const bytes = tables.reduce((sum, table) => sum + table.bytes, kept.bytes)
  return { file, manifest: path, families: manifest.families, rows, bytes, lastKey: manifest.lastKey }
}

type Place = Readonly<{ name: SetName; after: string | null }>
type CopiedTable = Omit<ColdTable, 'rows' | 'bytes' | 'sha256' | 'digest'> &
  Readonly<{ intake: Readonly<{ file: string; copied: number }> }>
type CopiedSet = Readonly<{ families: number; firstKey: string; lastKey: string; tables: readonly CopiedTable[] }>

async function copySet(
  { scope, due, vault }: ExportContext,
  desk: ColdDesk,
  session: CopySession,
  { name, after }: Place,
): Promise<CopiedSet | null> {
  const subject = archivedSubject(scope.family)
  const limit = scope.policy.cold.familiesPerFile
  const range = await session.one(nextRangeSql(subject, due, { month: name.month, after, limit }))
  if (range.first === null || range.last === null) return null
  const whose = inRangeSql(subject, due, { month: name.month, after, upTo: range.last } satisfies ColdRange)
  const tables: CopiedTable[] = []
  for (const each of scope.family.tables)
    tables.push(await copyTable(scope, desk, session, { each, whose, name, isEncrypted: vault.keyId !== null }))
  return { families: Number(range.families), firstKey: range.first, lastKey: range.last, tables }
}

async function copyTable(
  { family }: RestoreScope,
  desk: ColdDesk,
  session: CopySession,
  {
    each,
    whose,
    name,
    isEncrypted,
  }: Readonly<{ each: ArchivedTable; whose: Sql; name: SetName; isEncrypted: boolean }>,
): Promise<CopiedTable> {
  const columns = each.twin.columns.map(({ name: column, type }) => ({ name: column, type }))
  const { file, sink } = await desk.intake()
  const copied = await session.copyOut(copyColdSql(family, each, whose, columns), sink)
  const home = qualifiedText(each.home.name)
  return {
    name: home,
    archive: qualifiedText(each.twin.name),
    path: tablePath(name, home, isEncrypted),
    columns,
    key: [...each.shape.key],
    intake: { file, copied },
  }
}

const manifestOf = (
  { scope: { policy }, leased, vault }: ExportContext,
  { month }: SetName,
  { families, firstKey, lastKey }: CopiedSet,
  tables: readonly ColdTable[],
): Manifest => ({
  version: 1,
  policy: policy.name,
  policyHash: policyHash(policy),
  subject: qualifiedText(policy.subject),
  run: leased.run,
  month,
  families,
  firstKey,
  lastKey,
  encryption: vault.keyId === null ? null : { algorithm: 'aes-256-gcm', keyId: vault.keyId },
  tables: [...tables],
})

function requireFreeNames({ family }: RestoreScope): void {
  for (const { twin } of family.tables)
    for (const { name } of twin.columns)
      if (name.toLowerCase() === FAMILY_COLUMN || name.toLowerCase() === DIGEST_COLUMN)
        throw new MothballError('cold_column_taken', { table: tableText(twin.name), column: name })
}
