/** The verbs about cold files and what is past its retention, as `archiver.ts` offers them. */
import type { Author } from '../../core/chain.ts'
import type { ExportOptions, ExportPreview, ExportResult, RecallResult } from '../../core/cold/export.ts'
import type { LegalBasis, PlanPurge, PurgePlan, PurgeResult, RunPurge } from '../../core/cold/purge.ts'
import type { Policy } from '../../core/policy.ts'
import type { Engine } from '../ports.ts'
import { coldOrphans, exportCold, previewExport } from './export.ts'
import { listPurges, planPurge, type RecordBasis, recordBasis, runPurge, withdrawBasis } from './purge.ts'
import { type RecallOptions, recall } from './recall.ts'
import type { ColdVault } from './vault.ts'

export type ColdVerbs = Readonly<{
  /** Families that are due for cold files. Writes nothing. */
  previewExport(policy: Policy): Promise<ExportPreview>
  export(policy: Policy, vault: ColdVault, options: ExportOptions): Promise<ExportResult>
  /** Paths in the store that the journal does not know. */
  coldOrphans(policy: Policy, vault: ColdVault): Promise<readonly string[]>
  /** Purged families from their cold files into the archive. */
  recall(policy: Policy, vault: ColdVault, options: RecallOptions): Promise<RecallResult>
  /** Turns purging on, and off. */
  recordBasis(policy: Policy, basis: RecordBasis): Promise<LegalBasis>
  withdrawBasis(policy: Policy, author: Author): Promise<LegalBasis>
  planPurge(policy: Policy, plan: PlanPurge): Promise<PurgePlan>
  /** Newest first. */
  listPurges(policy: Policy): Promise<readonly PurgePlan[]>
  runPurge(policy: Policy, vault: ColdVault, run: RunPurge): Promise<PurgeResult>
}>

export const coldVerbs = (engine: Engine): ColdVerbs => ({
  previewExport: (policy) => previewExport(engine, policy),
  export: (policy, vault, options) => exportCold(engine, vault, policy, options),
  coldOrphans: (policy, vault) => coldOrphans(engine, vault, policy),
  recall: (policy, vault, options) => recall(engine, vault, policy, options),
  recordBasis: (policy, basis) => recordBasis(engine, policy, basis),
  withdrawBasis: (policy, author) => withdrawBasis(engine, policy, author),
  planPurge: (policy, plan) => planPurge(engine, policy, plan),
  listPurges: (policy) => listPurges(engine, policy),
  runPurge: (policy, vault, options) => runPurge(engine, vault, policy, options),
})
