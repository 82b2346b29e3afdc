/**
 * A PostgreSQL server that may be crashed: stopped at once (SIGQUIT) or killed, and started again on its folder and
 * port. However this process ends, the server ends and its folder goes.
 */
import { chmodSync, chownSync, mkdtempSync } from 'node:fs'
import { chmod, chown, cp, readdir, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type ClusterPlace, initialiseCluster } from '../../src/demo/cluster.ts'
import { embeddedPrograms } from '../../src/demo/postgres-binaries.ts'
import { type RunningServer, startServer } from '../../src/demo/postgres-server.ts'
import { serverAccount } from '../../src/demo/server-account.ts'
import { startWatchdog } from '../../src/demo/watchdog.ts'
import { eventually } from '../support/eventually.ts'
import { fastFolder } from '../support/fast-folder.ts'
import { connect } from '../support/server.ts'

/** As safe as in production; autovacuum would only add noise, a checkpoint at each start costs time. */
const SETTINGS = {
  fsync: 'on',
  full_page_writes: 'on',
  timezone: 'UTC',
  shared_buffers: '64MB',
  max_connections: '100',
  max_wal_size: '2GB',
  autovacuum: 'off',
}

export type CrashServer = Readonly<{
  /** Connection string of the superuser. */
  url: string
  port: number
  account: ClusterPlace['account']
  /** SIGQUIT is PostgreSQL's immediate stop, SIGKILL leaves it no word at all. Resolves when it serves again. */
  crash(signal: 'SIGQUIT' | 'SIGKILL'): Promise<void>
  /** Starts it again where it has ended by itself; resolves when it serves. */
  returns(): Promise<void>
  /** Resolves as soon as a connection is accepted, after the server has put itself right. */
  serves(): Promise<void>
  stop(): Promise<void>
}>

const ENOUGH_BYTES = 2 ** 30

async function preparePlace(): Promise<ClusterPlace> {
  const account = serverAccount()
  const dataDir = fastFolder('mothball-crash-', ENOUGH_BYTES)
  const scratch = mkdtempSync(join(tmpdir(), 'mothball-scratch-'))
  const watchdog = startWatchdog([dataDir, scratch])
  chmodSync(scratch, 0o755)
  if (account !== null) chownSync(dataDir, account.uid, account.gid)
  const other = process.env['MOTHBALL_TEST_PG_BIN']
  const binDir = other ? resolve(other) : await embeddedPrograms(account, join(scratch, 'programs'))
  return { dataDir, scratch, account, watchdog, binDir }
}

const serverPid = async ({ dataDir }: ClusterPlace): Promise<number> =>
  Number((await readFile(join(dataDir, 'postmaster.pid'), 'utf8')).split('\n')[0])

type Settings = Readonly<Record<string, string>>

/** Orphaned backends of a killed server hold its shared memory for a moment more: it refuses to start until then. */
async function startAgain(place: ClusterPlace, port: number, settings: Settings): Promise<RunningServer> {
  let started: RunningServer | null = null
  await eventually('the server starts again', async () => {
    started = await startServer(place, { port, settings }).catch(() => null)
    return started !== null
  })
  if (started === null) throw new RangeError('a server that started is there')
  return started
}

/** Its WAL goes into another folder before the server starts. */
async function moveWal({ dataDir, account }: ClusterPlace, folder: string): Promise<void> {
  const [inside, outside] = [join(dataDir, 'pg_wal'), join(folder, 'pg_wal')]
  await cp(inside, outside, { recursive: true })
  await rm(inside, { recursive: true })
  await symlink(outside, inside)
  if (account === null) return
  for (const name of ['', ...(await readdir(outside, { recursive: true }))])
    await chown(join(outside, name), account.uid, account.gid)
  await chmod(outside, 0o700)
}

/** `wal` is a folder of the caller's for the server's WAL; `settings` come on top of those above. */
export async function startCrashServer({
  wal = null,
  settings: more = {},
}: Readonly<{ wal?: string | null; settings?: Settings }> = {}): Promise<CrashServer> {
  const settings = { ...SETTINGS, ...more }
  const place = await preparePlace()
  const password = await initialiseCluster(place)
  if (wal !== null) await moveWal(place, wal)
  let running = await startServer(place, { port: undefined, settings })
  const { port } = running
  const url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`
  const serves = () =>
    eventually('the server serves', () =>
      connect(url).then(
        (connection) => connection.end().then(() => true),
        () => false,
      ),
    )
  return {
    url,
    port,
    account: place.account,
    crash: async (signal) => {
      process.kill(await serverPid(place), signal)
      await running.exited
      running = await startAgain(place, port, settings)
      await serves()
    },
    returns: async () => {
      const isDown = await Promise.race([running.exited.then(() => true), serves().then(() => false)])
      if (isDown) running = await startAgain(place, port, settings)
      await serves()
    },
    serves,
    stop: async () => {
      await place.watchdog.end()
      await running.exited
    },
  }
}
