/**
 * The worker: runs what the queue delivers, and helps with runs that are cut into lanes. Any number may run; the
 * journal sees to it that a slot runs once, and that a run whose worker was killed goes on elsewhere.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { MothballError } from '../core/errors/index.ts'
import type { Policy } from '../core/policy.ts'
import type { SlotJob } from './queue.ts'
import type { OnTrouble, Service, Station } from './station.ts'

export type WorkerOptions = Readonly<{ stations: readonly Station[]; onTrouble: OnTrouble }>

/** Between two looks for a run to help with, and between two tries where a database is away. */
const LOOK_MS = 1000
/** Runs of several policies go on beside each other, up to so many. */
const MOST_AT_ONCE = 8

export function createWorker({ stations, onTrouble }: WorkerOptions): Service {
  const stopping = new AbortController()
  const { signal } = stopping
  let loops: readonly Promise<void>[] = []
  return {
    start: () => {
      loops = stations.flatMap((station) => [
        deliverTo(station, onTrouble, signal),
        ...station.policies.map((policy) => helpOn(station, policy, { onTrouble, signal })),
      ])
    },
    stop: async () => {
      stopping.abort()
      await Promise.all(loops)
      await Promise.all(stations.map(({ queue }) => queue.close()))
    },
  }
}

/** Tries until the queue can be had; from then on it delivers by itself. */
async function deliverTo(station: Station, onTrouble: OnTrouble, signal: AbortSignal): Promise<void> {
  const work = async (job: SlotJob, given: AbortSignal) => {
    const policy = policyOf(station, job)
    await station.archiver.runSlot(policy, job.slot, { signal: AbortSignal.any([signal, given]) })
  }
  const told = (job: SlotJob, given: AbortSignal) =>
    work(job, given).catch((error: unknown) => {
      onTrouble(station.name, error)
      throw error
    })
  const atOnce = Math.min(MOST_AT_ONCE, Math.max(1, station.policies.length))
  await untilStopped(
    signal,
    async () => {
      await station.queue.take(told, atOnce)
      return 'done'
    },
    (error) => onTrouble(station.name, error),
  )
}

/** A worker with another configuration leaves the slot to those who know the policy. */
function policyOf({ policies }: Station, { policy: name }: SlotJob): Policy {
  const found = policies.find((each) => each.name === name)
  const known = policies.map((each) => each.name).join(', ')
  if (found === undefined) throw new MothballError('policy_unknown', { policy: name, known })
  return found
}

async function helpOn(
  { name, archiver }: Station,
  policy: Policy,
  { onTrouble, signal }: Readonly<{ onTrouble: OnTrouble; signal: AbortSignal }>,
): Promise<void> {
  if (policy.lanes === 1) return
  await untilStopped(
    signal,
    async () => {
      for (const run of await archiver.runsToHelp(policy)) await archiver.helpRun(policy, run, { signal })
      return 'again'
    },
    (error) => onTrouble(name, error),
  )
}

async function untilStopped(
  signal: AbortSignal,
  step: () => Promise<'again' | 'done'>,
  onError: (error: unknown) => void,
): Promise<void> {
  while (!signal.aborted) {
    try {
      if ((await step()) === 'done') return
    } catch (error) {
      onError(error)
    }
    await delay(LOOK_MS, undefined, { signal }).catch(() => undefined)
  }
}
