/** `mothball serve`: the HTTP API, until somebody stops it. Runs that it works on then end at their batch. */
import { EXIT, type ExitCode } from '../../core/errors/index.ts'
import { type ArchiveEvent, describe } from '../../core/event.ts'
import { positive, text } from '../arguments.ts'
import { type Call, readConfig } from '../call.ts'
import type { Register } from '../command.ts'
import { untilInterrupted } from '../interrupt.ts'

type ServeFlags = Readonly<{ host?: string; port?: number }>

const HIGHEST_PORT = 65_535

export const registerServe: Register = (program, { act }) => {
  program
    .command('serve')
    .description('the HTTP API, until it is stopped')
    .option('--host <address>', 'address to listen on', text('--host'))
    .option('--port <n>', 'port to listen on', positive('--port', HIGHEST_PORT))
    .action(act(serve))
}

async function serve(call: Call, flags: ServeFlags): Promise<ExitCode> {
  const { output } = call
  const config = await readConfig(call)
  const { openEngine } = await import('../../compose.ts')
  const { startServer } = await import('../../http/server.ts')
  const emit = (event: ArchiveEvent) => output.note(describe(event))
  await using engine = openEngine(config, { emit, applicationName: 'mothball serve', maxConnections: 10 })
  const options = { ...config.http, ...flags }
  const onUnexpected = (error: unknown) =>
    output.note(`unexpected: ${error instanceof Error ? error.name : typeof error}`)
  const server = await startServer({ engine, policies: config.policies, options, onUnexpected })
  output.jsonLine({ type: 'serve', state: 'listening', url: server.url })
  output.note(`Listening on ${server.url}; the API is described at ${server.url}/docs. Ctrl-C stops.`)
  await untilInterrupted((words) => output.note(words))
  await server.stop()
  output.result({ type: 'serve', state: 'stopped', url: server.url }, ['Stopped.'])
  return EXIT.done
}
