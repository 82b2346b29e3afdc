/** The verbs of the product, bound to one engine: what the doors (command line, HTTP, library) may ask for. */
import type { ApiKey, NewApiKey } from '../core/api-key.ts'
import type { AuditVerification, PruneAudit, PrunedAudit, PublishedHead } from '../core/audit.ts'
import type { Author, ChainedEntry } from '../core/chain.ts'
import type { EraseMethod, EraseOptions, Erasure, ErasurePlan } from '../core/erase.ts'
import type { CloseRequest, ErasureRequest, RequestErasure } from '../core/erasure-request.ts'
import type { Diagnosis } from '../core/examination.ts'
import type { Failure, RetryResult } from '../core/failure.ts'
import type { Found, Revealed, WithContacts } from '../core/found.ts'
import type { GrantPlan } from '../core/grants/roles.ts'
import type { RunDetail, RunRecord } from '../core/history.ts'
import type { Hold, HoldSet, ReleaseHold, SetHold } from '../core/hold.ts'
import type { Homecoming } from '../core/homecoming.ts'
import type { SweepOptions, SweepPreview, Swept } from '../core/late.ts'
import type { Notice } from '../core/notice.ts'
import type { Page } from '../core/page.ts'
import type { Plan } from '../core/plan.ts'
import type { Policy } from '../core/policy.ts'
import type { Difference, Reconciled, ReconcileOptions } from '../core/reconcile.ts'
import type { RestoreOptions, RestorePreview, RestoreResult, RestoreSelection } from '../core/restore.ts'
import type { ControlResult, RunOptions, RunResult } from '../core/run.ts'
import type { Sample } from '../core/sample.ts'
import type { StageOfPolicy } from '../core/schedule.ts'
import type { GiveSignOff, SignOff, WithdrawSignOff } from '../core/sign-off.ts'
import type { SlotList } from '../core/slot.ts'
import type { Statistics } from '../core/statistics.ts'
import type { Verification } from '../core/verify.ts'
import { applyMigration, type MigrationStep, planIndexes, planMigration } from '../db/migrate.ts'
import { auditHead, listAudit, type VerifyAudit, verifyAudit } from './audit.ts'
import { type ColdVerbs, coldVerbs } from './cold/verbs.ts'
import { type AskRun, pauseRun, resumeRun, stopRun } from './control.ts'
import { doctor, serverZone } from './doctor.ts'
import { erase, listErasures, planErasure } from './erase/erase.ts'
import { closeErasureRequest, listErasureRequests, requestErasure } from './erase/requests.ts'
import { listFailures, retryFailures } from './failures.ts'
import { find } from './find/find.ts'
import { findMasked } from './find/find-masked.ts'
import { type RevealCustomer, reveal } from './find/reveal.ts'
import { grants } from './grants.ts'
import { listRuns, runDetail, runRecord } from './history.ts'
import { listHolds, releaseHold, setHold } from './hold.ts'
import { homecoming, planHomecoming, planHomecomingRemoval } from './homecoming/homecoming.ts'
import { type CreateKey, createKey, listKeys, revokeKey } from './keys.ts'
import { listNotices } from './notices.ts'
import { plan } from './plan/plan.ts'
import { type SampleOptions, sample } from './plan/sample.ts'
import type { Engine } from './ports.ts'
import { type PruneKeys, pruneAudit } from './prune-audit.ts'
import { previewReconcile, reconcile } from './reconcile/reconcile.ts'
import { restore } from './restore/restore.ts'
import { previewRestore } from './restore/restore-preview.ts'
import { type Helping, helpRun, runsToHelp } from './run/adopt-run.ts'
import { run } from './run/run.ts'
import { runSlot, type SlotOptions, type SlotOutcome } from './run-slot.ts'
import { listSignOffs, signOff, withdrawSignOff } from './sign-offs.ts'
import { type DueSlot, listSlots, lookAtSchedule } from './slots.ts'
import { type SetStage, setStage, stageOf } from './stage.ts'
import { type StatisticsOptions, statistics } from './statistics.ts'
import { previewSweep, sweep } from './sweep/sweep.ts'
import { noteTrial, type Trial } from './trial.ts'
import { type VerifyOptions, verify } from './verify/verify.ts'

/** Every verb rejects with a MothballError whose code says why; what each may throw stands at the verb's own file. */
export type Archiver = ColdVerbs &
  Readonly<{
    /** What a run would do now. Writes nothing. */
    plan(policy: Policy): Promise<Plan>
    /** A few customers behind one of the plan's figures, masked. Writes nothing. */
    sample(policy: Policy, options?: SampleOptions): Promise<Sample>
    run(policy: Policy, options?: RunOptions): Promise<RunResult>
    /** What a restore would do. Writes nothing. */
    previewRestore(policy: Policy, selection: RestoreSelection): Promise<RestorePreview>
    restore(policy: Policy, options: RestoreOptions): Promise<RestoreResult>
    verify(policy: Policy, options?: VerifyOptions): Promise<Verification>
    /** What a sweep would find. Writes nothing. */
    previewSweep(policy: Policy): Promise<SweepPreview>
    /** Finds late rows everywhere, and does with them what the policy says. */
    sweep(policy: Policy, options?: SweepOptions): Promise<Swept & Readonly<{ run: number }>>
    /** What hands or other tools left behind. Writes nothing. */
    previewReconcile(policy: Policy): Promise<readonly Difference[]>
    /** Mends what can be mended without losing anything, and says what is left. */
    reconcile(policy: Policy, options?: ReconcileOptions): Promise<Reconciled>
    /** By key, phone, e-mail or policy number; where each is, and why. */
    find(policy: Policy, text: string): Promise<readonly Found[]>
    /** The same, with what the policy searches, masked. */
    findMasked(policy: Policy, text: string): Promise<readonly WithContacts[]>
    /** What is masked, in clear, for a reason that is written down; null where nobody has the key. */
    reveal(policy: Policy, asked: RevealCustomer): Promise<Revealed | null>
    setHold(policy: Policy, hold: SetHold): Promise<HoldSet>
    releaseHold(policy: Policy, release: ReleaseHold): Promise<readonly Hold[]>
    listHolds(
      policy: Policy,
      options?: Readonly<{ all?: boolean; caseNumber?: string | null } & Page>,
    ): Promise<readonly Hold[]>
    /** What an erasure would destroy, and what is in its way. */
    planErasure(policy: Policy, key: string, method?: EraseMethod): Promise<ErasurePlan>
    erase(policy: Policy, options: EraseOptions): Promise<Erasure>
    requestErasure(policy: Policy, request: RequestErasure): Promise<ErasureRequest>
    closeErasureRequest(policy: Policy, closing: CloseRequest): Promise<ErasureRequest>
    /** The one that is due first comes first. */
    listErasureRequests(
      policy: Policy,
      options?: Readonly<{ all?: boolean; limit?: number }>,
    ): Promise<readonly ErasureRequest[]>
    listErasures(policy: Policy, options?: Readonly<{ key?: string | null } & Page>): Promise<readonly Erasure[]>
    listFailures(
      policy: Policy,
      options?: Readonly<{ all?: boolean; run?: number | null } & Page>,
    ): Promise<readonly Failure[]>
    retryFailures(policy: Policy, keys: readonly string[] | 'all', author?: Author): Promise<RetryResult>
    /** Newest first. */
    listRuns(
      policy: Policy,
      options?: Readonly<{ limit?: number; before?: number | null }>,
    ): Promise<readonly RunRecord[]>
    runDetail(policy: Policy, run: number): Promise<RunDetail>
    /** The same without its batches and failures: cheap enough to ask again and again. */
    runRecord(policy: Policy, run: number): Promise<RunRecord>
    /** What the runs of the last days add up to. Writes nothing. */
    statistics(policy: Policy, options?: StatisticsOptions): Promise<Statistics>
    /** What people were told, newest first. */
    listNotices(policies: readonly Policy[], limit?: number): Promise<readonly Notice[]>
    /** Writes down who asks for a trial message, before whoever has the channel sends it. */
    noteTrial(trial: Trial): Promise<void>
    /** Who changed what, newest first. */
    listAudit(options?: Readonly<{ limit?: number; before?: number | null }>): Promise<readonly ChainedEntry[]>
    verifyAudit(options?: VerifyAudit): Promise<AuditVerification>
    /** The end of the chain, to be noted elsewhere. */
    auditHead(): Promise<PublishedHead>
    /** Takes old entries out of the log, and leaves signed checkpoints. */
    pruneAudit(keys: PruneKeys, prune: PruneAudit): Promise<PrunedAudit>
    createKey(key: CreateKey): Promise<NewApiKey>
    listKeys(options?: Readonly<{ all?: boolean }>): Promise<readonly ApiKey[]>
    revokeKey(which: Author & Readonly<{ id: number }>): Promise<ApiKey>
    /** What the database lacks. Writes nothing. */
    planMigration(policies: readonly Policy[]): Promise<readonly MigrationStep[]>
    /** Indexes that make runs and searches quick. Writes nothing. */
    planIndexes(policies: readonly Policy[]): Promise<readonly MigrationStep[]>
    /** The trigger that brings families home: where it stands, and whether it is as the tables ask for. Writes nothing. */
    homecoming(policy: Policy): Promise<Homecoming>
    /** Steps for `migrate` that make or renew it; `withSubject` guards the subject table too. Writes nothing. */
    planHomecoming(policy: Policy, options?: Readonly<{ withSubject?: boolean }>): Promise<readonly MigrationStep[]>
    /** Steps for `migrate` that leave nothing of it. Writes nothing. */
    planHomecomingRemoval(policy: Policy): Promise<readonly MigrationStep[]>
    migrate(steps: readonly MigrationStep[], onStep?: (step: MigrationStep) => void): Promise<void>
    /** Asks a run to pause, to go on, or to stop; it follows at the end of its batch, wherever it is. */
    pauseRun(policy: Policy, ask: AskRun): Promise<ControlResult>
    resumeRun(policy: Policy, ask: AskRun): Promise<ControlResult>
    stopRun(policy: Policy, ask: AskRun): Promise<ControlResult>
    stageOf(policy: Policy): Promise<StageOfPolicy>
    setStage(policy: Policy, set: SetStage): Promise<StageOfPolicy>
    /** Somebody's word that an item of the rollout was verified or is approved. */
    signOff(policy: Policy, given: GiveSignOff): Promise<SignOff>
    withdrawSignOff(policy: Policy, withdrawal: WithdrawSignOff): Promise<SignOff>
    listSignOffs(policy: Policy, options?: Readonly<{ all?: boolean }>): Promise<readonly SignOff[]>
    /** Planned times, newest first, with what became of each, and the next one. */
    listSlots(policy: Policy, limit?: number): Promise<SlotList>
    /** What a scheduler does when it looks at the clock: the slots that are to be run now. */
    lookAtSchedule(policy: Policy): Promise<readonly DueSlot[]>
    /** Runs what is due in a slot, or goes on with it; once, whoever asks. */
    runSlot(policy: Policy, slot: string, options?: SlotOptions): Promise<SlotOutcome>
    /** Runs that have lanes for others to take. */
    runsToHelp(policy: Policy): Promise<readonly number[]>
    /** Takes lanes of a run until none is free; returns how many. */
    helpRun(policy: Policy, run: number, options?: Helping): Promise<number>
    doctor(policies: readonly Policy[]): Promise<Diagnosis>
    /** The roles that work with these policies, and all that each may. Writes nothing. */
    grants(policies: readonly Policy[], prefix?: string): Promise<GrantPlan>
    /** The database's own time zone, in which people read its times. */
    zone(): Promise<string>
  }>

type Erasing = Pick<
  Archiver,
  'planErasure' | 'erase' | 'requestErasure' | 'closeErasureRequest' | 'listErasureRequests' | 'listErasures'
>

const erasing = (engine: Engine): Erasing => ({
  planErasure: (policy, key, method) => planErasure(engine, policy, key, method),
  erase: (policy, options) => erase(engine, policy, options),
  requestErasure: (policy, request) => requestErasure(engine, policy, request),
  closeErasureRequest: (policy, closing) => closeErasureRequest(engine, policy, closing),
  listErasureRequests: (policy, options) => listErasureRequests(engine, policy, options),
  listErasures: (policy, options) => listErasures(engine, policy, options),
})

const signing = (engine: Engine): Pick<Archiver, 'signOff' | 'withdrawSignOff' | 'listSignOffs'> => ({
  signOff: (policy, given) => signOff(engine, policy, given),
  withdrawSignOff: (policy, withdrawal) => withdrawSignOff(engine, policy, withdrawal),
  listSignOffs: (policy, options) => listSignOffs(engine, policy, options),
})

const auditing = (engine: Engine): Pick<Archiver, 'listAudit' | 'verifyAudit' | 'auditHead' | 'pruneAudit'> => ({
  listAudit: (options) => listAudit(engine, options),
  verifyAudit: (options) => verifyAudit(engine, options),
  auditHead: () => auditHead(engine),
  pruneAudit: (keys, prune) => pruneAudit(engine, keys, prune),
})

export const createArchiver = (engine: Engine): Archiver => ({
  ...erasing(engine),
  ...auditing(engine),
  ...signing(engine),
  plan: (policy) => plan(engine, policy),
  sample: (policy, options) => sample(engine, policy, options),
  run: (policy, options) => run(engine, policy, options),
  previewRestore: (policy, selection) => previewRestore(engine, policy, selection),
  restore: (policy, options) => restore(engine, policy, options),
  verify: (policy, options) => verify(engine, policy, options),
  previewSweep: (policy) => previewSweep(engine, policy),
  sweep: (policy, options) => sweep(engine, policy, options),
  previewReconcile: (policy) => previewReconcile(engine, policy),
  reconcile: (policy, options) => reconcile(engine, policy, options),
  find: (policy, text) => find(engine, policy, text),
  findMasked: (policy, text) => findMasked(engine, policy, text),
  reveal: (policy, asked) => reveal(engine, policy, asked),
  setHold: (policy, hold) => setHold(engine, policy, hold),
  releaseHold: (policy, release) => releaseHold(engine, policy, release),
  listHolds: (policy, options) => listHolds(engine, policy, options),
  listFailures: (policy, options) => listFailures(engine, policy, options),
  retryFailures: (policy, keys, author) => retryFailures(engine, policy, keys, author),
  listRuns: (policy, options) => listRuns(engine, policy, options),
  runDetail: (policy, number) => runDetail(engine, policy, number),
  runRecord: (policy, number) => runRecord(engine, policy, number),
  listNotices: (policies, limit) => listNotices(engine, policies, limit),
  noteTrial: (trial) => noteTrial(engine, trial),
  statistics: (policy, options) => statistics(engine, policy, options),
  createKey: (key) => createKey(engine, key),
  listKeys: (options) => listKeys(engine, options),
  revokeKey: (which) => revokeKey(engine, which),
  planMigration: (policies) => planMigration(engine.database, policies),
  planIndexes: (policies) => planIndexes(engine.database, policies),
  homecoming: (policy) => homecoming(engine, policy),
  planHomecoming: (policy, options) => planHomecoming(engine, policy, options),
  planHomecomingRemoval: (policy) => planHomecomingRemoval(engine, policy),
  migrate: (steps, onStep) => applyMigration(engine.database, steps, onStep === undefined ? {} : { onStep }),
  pauseRun: (policy, ask) => pauseRun(engine, policy, ask),
  resumeRun: (policy, ask) => resumeRun(engine, policy, ask),
  stopRun: (policy, ask) => stopRun(engine, policy, ask),
  stageOf: (policy) => stageOf(engine, policy),
  setStage: (policy, set) => setStage(engine, policy, set),
  listSlots: (policy, limit) => listSlots(engine, policy, limit),
  lookAtSchedule: (policy) => lookAtSchedule(engine, policy),
  runSlot: (policy, slot, options) => runSlot(engine, policy, slot, options),
  runsToHelp: (policy) => runsToHelp(engine, policy),
  helpRun: (policy, number, options) => helpRun(engine, policy, number, options),
  ...coldVerbs(engine),
  doctor: (policies) => doctor(engine, policies),
  grants: (policies, prefix) => grants(engine, policies, prefix),
  zone: () => serverZone(engine),
})
