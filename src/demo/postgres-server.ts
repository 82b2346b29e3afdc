/**
 * Starts the server program on loopback and says when it takes connections. It runs in a session of its own, so that
 * Ctrl-C reaches it only through us, after our own work has ended.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { ClusterPlace } from './cluster.ts'
import { freePort } from './free-port.ts'
import { serverEnvironment } from './server-account.ts'

type ServerChoices = Readonly<{ port: number | undefined; settings: Readonly<Record<string, string>> | undefined }>

export type RunningServer = Readonly<{ port: number; exited: Promise<unknown> }>

/** Recovery of a big kept folder after a crash takes its time. */
const START_TIMEOUT_MS = 120_000
/** Another process may take a free port between our look and the server's start. */
const PORT_ATTEMPTS = 5
const PORT_TAKEN = /could not bind|Address already in use/

function spawnServer(place: ClusterPlace, port: number, settings: Readonly<Record<string, string>>): ChildProcess {
  const all = { listen_addresses: '127.0.0.1', unix_socket_directories: '', ...settings, port: String(port) }
  const flags = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const log = openSync(join(place.dataDir, 'server.log'), 'a', 0o600)
  const server = spawn(join(place.binDir, 'postgres'), ['-D', place.dataDir, ...flags], {
    ...place.account,
    cwd: '/',
    env: serverEnvironment(),
    stdio: ['ignore', log, log],
    detached: true,
  })
  closeSync(log)
  place.watchdog.guard(server.pid ?? null)
  server.on('exit', () => place.watchdog.guard(null))
  return server
}

/** The server writes its state to the eighth line of its pid file; the first tells whether the file is this server's. */
async function isReady(dataDir: string, pid: number | undefined): Promise<boolean> {
  const lines = (await readFile(join(dataDir, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')
  return lines[0] === String(pid) && lines[7]?.trim() === 'ready'
}

async function lastWords(dataDir: string): Promise<string> {
  const log = await readFile(join(dataDir, 'server.log'), 'utf8')
  return log.trimEnd().split('\n').slice(-5).join('\n')
}

async function untilReady(server: ChildProcess, dataDir: string): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS
  while (!(await isReady(dataDir, server.pid))) {
    if (server.exitCode !== null || server.signalCode !== null || Date.now() > deadline) {
      throw new Error(`postgresql did not start in ${dataDir}: ${await lastWords(dataDir)}`)
    }
    await delay(10)
  }
}

/** Resolves when the server takes connections. Throws with the last lines of its log. */
export async function startServer(place: ClusterPlace, choices: ServerChoices): Promise<RunningServer> {
  for (let attempt = 1; ; attempt += 1) {
    const port = choices.port ?? (await freePort())
    const server = spawnServer(place, port, choices.settings ?? {})
    // A start that failed is told by untilReady.
    const exited = once(server, 'exit').catch(() => undefined)
    try {
      await untilReady(server, place.dataDir)
      server.unref()
      return { port, exited }
    } catch (error) {
      const taken = error instanceof Error && PORT_TAKEN.test(error.message)
      if (choices.port !== undefined || !taken || attempt === PORT_ATTEMPTS) throw error
    }
  }
}
