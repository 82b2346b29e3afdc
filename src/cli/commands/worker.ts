/** `mothball worker`: runs what the schedules of all policies plan, on every database, until it is told to end. */
import { once } from 'node:events'
import { EXIT, type ExitCode } from '../../core/errors/index.ts'
import type { ArchiveEvent } from '../../core/event.ts'
import { type Call, readConfig } from '../call.ts'
import type { Register } from '../command.ts'
import { catchInterrupts } from '../interrupt.ts'
import { tellEvent, tellTrouble } from '../service-log.ts'

type WorkerFlags = Readonly<{ schedule: boolean }>

export const registerWorker: Register = (program, { act }) => {
  program
    .command('worker')
    .description('run what the schedules plan, until it is told to end; any number may run')
    .option('--no-schedule', 'only work: another process looks at the clock')
    .action(act(worker))
}

async function worker(call: Call, { schedule }: WorkerFlags): Promise<ExitCode> {
  const { output } = call
  const config = await readConfig(call)
  const [{ openFleet }, { startJobs }] = await Promise.all([
    import('../../fleet.ts'),
    import('../../jobs/start-jobs.ts'),
  ])
  let runs = 0
  const emit = (database: string, event: ArchiveEvent) => {
    if (event.kind === 'run-ended') runs += 1
    tellEvent(output, database, event)
  }
  const onTrouble = (database: string, error: unknown) => tellTrouble(output, database, error)
  await using fleet = openFleet(config, { emit, onTrouble, policy: call.globals.policy })
  using interrupts = catchInterrupts((text) => output.note(text))
  const names = fleet.stations.map(({ name }) => name)
  {
    await using _jobs = startJobs({ ...fleet, onTrouble, schedule })
    output.jsonLine({ type: 'ready', databases: names })
    output.note(`working for ${names.join(', ')}; Ctrl-C ends it`)
    if (!interrupts.signal.aborted) await once(interrupts.signal, 'abort')
  }
  output.result({ type: 'worker', runs }, [`Ended. ${runs} ${runs === 1 ? 'run' : 'runs'}.`])
  return EXIT.done
}
