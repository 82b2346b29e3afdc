/** (7) What happens in a run, as one union; `describe` is the one sentence for terminal, log and notice. */
import type { ErrorCode } from './errors/index.ts'
import { PACE_REASONS, type PaceReason } from './pace.ts'
import type { RunResult, StopReason } from './run.ts'
import { STOP_REASONS } from './run.ts'
import type { Stage } from './schedule.ts'

export type ArchiveEvent =
  | Readonly<{ kind: 'run-started'; run: number; policy: string; eligible: number; dryRun: boolean }>
  | Readonly<{ kind: 'batch-moved'; run: number; batch: number; subjects: number; rows: number; durationMs: number }>
  | Readonly<{ kind: 'batch-retried'; run: number; sqlstate: string; attempt: number }>
  | Readonly<{ kind: 'subjects-failed'; run: number; code: string; count: number; keys: readonly string[] }>
  | Readonly<{ kind: 'pass-started'; run: number; pass: number; waiting: number }>
  | Readonly<{ kind: 'run-reconciled'; run: number; archived: number }>
  | Readonly<{ kind: 'late-found'; run: number; rows: number; families: number }>
  | Readonly<{ kind: 'late-restored'; run: number; restore: number; families: number }>
  | Readonly<{ kind: 'late-followed'; run: number; batch: number; rows: number }>
  | Readonly<{ kind: 'subjects-returned'; run: number; count: number; keys: readonly string[] }>
  | Readonly<{ kind: 'sweep-left-out'; run: number; rows: number }>
  | Readonly<{ kind: 'not-swept'; run: number; code: string }>
  | Readonly<{ kind: 'mended'; run: number; what: string; table: string; rows: number }>
  | Readonly<{ kind: 'sealed'; run: number; batches: number }>
  | Readonly<{ kind: 'seal-refused'; run: number; batches: number }>
  | Readonly<{ kind: 'not-logged'; run: number; code: string }>
  | Readonly<{ kind: 'vacuumed'; run: number; table: string }>
  | Readonly<{ kind: 'not-vacuumed'; run: number; table: string }>
  | Readonly<{ kind: 'not-tidied'; run: number; code: string }>
  | Readonly<{ kind: 'probe-failed'; run: number; probe: string; problem: string }>
  | Readonly<{ kind: 'run-refused'; policy: string; error: RefusedBy }>
  | Readonly<{ kind: 'run-paused'; run: number; reason: string }>
  | Readonly<{ kind: 'run-resumed'; run: number }>
  | Readonly<{ kind: 'run-adopted'; run: number; archived: number }>
  | Readonly<{ kind: 'run-throttled'; run: number; reason: PaceReason; pauseMs: number; batchSize: number }>
  | Readonly<{ kind: 'lanes-cut'; run: number; lanes: number }>
  | Readonly<{ kind: 'lane-taken'; run: number; lane: number }>
  | Readonly<{ kind: 'lane-ended'; run: number; lane: number; stopReason: StopReason }>
  | Readonly<{ kind: 'run-ended'; result: RunResult }>
  | Readonly<{ kind: 'slots-missed'; policy: string; slots: readonly string[]; caughtUp: boolean }>
  | Readonly<{ kind: 'slot-refused'; policy: string; slot: string; code: string }>
  | Readonly<{ kind: 'slot-skipped'; policy: string; slot: string; reason: string }>
  | Readonly<{ kind: 'stage-changed'; policy: string; from: Stage; to: Stage; actor: string; reason: string }>

/** Why a run did not begin; the message is free of a customer's data, as every error of ours. */
export type RefusedBy = Readonly<{ code: ErrorCode; message: string; hint: string }>

export type Emit = (event: ArchiveEvent) => void

/** What follows the moving: late rows, seals, space. */
type CareEvent = Extract<
  ArchiveEvent,
  {
    kind:
      | 'late-found'
      | 'late-restored'
      | 'late-followed'
      | 'subjects-returned'
      | 'sweep-left-out'
      | 'not-swept'
      | 'mended'
      | 'sealed'
      | 'seal-refused'
      | 'not-logged'
      | 'vacuumed'
      | 'not-vacuumed'
      | 'not-tidied'
  }
>

/** What people, schedules and other workers have to do with it. */
type ServiceEvent = Extract<
  ArchiveEvent,
  {
    kind:
      | 'run-paused'
      | 'run-resumed'
      | 'run-adopted'
      | 'run-throttled'
      | 'lanes-cut'
      | 'lane-taken'
      | 'lane-ended'
      | 'slots-missed'
      | 'slot-refused'
      | 'slot-skipped'
      | 'stage-changed'
      | 'probe-failed'
      | 'run-refused'
  }
>

/** Without a customer's key or data: fit for logs, mails and chats. */
export function describe(event: ArchiveEvent): string {
  switch (event.kind) {
    case 'run-started':
      return `${event.dryRun ? 'dry run' : 'run'} ${event.run} of ${event.policy} started: ${event.eligible} eligible`
    case 'batch-moved':
      return `batch ${event.batch}: ${event.subjects} moved with ${event.rows - event.subjects} related rows in ${event.durationMs} ms`
    case 'batch-retried':
      return `a batch was rolled back (SQLSTATE ${event.sqlstate}) and is tried again, attempt ${event.attempt}`
    case 'subjects-failed':
      return `${event.count} could not move: ${event.code}`
    case 'pass-started':
      return `pass ${event.pass}: ${event.waiting} were locked by others and are tried again`
    case 'run-reconciled':
      return `run ${event.run} had ended without a word and was closed: ${event.archived} archived`
    case 'run-ended':
      return describeResult(event.result)
    case 'late-found':
    case 'late-restored':
    case 'late-followed':
    case 'subjects-returned':
    case 'sweep-left-out':
    case 'not-swept':
    case 'mended':
    case 'sealed':
    case 'seal-refused':
    case 'not-logged':
    case 'vacuumed':
    case 'not-vacuumed':
    case 'not-tidied':
      return describeCare(event)
    default:
      return describeService(event)
  }
}

function describeCare(event: CareEvent): string {
  switch (event.kind) {
    case 'late-found':
      return `${event.rows} late related rows of ${event.families} archived families are found`
    case 'late-restored':
      return `${event.families} families came home for their late rows, by restore ${event.restore}`
    case 'late-followed':
      return `batch ${event.batch}: ${event.rows} late rows moved after their families`
    case 'subjects-returned':
      return `${event.count} are both active and archived: \`mothball reconcile\` compares them`
    case 'sweep-left-out':
      return `${event.rows} rows are too many to be swept at a run's end: \`mothball sweep\` does it`
    case 'not-swept':
      return `a sweep broke off (${event.code}); the next run sweeps again`
    case 'mended':
      return `${event.table}: ${event.rows} mended (${event.what})`
    case 'sealed':
      return `${event.batches} batches are sealed`
    case 'seal-refused':
      return `${event.batches} batches get no seal, because their rows are not those that moved: \`mothball verify\` names them`
    case 'not-logged':
      return `run ${event.run} is not in the public log (${event.code}); the journal has it`
    case 'vacuumed':
      return `${event.table} is vacuumed: its space can be used again`
    case 'not-vacuumed':
      return `${event.table} was not vacuumed: its owner has to do it, or grant MAINTAIN`
    case 'not-tidied':
      return `sealing or vacuuming broke off (${event.code}); the next run does it`
  }
}

function describeService(event: ServiceEvent): string {
  switch (event.kind) {
    case 'probe-failed':
      return `the probe ${event.probe} could not be read (${event.problem})`
    case 'run-refused':
      return `a run of ${event.policy} did not begin: ${event.error.code}`
    case 'run-paused':
      return `run ${event.run} is paused: ${event.reason}`
    case 'run-resumed':
      return `run ${event.run} goes on`
    case 'run-adopted':
      return `run ${event.run} had lost its process and goes on here: ${event.archived} archived so far`
    case 'run-throttled':
      return `run ${event.run} goes slower (batches of ${event.batchSize}, ${event.pauseMs} ms between them): ${PACE_REASONS[event.reason]}`
    case 'lanes-cut':
      return `run ${event.run} is cut into ${event.lanes} lanes`
    case 'lane-taken':
      return `lane ${event.lane} of run ${event.run} is taken`
    case 'lane-ended':
      return `lane ${event.lane} of run ${event.run} has ended: ${sentence(event.stopReason)}`
    case 'slots-missed':
      return `${event.policy} missed ${slotsText(event.slots)}${event.caughtUp ? '; one run catches up' : ''}`
    case 'slot-refused':
      return `${event.policy} did not run for ${event.slot}: ${event.code}`
    case 'slot-skipped':
      return `${event.policy} skipped ${event.slot}: ${event.reason}`
    case 'stage-changed':
      return `${event.policy} went from ${event.from} to ${event.to} by ${event.actor}: ${event.reason}`
  }
}

function describeResult({ run, status, archived, failed, skipped, stopReason }: RunResult): string {
  return `run ${run} ended ${status}: ${archived} archived, ${failed} failed, ${skipped} skipped; ${sentence(stopReason)}`
}

const slotsText = (slots: readonly string[]): string =>
  slots.length === 1 ? `its slot ${slots[0]}` : `${slots.length} slots, ${slots[0]} to ${slots.at(-1)}`

const sentence = (reason: StopReason): string => STOP_REASONS[reason]
