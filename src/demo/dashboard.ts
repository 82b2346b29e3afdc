/**
 * The dashboard on the demo's own database, for a reader who is there to look: built where it is stale, served on a free
 * port of this machine, with a key that is made for him. It ends with the demo.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { openEngine } from '../compose.ts'
import { MothballError } from '../core/errors/index.ts'
import { isProblems, parsePolicy } from '../core/policy-schema.ts'
import { createKey } from '../engine/keys.ts'
import { httpSchema } from '../http/options.ts'
import { startServer } from '../http/server.ts'
import { nicCallCenter } from '../presets/nic-call-center.ts'

export type DemoDashboard = Readonly<{ url: string; key: string }> & AsyncDisposable

const BUILD = fileURLToPath(new URL('../../scripts/build.ts', import.meta.url))

const CONNECTIONS = 10

/** Null in an installed package without the dashboard's sources, or where they cannot be built. */
export async function openDemoDashboard(url: string): Promise<DemoDashboard | null> {
  if (!existsSync(BUILD)) return null
  const [code] = await once(spawn(process.execPath, [BUILD, '--if-stale'], { stdio: 'ignore' }), 'close')
  if (code !== 0) return null
  const policy = parsePolicy(nicCallCenter(), 'policies[0]')
  if (isProblems(policy)) throw new RangeError('the preset is sound')
  const engine = openEngine({ database: { url } }, { applicationName: 'mothball demo', maxConnections: CONNECTIONS })
  const options = { ...httpSchema.parse({}), port: 0, environment: 'demo' }
  const server = await startServer({
    databases: [{ name: 'demo', engine, policies: [policy], metrics: null }],
    options,
  })
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
