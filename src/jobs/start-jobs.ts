/** What a service does by the clock: a worker, and unless another process has it the scheduler, until it is disposed. */
import { createScheduler } from './schedule.ts'
import type { OnTrouble, Station } from './station.ts'
import { createWorker } from './worker.ts'

export type JobsOptions = Readonly<{
  stations: readonly Station[]
  onTrouble: OnTrouble
  /** False: another process looks at the clock. */
  schedule: boolean
}>

/** Disposed, its runs have ended at a batch. */
export function startJobs({ stations, onTrouble, schedule }: JobsOptions): AsyncDisposable {
  const scheduler = schedule ? [createScheduler({ stations, onTrouble })] : []
  const services = [createWorker({ stations, onTrouble }), ...scheduler]
  for (const each of services) each.start()
  return {
    [Symbol.asyncDispose]: async () => void (await Promise.all(services.toReversed().map((each) => each.stop()))),
  }
}
