/**
 * From the archive into cold files, set after set: copied (`copy-sets.ts`), kept (which reads it back), its manifest
 * kept, then recorded in the journal. Only what is recorded counts; a file that is left behind before that is
 * listed as an orphan and never used. Not one row of the archive is touched.
 */
import { auditEntry } from '../../core/chain.ts'
import { DIGEST_COLUMN, FAMILY_COLUMN } from '../../core/cold/columns.ts'
import type { ExportedSet, ExportOptions, ExportPreview, ExportResult } from '../../core/cold/export.ts'
import {
  type ColdTable,
  encryptionUnder,
  type Manifest,
  manifestPath,
  manifestText,
  VERSION,
} from '../../core/cold/manifest.ts'
import { MothballError } from '../../core/errors/index.ts'
import { qualifiedText, tableText } from '../../core/names.ts'
import { type Policy, policyHash } from '../../core/policy.ts'
import { appendAudit } from '../../db/journal/audit.ts'
import { horizonSql } from '../../sql/cold.sql.ts'
import { coldFilesSql } from '../../sql/journal/cold.sql.ts'
import { nowSql } from '../../sql/journal/run.sql.ts'
import { type LeasedRun, underLease } from '../leased-run.ts'
import type { Engine } from '../ports.ts'
import { openScope, type RestoreScope } from '../restore/restore-scope.ts'
import { type CopiedSet, copiedSets, oneAhead, readDueMonths } from './copy-sets.ts'
import { recordSet } from './record-set.ts'
import { removeReplaced } from './rewrite.ts'
import type { ColdDesk, ColdRows, ColdVault } from './vault.ts'

type ExportContext = Readonly<{
  engine: Engine
  vault: ColdVault
  scope: RestoreScope
  leased: LeasedRun
  horizon: string
  signal: AbortSignal | undefined
}>

/** How many families are due. Writes nothing. */
export async function previewExport({ database }: Engine, policy: Policy): Promise<ExportPreview> {
  const scope = await openScope(database, policy)
  return database.transaction({ mode: 'snapshot', pinnedSearchPath: true }, async (session) => {
    const { now } = await session.one(nowSql)
    const { horizon } = await session.one(horizonSql(now, policy.cold.exportAfterDays))
    const rows = await readDueMonths(session, scope, horizon)
    const months = rows.map(({ month, families }) => ({ month, families: Number(families) }))
    return { horizon, months, families: months.reduce((sum, { families }) => sum + families, 0) }
  })
}

/**
 * Throws `already_running`, `plan_refused`, `cold_column_taken`, `cold_columns_alike`, and what the store has to say; what
 * was recorded stays.
 */
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
    await engine.database.transaction({}, (session) =>
      appendAudit(
        session,
        auditEntry({ actor, role, action: 'export.start', policy: policy.name, object: `run ${run}`, reason }),
      ),
    )
    started?.(run)
    await removeReplaced(engine, qualifiedText(policy.subject), () => Promise.resolve(vault))
    const sets = await exportAll({ engine, vault, scope, leased, horizon, signal })
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
  const { vault, scope, leased, signal } = context
  const sets: ExportedSet[] = []
  await using desk = await vault.open()
  for await (const copied of oneAhead(copiedSets(context, desk))) {
    if (signal?.aborted) break
    if (leased.lease.lost.aborted) throw new MothballError('lease_lost', { policy: scope.policy.name })
    sets.push(await keepSet(context, desk, copied))
  }
  return sets
}

async function keepSet(context: ExportContext, desk: ColdDesk, copied: CopiedSet): Promise<ExportedSet> {
  const { engine } = context
  const tables: ColdTable[] = []
  let subjects: ColdRows | null = null
  for (const { intake, ...table } of copied.tables) {
    const { content, ...kept } = await desk.keep(intake, table.path, table)
    tables.push({ ...table, ...kept })
    // The subject's table is the first; its rows are the families that the journal is told of.
    if (subjects === null) subjects = content
    else await content[Symbol.asyncDispose]()
    await engine.signals.reached('table-kept')
  }
  if (subjects === null) throw new RangeError('a set has its subject')
  await using families = subjects
  const manifest = manifestOf(context, copied, tables)
  const path = manifestPath(copied.name)
  const { sha256, bytes } = await desk.keepText(path, manifestText(manifest))
  await engine.signals.reached('manifest-kept')
  const file = await recordSet(context, families, { path, sha256, manifest })
  await engine.signals.reached('set-recorded')
  const sum = (of: 'rows' | 'bytes') => tables.reduce((total, table) => total + table[of], 0)
  return { file, manifest: path, families: manifest.families, rows: sum('rows'), bytes: sum('bytes') + bytes }
}

const manifestOf = (
  { scope: { policy }, leased, vault }: ExportContext,
  { name: { month }, families, firstKey, lastKey }: CopiedSet,
  tables: readonly ColdTable[],
): Manifest => ({
  version: VERSION,
  policy: policy.name,
  policyHash: policyHash(policy),
  subject: qualifiedText(policy.subject),
  run: leased.run,
  month,
  families,
  firstKey,
  lastKey,
  encryption: encryptionUnder(vault.keyId),
  tables: [...tables],
})

/** In a cold file, names that differ in case alone are one. */
function requireFreeNames({ family }: RestoreScope): void {
  for (const { twin } of family.tables) {
    const table = tableText(twin.name)
    const known = new Map<string, string>()
    for (const { name: column } of twin.columns) {
      const folded = column.toLowerCase()
      if (folded === FAMILY_COLUMN || folded === DIGEST_COLUMN)
        throw new MothballError('cold_column_taken', { table, column })
      const other = known.get(folded)
      if (other !== undefined) throw new MothballError('cold_columns_alike', { table, column, other })
      known.set(folded, column)
    }
  }
}
