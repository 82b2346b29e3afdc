/**
 * `mothball serve`: the HTTP API, and where policies have a schedule the clock and the work too, until somebody stops
 * it. Runs that it works on then end at their batch.
 */
import { once } from 'node:events'
import type { Config } from '../../config.ts'
import { EXIT, type ExitCode, MothballError } from '../../core/errors/index.ts'
import { type ArchiveEvent, describe } from '../../core/event.ts'
import { positive, text } from '../arguments.ts'
import { type Call, readConfig } from '../call.ts'
import type { Register } from '../command.ts'
import { catchInterrupts } from '../interrupt.ts'
import type { Output } from '../output.ts'

type ServeFlags = Readonly<{ host?: string; port?: number; schedule: boolean }>

const HIGHEST_PORT = 65_535
/** Each request that is being answered needs one, each run three, and telling people one. */
const CONNECTIONS = 11

export const registerServe: Register = (program, { act }) => {
  program
    .command('serve')
    .description('the HTTP API and the schedule, until it is stopped')
    .option('--host <address>', 'address to listen on', text('--host'))
    .option('--port <n>', 'port to listen on', positive('--port', HIGHEST_PORT))
    .option('--no-schedule', 'only the API: `mothball worker` processes look at the clock and work')
    .action(act(serve))
}

async function serve(call: Call, { schedule, ...flags }: ServeFlags): Promise<ExitCode> {
  const { output } = call
  const config = await readConfig(call)
  const [{ openTellingEngine }, { startServer }, { registry }] = await Promise.all([
    import('../../compose.ts'),
    import('../../http/server.ts'),
    import('../../telemetry/registry.ts'),
  ])
  const emit = (event: ArchiveEvent) => tell(output, event)
  const onUnexpected = (error: unknown) => trouble(output, error)
  await using engine = openTellingEngine(config, {
    emit,
    onProblem: (code) => trouble(output, new MothballError('not_told', { code })),
    rounds: true,
    applicationName: 'mothball serve',
    maxConnections: CONNECTIONS,
  })
  using interrupts = catchInterrupts((words) => output.note(words))
  const options = { ...config.http, ...flags }
  const { policies } = config
  const metrics = registry({ database: engine.database, policies })
  const server = await startServer({ engine, policies, options, metrics, onUnexpected })
  output.jsonLine({ type: 'serve', state: 'listening', url: server.url })
  output.note(`Listening on ${server.url}; the API is described at ${server.url}/docs. Ctrl-C stops.`)
  await using _jobs =
    schedule && config.policies.some((each) => each.schedule !== null) ? await startJobs(config, output) : null
  if (!interrupts.signal.aborted) await once(interrupts.signal, 'abort')
  await server.stop()
  output.result({ type: 'serve', state: 'stopped', url: server.url }, ['Stopped.'])
  return EXIT.done
}

/** A scheduler and a worker beside the API; disposed, their runs have ended at a batch. */
async function startJobs(config: Config, output: Output): Promise<AsyncDisposable> {
  const [{ openFleet }, { createScheduler }, { createWorker }] = await Promise.all([
    import('../../fleet.ts'),
    import('../../jobs/schedule.ts'),
    import('../../jobs/worker.ts'),
  ])
  const onTrouble = (_database: string, error: unknown) => trouble(output, error)
  const fleet = openFleet(config, { emit: (_database, event) => tell(output, event), onTrouble })
  const services = [
    createWorker({ stations: fleet.stations, onTrouble }),
    createScheduler({ stations: fleet.stations, onTrouble }),
  ]
  for (const each of services) each.start()
  return {
    [Symbol.asyncDispose]: async () => {
      await Promise.all(services.toReversed().map((each) => each.stop()))
      await fleet[Symbol.asyncDispose]()
    },
  }
}

/** A log that runs for months needs no line for each batch. */
const QUIET: readonly ArchiveEvent['kind'][] = ['batch-moved', 'sealed', 'vacuumed']

function tell(output: Output, event: ArchiveEvent): void {
  output.jsonLine({ ...event, type: 'event' })
  if (!QUIET.includes(event.kind)) output.note(describe(event))
}

/** Its message may quote a row; its name cannot. */
function trouble(output: Output, error: unknown): void {
  const problem = error instanceof Error ? error.name : typeof error
  const told = error instanceof MothballError ? error : new MothballError('unexpected', { problem })
  output.jsonLine({ type: 'trouble', code: told.code, message: told.message })
  output.note(`${told.code}: ${told.message}`)
}
