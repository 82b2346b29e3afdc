/**
 * `mothball serve`: the HTTP API of every database, the telling of people, and where policies have a schedule the clock
 * and the work too, until somebody stops it. Runs that it works on then end at their batch.
 */
import { once } from 'node:events'
import type { Config } from '../../config.ts'
import { trustedKeysOf } from '../../core/audit-schema.ts'
import { EXIT, type ExitCode } from '../../core/errors/index.ts'
import type { JobsOptions } from '../../jobs/start-jobs.ts'
import type { OnTrouble } from '../../jobs/station.ts'
import { positive, text } from '../arguments.ts'
import { type Call, readConfig } from '../call.ts'
import type { Register } from '../command.ts'
import { catchInterrupts } from '../interrupt.ts'
import { tellEvent, tellTrouble } from '../service-log.ts'

type ServeFlags = Readonly<{ host?: string; port?: number; schedule: boolean }>

const HIGHEST_PORT = 65_535
/** Requests of one database that are answered at once; the others wait for their turn. */
const CALLERS = 8

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
  const [{ openFleet }, { startServer }, { registry }] = await Promise.all([
    import('../../fleet.ts'),
    import('../../http/server.ts'),
    import('../../telemetry/registry.ts'),
  ])
  const isFleet = config.databases.length > 1
  const onTrouble: OnTrouble = (database, error) => tellTrouble(output, isFleet ? database : null, error)
  await using fleet = openFleet(config, {
    emit: (database, event) => tellEvent(output, isFleet ? database : null, event),
    onTrouble,
    applicationName: 'mothball serve',
    callers: CALLERS,
  })
  using interrupts = catchInterrupts((words) => output.note(words))
  const server = await startServer({
    databases: fleet.stations.map(({ name, engine, callers, policies, notifier }) => {
      return { name, engine, callers, policies, notifier, metrics: registry({ database: callers, policies }) }
    }),
    options: { ...config.http, ...flags },
    auditKeys: trustedKeysOf(config.audit),
    onUnexpected: (error) => tellTrouble(output, null, error),
  })
  output.jsonLine({ type: 'serve', state: 'listening', url: server.url })
  output.note(`Listening on ${server.url}; ${whereToRead(server.url, config)}. Ctrl-C stops.`)
  const isScheduled = schedule && config.policies.some((each) => each.schedule !== null)
  await using _jobs = isScheduled ? await startJobs({ ...fleet, onTrouble, schedule }) : null
  if (!interrupts.signal.aborted) await once(interrupts.signal, 'abort')
  await server.stop()
  output.result({ type: 'serve', state: 'stopped', url: server.url }, ['Stopped.'])
  return EXIT.done
}

const whereToRead = (url: string, { databases }: Config): string =>
  databases.length > 1
    ? `each database has an API of its own, described at ${databases.map(({ name }) => `${url}/databases/${name}/docs`).join(', ')}`
    : `the API is described at ${url}/docs`

/** Loaded on demand: the queue is large, and an API without a schedule has none. */
async function startJobs(options: JobsOptions): Promise<AsyncDisposable> {
  return (await import('../../jobs/start-jobs.ts')).startJobs(options)
}
