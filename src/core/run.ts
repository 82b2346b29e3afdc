/** What a run is, how it ends, and why: its status comes from counts, never from the absence of an exception. */

import type { ErrorCode } from './errors/index.ts'
import type { Swept } from './late.ts'

export type RunStatus = 'success' | 'partial' | 'failed'

/** Where a run is, from its start to its end. */
export type RunState = 'running' | 'paused' | RunStatus

/** Every step that a run can take, with what it means; any other is refused. */
export const TRANSITIONS = {
  'running -> paused': 'somebody asked it to pause: it keeps its lease, and has no transaction open',
  'paused -> running': 'somebody asked it to go on, with the same cutoff',
  'running -> success': 'nothing failed: all that was eligible moved, or a limit, a window or somebody ended it',
  'running -> partial': 'some could not move, or it broke off after some had moved',
  'running -> failed': 'nothing moved that should have, or its process died and nobody took it over',
  'paused -> success': 'somebody stopped it while it was paused',
  'paused -> partial': 'somebody stopped it while it was paused, and some had failed',
  'paused -> failed': 'it was lost while it was paused, or stopped after all that it tried had failed',
} as const satisfies Readonly<Partial<Record<`${RunState} -> ${RunState}`, string>>>

export type Transition = keyof typeof TRANSITIONS

/** What somebody may ask of a run that goes on. */
export type Asked = 'pause' | 'stop'

/** What came of asking. */
export type ControlResult = Readonly<{
  run: number
  asked: Asked | 'resume'
  /** Where the run was at that moment; it follows at the end of its batch. */
  state: RunState
  /** False: its process is gone, and nobody is there to follow; the next run of its table closes it. */
  alive: boolean
}>

/** Why a run went no further, with the sentence that people read. */
export const STOP_REASONS = {
  nothing_eligible: 'nothing eligible is left',
  all_home: 'everyone who was asked for and could come home is home',
  locked: 'what is left is held by others',
  ceiling: 'more has become eligible than was planned or confirmed',
  max_rows: 'the number of rows asked for is reached',
  window_ended: "the policy's window has ended",
  stopped: 'it was asked to stop, and stopped at the end of a batch',
  dry_run: 'it was a dry run: nothing was moved',
  failed: 'it failed',
  swept: 'everything was looked at',
  erased: 'the person is erased',
  reconciled: 'what could be mended is mended',
  exported: 'everything that was due is in cold files',
  purged: 'everyone on the plan was looked at',
  recalled: 'everyone who was asked for and lies in cold files is in the archive again',
  interrupted: 'its process ended without a word; a later run closed it',
} as const

export type StopReason = keyof typeof STOP_REASONS

export type RunCounts = Readonly<{
  /** Subjects of committed batches. */
  archived: number
  /** Subjects that could not move, each with a failure in the journal. */
  failed: number
  /** Eligible subjects that stayed: locked by others, become active meanwhile, or in quarantine. */
  skipped: number
}>

export type RunResult = RunCounts &
  Readonly<{
    run: number
    policy: string
    status: RunStatus
    dryRun: boolean
    /** What the plan at the run's start found, quarantined ones left out. */
    eligible: number
    cutoff: string
    batches: number
    /** Rows that went along, by table. */
    related: Readonly<Record<string, number>>
    /** Why subjects were skipped, by reason: `locked`, `became_active`, `quarantined`. */
    skippedBecause: Readonly<Record<string, number>>
    durationMs: number
    stopReason: StopReason
    /** What its sweeps found. */
    late: Swept
    /** What the run failed of, else null. */
    error: Readonly<{ code: ErrorCode; message: string }> | null
  }>

/** Failed where nothing moved that should have, or the run broke off; partial where some did not move. */
export function statusOf({ archived, failed }: RunCounts, broke: boolean): RunStatus {
  if (broke) return archived > 0 ? 'partial' : 'failed'
  if (failed === 0) return 'success'
  return archived > 0 ? 'partial' : 'failed'
}

export type RunOptions = Readonly<{
  dryRun?: boolean
  /** Instead of the policy's. */
  batchSize?: number
  /** Subjects at the most. */
  maxRows?: number
  /** `maxRows` is small enough to stand for the number that the guard asks for: the endpoint whose callers name it. */
  maxRowsConfirms?: boolean
  /** The number that the plan names; asked for above the guard. */
  confirm?: number
  /** Who or what started it, for the log. */
  actor?: string
  /** Of the key with which he came, for the audit log. */
  role?: string | undefined
  /** The planned time that this run stands for: each is taken once. An instant's text. */
  slot?: string
  ignoreWindow?: boolean
  /** A dry run of the schedule's: it stands for its slot as a run would. Implies `dryRun`. */
  shadow?: boolean
  /** Instead of the policy's: key ranges at the most. */
  lanes?: number
  /** Ties the runs of several databases. */
  group?: string
  /** Ends the run at a batch's end. */
  signal?: AbortSignal
}>
