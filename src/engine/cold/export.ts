/**
 * From the archive into cold files, set after set: copied (`copy-sets.ts`), written and proven (`keep-sets.ts`), its
 * manifest kept, then recorded in the journal. Only what is recorded counts; a file that is left behind before that is
 * listed as an orphan and never used. Not one row of the archive is touched.
 */
import { auditEntry } from '../../core/chain.ts'
import { FAMILY_COLUMN } from '../../core/cold/columns.ts'
import type { ExportedSet, ExportOptions, ExportPreview, ExportResult } from '../../core/cold/export.ts'
import { encryptionUnder, type Manifest, manifestPath, manifestText, VERSION } from '../../core/cold/manifest.ts'
import { MothballError } from '../../core/errors/index.ts'
import { daysBefore, instantText } from '../../core/instant.ts'
import { qualifiedText, tableText } from '../../core/names.ts'
import { type Policy, policyHash } from '../../core/policy.ts'
import { appendAudit } from '../../db/journal/audit.ts'
import { coldFilesSql } from '../../sql/journal/cold.sql.ts'
import { nowSql } from '../../sql/journal/run.sql.ts'
import { type LeasedRun, underLease } from '../leased-run.ts'
import type { Engine } from '../ports.ts'
import { openScope, type RestoreScope } from '../restore/restore-scope.ts'
import { copiedSets, readDueMonths } from './copy-sets.ts'
import { type ProvenSet, provenSets, writtenSets } from './keep-sets.ts'
import { oneAhead } from './one-ahead.ts'
import { recordSet } from './record-set.ts'
import { removeReplaced } from './rewrite.ts'
import type { ColdDesk, ColdVault } from './vault.ts'

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
    const horizon = instantText(daysBefore(now, policy.cold.exportAfterDays))
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
    const horizon = instantText(daysBefore(moment, policy.cold.exportAfterDays))
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
  const { engine, vault, scope, leased, signal } = context
  const sets: ExportedSet[] = []
  await using desk = await vault.open()
  const keeping = { engine, policy: scope.policy.name, desk, lease: leased.lease, signal }
  const written = oneAhead(writtenSets(keeping, oneAhead(copiedSets(context, desk))))
  for await (const proven of oneAhead(provenSets(keeping, written))) sets.push(await keepSet(context, desk, proven))
  return sets
}

async function keepSet(context: ExportContext, desk: ColdDesk, proven: ProvenSet): Promise<ExportedSet> {
  const { engine } = context
  const manifest = manifestOf(context, proven)
  const path = manifestPath(proven.name)
  const { sha256, bytes } = await desk.keepText(path, manifestText(manifest))
  await engine.signals.reached('manifest-kept')
  const file = await recordSet(context, proven.listed, { path, sha256, manifest })
  await engine.signals.reached('set-recorded')
  const sum = (of: 'rows' | 'bytes') => proven.tables.reduce((total, table) => total + table[of], 0)
  return { file, manifest: path, families: manifest.families, rows: sum('rows'), bytes: sum('bytes') + bytes }
}

const manifestOf = (
  { scope: { policy }, leased, vault }: ExportContext,
  { name: { month }, families, firstKey, lastKey, tables }: ProvenSet,
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
      if (folded === FAMILY_COLUMN) throw new MothballError('cold_column_taken', { table, column })
      const other = known.get(folded)
      if (other !== undefined) throw new MothballError('cold_columns_alike', { table, column, other })
      known.set(folded, column)
    }
  }
}
