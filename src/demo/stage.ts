/**
 * What the demo plays on: a server in a folder of its own with one database, the configuration beside it that a reader
 * can use as well, and the product opened on both as `mothball` itself opens it. Closing it leaves nothing behind, at
 * whatever moment, unless the folder is to be kept.
 */
import { chown, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openArchiver } from '../compose.ts'
import { loadConfig } from '../config.ts'
import type { Policy } from '../core/policy.ts'
import type { Archiver } from '../engine/archiver.ts'
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded-postgres.ts'
import type { Interruption } from './interruption.ts'
import { connectPlainly, type PlainSql } from './plain-sql.ts'

const DATABASE = 'call_center'
export const CONFIG_NAME = 'mothball.config.yaml'
const CONFIG = `# The whole policy: the specification's, with all its defaults. MOTHBALL_DATABASE_URL names the database.
policies:
  - preset: nic-call-center
`

/** As safe as a production server; the sizes are for a laptop, the zone is the call center's. */
const SETTINGS = {
  timezone: 'Africa/Johannesburg',
  shared_buffers: '256MB',
  work_mem: '32MB',
  max_wal_size: '2GB',
  checkpoint_timeout: '30min',
}

export type StageChoices = Readonly<{
  port: number | null
  /** True leaves the folder when the stage is closed. */
  keep: boolean
  /** A folder that was kept, to go on with. A new one when null. */
  folder: string | null
}>

export type Stage = Readonly<{
  folder: string
  url: string
  configPath: string
  policy: Policy
  archiver: Archiver
  sql: PlainSql
  /** `abandoned`: the folder goes, whatever was asked for, and statements are cut off. May be called twice. */
  close(how: Readonly<{ abandoned: boolean }>): Promise<void>
}>

/** Throws what the server says when it does not start, or the Interrupted error; nothing is left then either. */
export async function openStage(choices: StageChoices, interruption: Interruption): Promise<Stage> {
  const isNew = choices.folder === null
  const starting = startEmbeddedPostgres({
    ...(choices.port === null ? {} : { port: choices.port }),
    ...(choices.folder === null ? {} : { dataDir: choices.folder }),
    keep: choices.keep,
    settings: SETTINGS,
  })
  try {
    const server = await interruption.orElse(starting)
    return await interruption.orElse(furnish(server, isNew))
  } catch (error) {
    const server = await starting.catch(() => null)
    await server?.stop()
    if (isNew && server !== null) await rm(server.dataDir, { recursive: true, force: true })
    throw error
  }
}

async function furnish(server: EmbeddedPostgres, isNew: boolean): Promise<Stage> {
  const configPath = join(server.dataDir, CONFIG_NAME)
  if (isNew) await makeDatabase(server, configPath)
  const url = server.url(DATABASE)
  const config = await loadConfig({ path: configPath, env: { MOTHBALL_DATABASE_URL: url } })
  const [policy] = config.policies
  if (policy === undefined) throw new RangeError('a configuration has at least one policy')
  const archiver = openArchiver(config)
  const sql = await connectPlainly(url)
  const endConnections = () => Promise.allSettled([sql.end(), archiver[Symbol.asyncDispose]()])
  return {
    folder: server.dataDir,
    url,
    configPath,
    policy,
    sql,
    archiver,
    close: async ({ abandoned }) => {
      // A connection ends when its statement does; one that is given up ends with the server.
      if (!abandoned) await endConnections()
      await server.stop()
      if (abandoned) await endConnections()
      if (abandoned && isNew) await rm(server.dataDir, { recursive: true, force: true })
    },
  }
}

async function makeDatabase(server: EmbeddedPostgres, configPath: string): Promise<void> {
  const admin = await connectPlainly(server.url())
  await admin.execute(`create database ${DATABASE}`)
  await admin.end()
  await writeFile(configPath, CONFIG)
  // The server's account owns the folder, and whoever may read the folder may read this.
  const { uid, gid } = await stat(server.dataDir)
  await chown(configPath, uid, gid)
}
