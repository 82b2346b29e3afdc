/** One database of a service, with what its scheduler and its worker need. */
import type { Policy } from '../core/policy.ts'
import type { Archiver } from '../engine/archiver.ts'
import type { Queue } from './queue.ts'

export type Station = Readonly<{
  /** As the configuration calls the database. */
  name: string
  archiver: Archiver
  policies: readonly Policy[]
  queue: Queue
}>

/** Trouble that is met again and again until it passes; nothing is lost meanwhile. */
export type OnTrouble = (station: string, error: unknown) => void

/** Something that goes on until it is stopped. Stopping ends a run at its batch. */
export type Service = Readonly<{
  start(): void
  /** Resolves when nothing goes on any more. */
  stop(): Promise<void>
}>
