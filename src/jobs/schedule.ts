/**
 * The scheduler: looks at the clock of each database every few seconds, and offers what is due to the workers. Any
 * number may run; of those that look at one policy at the same moment, one does it.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { OnTrouble, Service, Station } from './station.ts'

export type SchedulerOptions = Readonly<{
  stations: readonly Station[]
  onTrouble: OnTrouble
  /** Between two looks; a slot is offered at most so much later than planned. */
  everyMs?: number
}>

const EVERY_MS = 2000

export function createScheduler({ stations, onTrouble, everyMs = EVERY_MS }: SchedulerOptions): Service {
  const stopping = new AbortController()
  let loops: readonly Promise<void>[] = []
  return {
    start: () => {
      loops = stations.map((station) => lookOn(station, { onTrouble, everyMs, signal: stopping.signal }))
    },
    stop: async () => {
      stopping.abort()
      await Promise.all(loops)
    },
  }
}

type Looking = Readonly<{ onTrouble: OnTrouble; everyMs: number; signal: AbortSignal }>

/** A database that is away holds up no other. */
async function lookOn(station: Station, { onTrouble, everyMs, signal }: Looking): Promise<void> {
  while (!signal.aborted) {
    await lookOnce(station).catch((error: unknown) => onTrouble(station.name, error))
    await delay(everyMs, undefined, { signal }).catch(() => undefined)
  }
}

/** One look: what is due is offered. Offered before, it stays the same job. */
export async function lookOnce({ archiver, policies, queue }: Station): Promise<void> {
  for (const policy of policies)
    for (const { slot, late } of await archiver.lookAtSchedule(policy))
      await queue.offer({ policy: policy.name, slot }, late)
}
