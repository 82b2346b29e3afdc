/**
 * A real S3 server, Ceph's radosgw, with the smallest cluster that it can have behind it: one monitor and one store in
 * memory, without authentication among themselves, on free ports of the loopback, in a folder of their own. Each
 * program ends with this process, whatever ends it.
 *
 * MOTHBALL_TEST_RADOSGW: folder into which Debian's packages were unpacked; left out: those that are installed.
 */
import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from '../../src/demo/free-port.ts'
import { eventually } from './eventually.ts'
import { fastFolder } from './fast-folder.ts'
import type { S3Keys } from './s3-signature.ts'

export type RadosGateway = Readonly<{ endpoint: string; keys: S3Keys; stop(): Promise<void> }>

/** What is stored, and the monitor's own database, which takes 100 MB from the beginning. */
const ENOUGH_BYTES = 2 ** 30
const START_MS = 120_000

const ROOT = process.env['MOTHBALL_TEST_RADOSGW'] ?? ''
const [LIBRARIES = join(ROOT, '/usr/lib')] = globSync(join(ROOT, '/usr/lib/*-linux-gnu'))
const ENVIRONMENT = {
  ...process.env,
  PATH: [join(ROOT, '/usr/bin'), process.env['PATH']].join(':'),
  ...(ROOT === ''
    ? {}
    : { LD_LIBRARY_PATH: [LIBRARIES, join(LIBRARIES, 'ceph'), LIBRARIES.replace('/usr', '')].join(':') }),
}

export const hasRadosgw = ['radosgw', 'radosgw-admin', 'ceph-mon', 'ceph-osd', 'monmaptool', 'osdmaptool'].every(
  (program) => spawnSync(program, ['--version'], { env: ENVIRONMENT }).status === 0,
)

type Ports = Readonly<{ monitor: number; gateway: number }>

const configOf = (folder: string, { monitor, gateway }: Ports) => `[global]
fsid = ${randomUUID()}
mon host = [v1:127.0.0.1:${monitor}]
public addr = 127.0.0.1
auth cluster required = none
auth service required = none
auth client required = none
run dir = ${folder}
admin socket =
pid file =
log file =
mon cluster log file =
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
osd class dir = ${LIBRARIES}/rados-classes
erasure code dir = ${LIBRARIES}/ceph/erasure-code
plugin dir = ${LIBRARIES}/ceph
[mon]
mon data = ${folder}/mon
mon data avail crit = 1
[osd]
osd objectstore = memstore
osd data = ${folder}/osd
[client]
keyring =
rgw data = ${folder}/rgw
rgw frontends = beast endpoint=127.0.0.1:${gateway}
`

export async function startRadosgw(): Promise<RadosGateway> {
  const folder = fastFolder('mothball-radosgw-', ENOUGH_BYTES)
  const ports = { monitor: await freePort(), gateway: await freePort() }
  for (const name of ['mon', 'osd', 'rgw']) mkdirSync(join(folder, name))
  const config = join(folder, 'ceph.conf')
  writeFileSync(config, configOf(folder, ports))
  const env = { ...ENVIRONMENT, CEPH_CONF: config }
  const call = (program: string, ...args: readonly string[]) =>
    promisify(execFile)(program, [...args], { cwd: folder, env, timeout: START_MS })
  const daemons: ChildProcess[] = []
  const stop = async () => {
    for (const daemon of daemons.toReversed()) await ended(daemon)
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await call('monmaptool', '--create', '--addv', 'a', `[v1:127.0.0.1:${ports.monitor}]`, 'monmap')
    // With its one store in the map from the beginning nobody needs to be asked for it.
    await call('osdmaptool', '--createsimple', '1', 'osdmap')
    await call('ceph-mon', '-i', 'a', '--mkfs', '--monmap', 'monmap', '--osdmap', 'osdmap')
    daemons.push(daemon(folder, env, 'ceph-mon', '-f', '-i', 'a'))
    await call('ceph-osd', '-i', '0', '--mkfs')
    daemons.push(daemon(folder, env, 'ceph-osd', '-f', '-i', '0'))
    daemons.push(daemon(folder, env, 'radosgw', '-f', '-n', 'client.rgw'))
    const endpoint = `http://127.0.0.1:${ports.gateway}`
    await eventually('radosgw answers', () => isAnswering(endpoint), START_MS)
    const keys = { accessKeyId: 'COLD', secretAccessKey: randomUUID() }
    const secret = `--secret-key=${keys.secretAccessKey}`
    await call('radosgw-admin', 'user', 'create', '--uid=cold', '--display-name=cold', `--access-key=COLD`, secret)
    return { endpoint, keys, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** A shell that ends its program, and removes the folder, as soon as its own input ends: with our word, or with us. */
const GUARD = '"$@" </dev/null & started=$!; cat >/dev/null; kill -9 $started; wait $started; rm -rf "$0"'

const daemon = (cwd: string, env: NodeJS.ProcessEnv, ...command: readonly string[]): ChildProcess =>
  spawn('sh', ['-c', GUARD, cwd, ...command], { cwd, env, stdio: ['pipe', 'ignore', 'ignore'] })

async function ended(daemon: ChildProcess): Promise<void> {
  const exit = once(daemon, 'exit')
  daemon.stdin?.end()
  await exit
}

const isAnswering = (endpoint: string): Promise<boolean> =>
  fetch(endpoint).then(
    ({ ok }) => ok,
    () => false,
  )
