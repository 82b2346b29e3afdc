/**
 * The dashboard for a reader who is there to look: built where it is stale, served on a free port of this machine, with a
 * key that is made for him. It shows a second database of the demo's server, which has 45 nights behind it.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { openEngine } from '../compose.ts'
import { MothballError } from '../core/errors/index.ts'
import { createKey } from '../engine/keys.ts'
import { httpSchema } from '../http/options.ts'
import { startServer } from '../http/server.ts'
import { beginHistory, HISTORY_DATABASE, historyPolicy, READER_KEY } from './history.ts'
import type { Stage } from './stage.ts'

export type DemoDashboard = Readonly<{ url: string; key: string }> & AsyncDisposable

const BUILD = fileURLToPath(new URL('../../scripts/build.ts', import.meta.url))

const CONNECTIONS = 10

/** So long the reader waits for the nights; those that have not passed by then do so while he looks. */
const MOST_WAITED_MS = 15_000

/** Null in an installed package without the dashboard's sources, where they cannot be built, and once `signal` is given. */
export async function openDemoDashboard(stage: Stage, signal: AbortSignal): Promise<DemoDashboard | null> {
  if (!existsSync(BUILD)) return null
  const [code] = await once(spawn(process.execPath, [BUILD, '--if-stale'], { stdio: 'ignore' }), 'close')
  if (code !== 0 || signal.aborted) return null
  const history = await databaseWithHistory(stage, signal)
  const { nights } = history
  await Promise.race([nights, delay(MOST_WAITED_MS, undefined, { ref: false })])
  return signal.aborted ? null : serve(history)
}

/** `key` null: one that was made in an earlier visit, whose text nobody knows any more. */
type WithHistory = Readonly<{ url: string; key: string | null; nights: Promise<void> }>

/** Made once in a folder; one that was kept has it already. */
async function databaseWithHistory({ url, sql }: Stage, signal: AbortSignal): Promise<WithHistory> {
  const at = new URL(url)
  at.pathname = `/${HISTORY_DATABASE}`
  const isThere = await sql.count('select count(*) from pg_database where datname = $1', [HISTORY_DATABASE])
  if (isThere > 0) return { url: at.href, key: null, nights: Promise.resolve() }
  await sql.execute(`create database ${HISTORY_DATABASE}`)
  const begun = await beginHistory(at.href)
  return { url: at.href, key: begun.key, nights: begun.live(signal) }
}

async function serve({ url, key, nights }: WithHistory): Promise<DemoDashboard> {
  const engine = openEngine({ database: { url } }, { applicationName: 'mothball demo', maxConnections: CONNECTIONS })
  const options = { ...httpSchema.parse({}), port: 0, environment: 'demo' }
  const server = await startServer({
    databases: [{ name: 'demo', engine, policies: [historyPolicy()], metrics: null }],
    options,
  })
  const close = async () => {
    await nights.catch(() => undefined)
    await server.stop()
    await engine[Symbol.asyncDispose]()
  }
  try {
    return { url: `${server.url}/dashboard/`, key: key ?? (await anotherKey(engine)), [Symbol.asyncDispose]: close }
  } catch (error) {
    await close()
    throw error
  }
}

/** For another visit: the names before it are taken. */
async function anotherKey(engine: Parameters<typeof createKey>[0]): Promise<string> {
  for (let visit = 2; ; visit += 1) {
    try {
      return (await createKey(engine, { ...READER_KEY, name: `${READER_KEY.name} ${visit}` })).key
    } catch (error) {
      if (!(error instanceof MothballError) || error.code !== 'key_name_taken') throw error
    }
  }
}
