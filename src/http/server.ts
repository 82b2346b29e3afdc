/**
 * The listening socket around the application. Listens beyond this machine only where somebody has a key. Slow callers
 * are cut off. Stopping ends every run at its batch first, then the streams, then the connections.
 */
import { once } from 'node:events'
import { createServer as createNodeServer, type Server } from 'node:http'
import type { Socket } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import type { TrustedKeys } from '../core/checkpoint.ts'
import { MothballError } from '../core/errors/index.ts'
import type { Policy } from '../core/policy.ts'
import type { Database } from '../db/database.ts'
import { createArchiver } from '../engine/archiver.ts'
import { hasKeys } from '../engine/credentials.ts'
import type { Engine } from '../engine/ports.ts'
import type { Metrics, Notifying } from './environment.ts'
import { createFleetApp, type NamedService } from './fleet-app.ts'
import { type HttpOptions, isLoopback } from './options.ts'
import { Running } from './running.ts'

/** A database with an API of its own; `metrics`: null where nothing measures. */
export type ServedDatabase = Readonly<{
  name: string
  /** What is begun here and goes on works with it. */
  engine: Engine
  /** The connections by which requests are answered. Left out: the engine's, and a crowd of callers holds up its runs. */
  callers?: Database
  policies: readonly Policy[]
  metrics: Metrics | null
  /** Left out: nobody is told. */
  notifier?: Notifying | null
}>

export type ServerInput = Readonly<{
  databases: readonly ServedDatabase[]
  options: HttpOptions
  /** Left out: signatures in the audit log are not looked at. */
  auditKeys?: TrustedKeys | null
  onUnexpected?: (error: unknown) => void
  /** How long a caller may take to send what he has to say; tests shorten it. */
  patience?: Partial<Patience>
}>

export type Patience = Readonly<{ headersMs: number; requestMs: number; lookEveryMs: number }>

const PATIENCE: Patience = { headersMs: 10_000, requestMs: 30_000, lookEveryMs: 2_000 }

export type HttpServer = Readonly<{
  /** Where it listens; the port that was given, where 0 was asked for. */
  url: string
  /** Resolves when all runs are closed and the last caller has his answer. */
  stop(): Promise<void>
}>

/** Throws `keys_missing`, `address_unusable`, or what keeps the database from being read. */
export async function startServer(input: ServerInput): Promise<HttpServer> {
  const { databases, options, auditKeys = null, onUnexpected = () => undefined, patience } = input
  for (const { engine } of databases)
    if (!isLoopback(options.host) && !(await hasKeys(engine)))
      throw new MothballError('keys_missing', { host: options.host })
  const services = databases.map(({ name, engine: working, callers, notifier = null, ...served }): NamedService => {
    const running = new Running(working, onUnexpected)
    const engine = { ...working, database: callers ?? working.database }
    const archiver = createArchiver(engine)
    return { name, service: { ...served, engine, notifier, archiver, options, auditKeys, running, onUnexpected } }
  })
  const server = await listen(getRequestListener(createFleetApp(services)), options, { ...PATIENCE, ...patience })
  const silent = silentConnections(server)
  const runs = services.map(({ service }) => service.running)
  return { url: urlOf(server, options), stop: () => stop(server, silent, runs) }
}

async function listen(
  handler: ReturnType<typeof getRequestListener>,
  { host, port }: HttpOptions,
  { headersMs, requestMs, lookEveryMs }: Patience,
): Promise<Server> {
  const timeouts = { headersTimeout: headersMs, requestTimeout: requestMs, connectionsCheckingInterval: lookEveryMs }
  const server = createNodeServer({ ...timeouts, keepAliveTimeout: 5_000, maxHeaderSize: 16_384 }, handler)
  server.listen(port, host)
  try {
    await once(server, 'listening')
    return server
  } catch (error) {
    const cause = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    throw new MothballError('address_unusable', { host, port, cause }, { cause: error })
  }
}

function urlOf(server: Server, { host }: HttpOptions): string {
  const address = server.address()
  const port = address !== null && typeof address === 'object' ? address.port : ''
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** Those on which nothing was asked yet. Browsers open some ahead of need, and keep them for a minute. */
function silentConnections(server: Server): ReadonlySet<Socket> {
  const silent = new Set<Socket>()
  server.on('connection', (socket) => {
    silent.add(socket)
    socket.once('close', () => silent.delete(socket))
  })
  server.on('request', ({ socket }) => silent.delete(socket))
  return silent
}

async function stop(server: Server, silent: ReadonlySet<Socket>, runs: readonly Running[]): Promise<void> {
  await Promise.all(runs.map((each) => each.stop()))
  const closed = once(server, 'close')
  server.close()
  server.closeIdleConnections()
  // Node takes these for connections at work, and no longer looks at how long they last.
  for (const socket of silent) socket.destroy()
  await closed
}
