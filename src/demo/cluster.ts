/**
 * Makes a new database cluster with UTF-8, a language-neutral locale and a random superuser password. The password
 * stays in the data folder, readable by its owner only, so that a kept folder can be started again.
 */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chown, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { majorVersion } from './postgres-binaries.ts'
import { type ServerAccount, serverEnvironment } from './server-account.ts'
import type { Watchdog } from './watchdog.ts'

export type ClusterPlace = Readonly<{
  /** Folder with the programs. */
  binDir: string
  dataDir: string
  /** A folder for what is needed for a moment only. */
  scratch: string
  account: ServerAccount | null
  watchdog: Watchdog
}>

const passwordFile = (dataDir: string) => join(dataDir, 'mothball.password')

/** PostgreSQL brings its own C.UTF-8 since version 17; before, the operating system has to have one. */
const localeArguments = (major: number) =>
  major >= 17 ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'] : ['--locale=C.UTF-8']

/** The superuser's password of a cluster that was made here before, or null when there is none. */
export async function readPassword(dataDir: string): Promise<string | null> {
  return readFile(passwordFile(dataDir), 'utf8').catch((error) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
}

async function writePrivately(file: string, content: string, account: ServerAccount | null): Promise<void> {
  await writeFile(file, content, { mode: 0o600 })
  if (account) await chown(file, account.uid, account.gid)
}

async function runInitdb(place: ClusterPlace, pwfile: string): Promise<void> {
  const { binDir, dataDir, account, watchdog } = place
  const fixed = ['--username=postgres', '--auth=scram-sha-256', '--encoding=UTF8', '--no-sync', '--no-instructions']
  const locale = localeArguments(await majorVersion(binDir, account))
  const args = [`--pgdata=${dataDir}`, `--pwfile=${pwfile}`, ...fixed, ...locale]
  const initdb = spawn(join(binDir, 'initdb'), args, {
    ...account,
    cwd: '/',
    env: serverEnvironment(),
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  })
  watchdog.guard(initdb.pid ?? null)
  const [said, [code]] = await Promise.all([text(initdb.stderr), once(initdb, 'exit')])
  watchdog.guard(null)
  if (code !== 0) throw new Error(`initdb failed in ${dataDir}: ${said.trim()}`)
}

/** Fills an empty data folder (about 0.6 s). Returns the password. Throws with initdb's own words. */
export async function initialiseCluster(place: ClusterPlace): Promise<string> {
  const password = randomBytes(18).toString('base64url')
  const pwfile = join(place.scratch, 'password')
  await writePrivately(pwfile, password, place.account)
  await runInitdb(place, pwfile)
  await rm(pwfile)
  await writePrivately(passwordFile(place.dataDir), password, place.account)
  return password
}
