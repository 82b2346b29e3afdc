/** What a process that serves for months says of its databases: events and trouble, for people and as JSON lines. */
import { MothballError } from '../core/errors/index.ts'
import { type ArchiveEvent, describe } from '../core/event.ts'
import type { Output } from './output.ts'

/** A log that runs for months needs no line for each batch. */
const QUIET: readonly ArchiveEvent['kind'][] = ['batch-moved', 'sealed', 'vacuumed']

/** `database`: its name; null where there is only one, and nobody needs to be told. */
export function tellEvent(output: Output, database: string | null, event: ArchiveEvent): void {
  output.jsonLine({ ...event, type: 'event', ...nameIn(database) })
  if (!QUIET.includes(event.kind)) output.note(`${leadOf(database)}${describe(event)}`)
}

/** The message of an error that nobody foresaw may quote a row; its name cannot. */
export function tellTrouble(output: Output, database: string | null, error: unknown): void {
  const problem = error instanceof Error ? error.name : typeof error
  const { code, message } = error instanceof MothballError ? error : new MothballError('unexpected', { problem })
  output.jsonLine({ type: 'trouble', ...nameIn(database), code, message })
  output.note(`${leadOf(database)}${code}: ${message}`)
}

const nameIn = (database: string | null) => (database === null ? {} : { database })

const leadOf = (database: string | null): string => (database === null ? '' : `${database}: `)
