/**
 * The dashboard for a reader who is there to look: built where it is stale, served on a free port of this machine, with a
 * key that is made for him. It shows a second database of the demo's server, which has 45 nights behind it.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { openEngine } from '../compose.ts'
import { MothballError } from '../core/errors/index.ts'
import { createKey } from '../engine/keys.ts'
import { httpSchema } from '../http/options.ts'
import { startServer } from '../http/server.ts'
import { HISTORY_DATABASE, historyPolicy, runHistory } from './history.ts'
import type { Stage } from './stage.ts'

export type DemoDashboard = Readonly<{ url: string; key: string }> & AsyncDisposable

const BUILD = fileURLToPath(new URL('../../scripts/build.ts', import.meta.url))

const CONNECTIONS = 10

/** Null in an installed package without the dashboard's sources, where they cannot be built, and once `signal` is given. */
export async function openDemoDashboard(stage: Stage, signal: AbortSignal): Promise<DemoDashboard | null> {
  if (!existsSync(BUILD)) return null
  const [code] = await once(spawn(process.execPath, [BUILD, '--if-stale'], { stdio: 'ignore' }), 'close')
  const url = code === 0 && !signal.aborted ? await databaseWithHistory(stage, signal) : null
  return url === null || signal.aborted ? null : serve(url)
}

/** Made once in a folder; one that was kept has it already. */
async function databaseWithHistory({ url, sql }: Stage, signal: AbortSignal): Promise<string> {
  const at = new URL(url)
  at.pathname = `/${HISTORY_DATABASE}`
  const isThere = await sql.count('select count(*) from pg_database where datname = $1', [HISTORY_DATABASE])
  if (isThere === 0) {
    await sql.execute(`create database ${HISTORY_DATABASE}`)
    await runHistory(at.href, signal)
  }
  return at.href
}

async function serve(url: string): Promise<DemoDashboard> {
  const engine = openEngine({ database: { url } }, { applicationName: 'mothball demo', maxConnections: CONNECTIONS })
  const options = { ...httpSchema.parse({}), port: 0, environment: 'demo' }
  const server = await startServer({ engine, policies: [historyPolicy()], options })
  const close = async () => {
    await server.stop()
    await engine[Symbol.asyncDispose]()
  }
  try {
    return { url: `${server.url}/dashboard/`, key: await keyOf(engine), [Symbol.asyncDispose]: close }
  } catch (error) {
    await close()
    throw error
  }
}

/** A folder that was kept has the key of the last time, whose text nobody knows any more. */
async function keyOf(engine: Parameters<typeof createKey>[0]): Promise<string> {
  for (let visit = 1; ; visit += 1) {
    const name = visit === 1 ? 'you' : `you ${visit}`
    try {
      return (await createKey(engine, { name, as: 'admin', actor: 'demo' })).key
    } catch (error) {
      if (!(error instanceof MothballError) || error.code !== 'key_name_taken') throw error
    }
  }
}
