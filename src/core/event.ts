/** (7) What happens in a run, as one union; `describe` is the one sentence for terminal, log and notice. */
import type { RunResult, StopReason } from './run.ts'
import { STOP_REASONS } from './run.ts'

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
  | Readonly<{ kind: 'run-ended'; result: RunResult }>

export type Emit = (event: ArchiveEvent) => void

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
    case 'run-ended':
      return describeResult(event.result)
  }
}

function describeResult({ run, status, archived, failed, skipped, stopReason }: RunResult): string {
  return `run ${run} ended ${status}: ${archived} archived, ${failed} failed, ${skipped} skipped; ${sentence(stopReason)}`
}

const sentence = (reason: StopReason): string => STOP_REASONS[reason]
