/**
 * Logs as JSON lines: one for each event, in the words of `describe`, with figures that are chosen here one by one. A
 * customer's key has no way in, and what is called a secret is cut out wherever it stands.
 */
import { type DestinationStream, type Logger, pino } from 'pino'
import { type ArchiveEvent, describe, type Emit } from '../core/event.ts'
import type { RunStatus } from '../core/run.ts'

export type LogOptions = Readonly<{
  level?: 'debug' | 'info' | 'warn' | 'error'
  /** Left out: stdout. */
  destination?: DestinationStream
}>

const SECRETS = [
  'authorization',
  'cookie',
  'password',
  'secret',
  'token',
  'key',
  'keys',
  'url',
  'email',
  'mobile',
  'phone',
  'name',
  'address',
  'values',
  'detail',
]

/** A line has `level` in words, `time` as ISO 8601 in UTC, `msg`. */
export function createLog({ level = 'info', destination }: LogOptions = {}): Logger {
  const options = {
    level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '***' },
    serializers: { err: errorOf },
  }
  return destination === undefined ? pino(options) : pino(options, destination)
}

/** An error's name and code: its message may quote a row, or an address. */
const errorOf = (error: unknown): object =>
  error instanceof Error
    ? { type: error.name, ...('code' in error && typeof error.code === 'string' ? { code: error.code } : {}) }
    : { type: typeof error }

/** For the engine's `emit`. */
export const logEvents =
  (log: Logger): Emit =>
  (event) =>
    log[levelOf(event)]({ event: event.kind, ...figuresOf(event) }, describe(event))

const WARNINGS: readonly ArchiveEvent['kind'][] = [
  'subjects-failed',
  'run-reconciled',
  'not-vacuumed',
  'not-tidied',
  'probe-failed',
  'run-refused',
  'slots-missed',
  'slot-refused',
  'run-adopted',
]
const DETAILS: readonly ArchiveEvent['kind'][] = ['batch-moved', 'vacuumed', 'sealed', 'lane-taken']

type Level = NonNullable<LogOptions['level']>
const OF_STATUS: Readonly<Record<RunStatus, Level>> = { success: 'info', partial: 'warn', failed: 'error' }

function levelOf(event: ArchiveEvent): Level {
  if (event.kind === 'run-ended') return OF_STATUS[event.result.status]
  if (WARNINGS.includes(event.kind)) return 'warn'
  return DETAILS.includes(event.kind) ? 'debug' : 'info'
}

/** What a search in the logs is made by; everything else is in the sentence. */
function figuresOf(event: ArchiveEvent): object {
  if (event.kind === 'run-ended') {
    const { run, policy, status, archived, failed, skipped, durationMs } = event.result
    return { run, policy, status, archived, failed, skipped, durationMs }
  }
  return {
    ...('run' in event ? { run: event.run } : {}),
    ...('policy' in event ? { policy: event.policy } : {}),
    ...('code' in event ? { code: event.code } : {}),
    ...(event.kind === 'run-refused' ? { code: event.error.code } : {}),
  }
}
