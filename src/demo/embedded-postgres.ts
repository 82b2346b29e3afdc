/**
 * A real PostgreSQL server of our own for the demo and the tests: loopback only, a free port, a random password.
 * Works as root and as an ordinary user. Nothing stays behind: however this process ends, the server ends and its
 * folder goes, unless the caller asked to keep it or named the folder.
 */
import { chmodSync, chownSync, mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type ClusterPlace, initialiseCluster, readPassword } from './cluster.ts'
import { embeddedPrograms } from './postgres-binaries.ts'
import { type RunningServer, startServer } from './postgres-server.ts'
import { serverAccount } from './server-account.ts'
import { startWatchdog } from './watchdog.ts'

export type EmbeddedPostgresOptions = Readonly<{
  /** A free one is chosen when left out. */
  port?: number
  /** Made when missing, used again when it holds a cluster of ours. A temporary folder when left out. */
  dataDir?: string
  /** True leaves the data folder after the end. Default: true for a folder that the caller named, else false. */
  keep?: boolean
  /** Server settings such as `{ shared_buffers: '64MB' }`. */
  settings?: Readonly<Record<string, string>>
  /** Folder with `initdb` and `postgres`. The embedded PostgreSQL 18 when left out. */
  binDir?: string
}>

export type EmbeddedPostgres = AsyncDisposable &
  Readonly<{
    /** Connection string of the superuser; database `postgres` when left out. */
    url(database?: string): string
    port: number
    dataDir: string
    /** Ends the server, closes its connections, removes its folder; resolves when that is done. May be called twice. */
    stop(): Promise<void>
  }>

type Place = Omit<ClusterPlace, 'binDir'>

/** Folders first, then at once the watchdog over them: what is made later is made in its sight. */
function preparePlace(options: EmbeddedPostgresOptions): Place {
  const account = serverAccount()
  const keep = options.keep ?? options.dataDir !== undefined
  const dataDir = options.dataDir ? resolve(options.dataDir) : mkdtempSync(join(tmpdir(), 'mothball-postgres-'))
  const scratch = mkdtempSync(join(tmpdir(), 'mothball-scratch-'))
  const watchdog = startWatchdog(keep ? [scratch] : [dataDir, scratch])
  chmodSync(scratch, 0o755)
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  if (account) chownSync(dataDir, account.uid, account.gid)
  return { dataDir, scratch, account, watchdog }
}

async function startIn(place: Place, options: EmbeddedPostgresOptions): Promise<RunningServer & { password: string }> {
  const binDir = options.binDir
    ? resolve(options.binDir)
    : await embeddedPrograms(place.account, join(place.scratch, 'programs'))
  const cluster = { ...place, binDir }
  const password = (await readPassword(place.dataDir)) ?? (await initialiseCluster(cluster))
  const server = await startServer(cluster, { port: options.port, settings: options.settings })
  return { ...server, password }
}

/**
 * Starts a server; resolves when it takes connections (about 1.5 s, most of it making the cluster).
 * Throws with the server's own last words when it does not start; nothing is left behind then either.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions = {}): Promise<EmbeddedPostgres> {
  const place = preparePlace(options)
  const { dataDir, watchdog } = place
  const { port, password, exited } = await startIn(place, options).catch(async (error) => {
    await watchdog.end()
    throw error
  })
  const stop = async () => {
    await watchdog.end()
    await exited
  }
  return {
    url: (database = 'postgres') => `postgres://postgres:${password}@127.0.0.1:${port}/${encodeURIComponent(database)}`,
    port,
    dataDir,
    stop,
    [Symbol.asyncDispose]: stop,
  }
}
