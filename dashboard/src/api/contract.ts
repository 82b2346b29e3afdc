/**
 * The shapes of the API, taken from the very schemas with which the server checks them: types only, so that nothing of
 * the server gets into the bundle.
 */
import type * as audit from '../../../src/http/contract/audit.ts'
import type * as channels from '../../../src/http/contract/channels.ts'
import type * as control from '../../../src/http/contract/control.ts'
import type * as customers from '../../../src/http/contract/customers.ts'
import type * as erasures from '../../../src/http/contract/erasures.ts'
import type * as exports_ from '../../../src/http/contract/exports.ts'
import type * as failures from '../../../src/http/contract/failures.ts'
import type * as holds from '../../../src/http/contract/holds.ts'
import type * as policies from '../../../src/http/contract/policies.ts'
import type * as purges from '../../../src/http/contract/purges.ts'
import type * as restores from '../../../src/http/contract/restores.ts'
import type * as retention from '../../../src/http/contract/retention.ts'
import type * as runs from '../../../src/http/contract/runs.ts'
import type * as samples from '../../../src/http/contract/samples.ts'
import type * as service from '../../../src/http/contract/service.ts'
import type * as session from '../../../src/http/contract/session.ts'
import type * as signOffs from '../../../src/http/contract/sign-offs.ts'
import type * as statistics from '../../../src/http/contract/statistics.ts'

type Json<Schema> = { content: { 'application/json': { schema: Schema } } }
type Output<Schema> = Schema extends { _zod: { output: infer Value } } ? Value : never
type Input<Schema> = Schema extends { _zod: { input: infer Value } } ? Value : never

/** What an operation answers, whichever of its good statuses it has. */
type AnswerOf<Route> = Route extends { responses: infer Responses }
  ? {
      [Status in keyof Responses & (200 | 201 | 202)]: Responses[Status] extends Json<infer Schema>
        ? Output<Schema>
        : never
    }[keyof Responses & (200 | 201 | 202)]
  : never

/** What it takes as its body. */
type BodyOf<Route> = Route extends { request: { body: Json<infer Schema> } } ? Input<Schema> : never

export type About = AnswerOf<typeof service.aboutRoute>
export type Slots = AnswerOf<typeof service.listSlotsRoute>
export type Diagnosis = AnswerOf<typeof service.diagnosisRoute>
export type Notices = AnswerOf<typeof service.listNoticesRoute>
export type Channels = AnswerOf<typeof channels.listChannelsRoute>
export type TestedChannel = AnswerOf<typeof channels.testChannelRoute>
export type Keys = AnswerOf<typeof service.listKeysRoute>
export type NewKey = AnswerOf<typeof service.createKeyRoute>
export type KeyBody = BodyOf<typeof service.createKeyRoute>
export type Statistics = AnswerOf<typeof statistics.statisticsRoute>
export type WhoAmI = AnswerOf<typeof session.sessionRoute>
export type SignedIn = AnswerOf<typeof session.signInRoute>
export type Runs = AnswerOf<typeof runs.listRunsRoute>
export type Run = Runs['runs'][number]
export type RunDetail = AnswerOf<typeof runs.runRoute>
export type Plan = AnswerOf<typeof runs.planRoute>
export type PlanBody = BodyOf<typeof runs.planRoute>
export type StartBody = BodyOf<typeof runs.startRunRoute>
export type StartedRun = AnswerOf<typeof runs.startRunRoute>
export type ControlResult = AnswerOf<typeof control.pauseRunRoute>
export type Erasures = AnswerOf<typeof erasures.listErasuresRoute>
export type Erasure = Erasures['erasures'][number]
export type ErasureRequests = AnswerOf<typeof erasures.listRequestsRoute>
export type ErasureRequest = ErasureRequests['requests'][number]
export type RequestBody = BodyOf<typeof erasures.requestErasureRoute>
export type CloseBody = BodyOf<typeof erasures.closeRequestRoute>
export type Retention = AnswerOf<typeof retention.retentionRoute>
export type LegalBasis = AnswerOf<typeof retention.recordBasisRoute>
export type ColdSets = AnswerOf<typeof exports_.listExportsRoute>
export type ExportDue = AnswerOf<typeof exports_.dueExportRoute>
export type StartedWork = AnswerOf<typeof exports_.startExportRoute>
export type Purges = AnswerOf<typeof purges.listPurgesRoute>
export type Purge = Purges['purges'][number]
export type Failures = AnswerOf<typeof failures.listFailuresRoute>
export type Failure = Failures['failures'][number]
export type Retried = AnswerOf<typeof failures.retryFailuresRoute>
export type RetryBody = BodyOf<typeof failures.retryFailuresRoute>
export type Customers = AnswerOf<typeof customers.searchCustomersRoute>
export type Customer = AnswerOf<typeof customers.customerRoute>
export type Revealed = AnswerOf<typeof customers.revealCustomerRoute>
export type RevealBody = BodyOf<typeof customers.revealCustomerRoute>
export type Why = AnswerOf<typeof customers.whyRoute>
export type RestorePreview = AnswerOf<typeof restores.previewRestoreRoute>
export type PreviewBody = BodyOf<typeof restores.previewRestoreRoute>
export type RestoreResult = AnswerOf<typeof restores.restoreRoute>
export type RestoreBody = BodyOf<typeof restores.restoreRoute>
export type Holds = AnswerOf<typeof holds.listHoldsRoute>
export type Hold = Holds['holds'][number]
export type HoldBody = BodyOf<typeof holds.setHoldRoute>
export type Policies = AnswerOf<typeof policies.listPoliciesRoute>
export type Stage = AnswerOf<typeof policies.stageRoute>
export type StageBody = BodyOf<typeof policies.setStageRoute>
export type Sample = AnswerOf<typeof samples.sampleRoute>
export type SignOffs = AnswerOf<typeof signOffs.listSignOffsRoute>
export type SignOff = SignOffs['signOffs'][number]
export type SignOffBody = BodyOf<typeof signOffs.giveSignOffRoute>
export type Verification = AnswerOf<typeof policies.verifyRoute>
export type Audit = AnswerOf<typeof audit.listAuditRoute>
export type AuditEntry = Audit['entries'][number]
export type AuditVerification = AnswerOf<typeof audit.verifyAuditRoute>
