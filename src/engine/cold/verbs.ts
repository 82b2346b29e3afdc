/** The verbs about cold files and what is past its retention, as `archiver.ts` offers them. */
import type { ColdSet, ExportOptions, ExportPreview, ExportResult, RecallResult } from '../../core/cold/export.ts'
import type { LegalBasis, PlannedPurge, PlanPurge, PurgePlan, PurgeResult, RunPurge } from '../../core/cold/purge.ts'
import type { Retention } from '../../core/cold/retention.ts'
import type { Page } from '../../core/page.ts'
import type { Policy } from '../../core/policy.ts'
import type { Engine } from '../ports.ts'
import { coldOrphans, exportCold, previewExport } from './export.ts'
import { openVault } from './open-vault.ts'
import {
  getPurge,
  listPurges,
  planPurge,
  type RecordBasis,
  recordBasis,
  runPurge,
  type WithdrawBasis,
  withdrawBasis,
} from './purge.ts'
import { type RecallOptions, recall } from './recall.ts'
import { listColdSets, retention } from './retention.ts'
import type { ColdVault } from './vault.ts'

export type ColdVerbs = Readonly<{
  /** Opens the configured place of cold files. Throws `cold_missing` where there is none. */
  vault(): Promise<ColdVault>
  /** Families that are due for cold files. Writes nothing. */
  previewExport(policy: Policy): Promise<ExportPreview>
  export(policy: Policy, vault: ColdVault, options: ExportOptions): Promise<ExportResult>
  /** Recorded sets of files, newest first. */
  listColdSets(policy: Policy, page?: Page): Promise<readonly ColdSet[]>
  /** What is past its time, and by what right it may go. */
  retention(policy: Policy): Promise<Retention>
  /** Paths in the store that the journal does not know. */
  coldOrphans(policy: Policy, vault: ColdVault): Promise<readonly string[]>
  /** Purged families from their cold files into the archive. */
  recall(policy: Policy, vault: ColdVault, options: RecallOptions): Promise<RecallResult>
  /** Turns purging on, and off. */
  recordBasis(policy: Policy, basis: RecordBasis): Promise<LegalBasis>
  withdrawBasis(policy: Policy, withdrawal: WithdrawBasis): Promise<LegalBasis>
  /** Says too whether those who are purged by it will be found by their contacts. */
  planPurge(policy: Policy, plan: PlanPurge): Promise<PlannedPurge>
  /** Newest first. */
  listPurges(policy: Policy, page?: Page): Promise<readonly PurgePlan[]>
  getPurge(policy: Policy, id: number): Promise<PurgePlan>
  runPurge(policy: Policy, vault: ColdVault, run: RunPurge): Promise<PurgeResult>
}>

export const coldVerbs = (engine: Engine): ColdVerbs => ({
  vault: () => openVault(engine),
  previewExport: (policy) => previewExport(engine, policy),
  export: (policy, vault, options) => exportCold(engine, vault, policy, options),
  listColdSets: (policy, page) => listColdSets(engine, policy, page),
  retention: (policy) => retention(engine, policy),
  coldOrphans: (policy, vault) => coldOrphans(engine, vault, policy),
  recall: (policy, vault, options) => recall(engine, vault, policy, options),
  recordBasis: (policy, basis) => recordBasis(engine, policy, basis),
  withdrawBasis: (policy, withdrawal) => withdrawBasis(engine, policy, withdrawal),
  planPurge: (policy, plan) => planPurge(engine, policy, plan),
  listPurges: (policy, page) => listPurges(engine, policy, page),
  getPurge: (policy, id) => getPurge(engine, policy, id),
  runPurge: (policy, vault, options) => runPurge(engine, vault, policy, options),
})
