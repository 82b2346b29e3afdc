/** pgbouncer in transaction mode before the crash suite's server, where the package is installed. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../src/demo/free-port.ts'
import { eventually } from '../support/eventually.ts'
import type { CrashServer } from './crash-server.ts'

type Behind = Pick<CrashServer, 'url' | 'port' | 'account'>

export type Pooler = Readonly<{ port: number; stop(): Promise<void> }>

/** Debian puts it where only root's PATH looks. */
const PLACES = ['pgbouncer', '/usr/sbin/pgbouncer']

/** The program, or null where nobody installed it. */
export const findPgbouncer = (): string | null =>
  PLACES.find((place) => spawnSync(place, ['--version']).status === 0) ?? null

const configOf = (server: Behind, port: number, users: string) => `[databases]
* = host=127.0.0.1 port=${server.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = trust
auth_file = ${users}
pool_mode = transaction
default_pool_size = 30
max_client_conn = 1000
server_idle_timeout = 5
server_login_retry = 1
`

/** Runs as the server's account: it refuses to be root, as PostgreSQL does. */
export async function startPooler(program: string, server: Behind): Promise<Pooler> {
  const folder = mkdtempSync(join(tmpdir(), 'mothball-pooler-'))
  const users = join(folder, 'users.txt')
  const config = join(folder, 'pgbouncer.ini')
  const port = await freePort()
  const { username, password } = new URL(server.url)
  writeFileSync(users, `"${username}" "${password}"\n`)
  writeFileSync(config, configOf(server, port, users))
  chmodSync(folder, 0o700)
  if (server.account !== null)
    for (const path of [folder, users, config]) chownSync(path, server.account.uid, server.account.gid)
  const pooler = spawn(program, ['-q', config], { ...server.account, cwd: '/', stdio: 'ignore' })
  const ended = once(pooler, 'exit')
  await eventually('pgbouncer listens', () => isListening(port))
  return {
    port,
    stop: async () => {
      pooler.kill('SIGKILL')
      await ended
      rmSync(folder, { recursive: true })
    },
  }
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  const connected = await once(socket, 'connect').then(
    () => true,
    () => false,
  )
  socket.destroy()
  return connected
}
