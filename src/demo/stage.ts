/**
 * What the demo plays on: a server in a folder of its own with one database, the configuration beside it that a reader
 * can use as well, and the product opened on both as `mothball` itself opens it. Closing it leaves nothing behind, at
 * whatever moment, unless the folder is to be kept.
 */
import { chown, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openArchiver } from '../compose.ts'
import { MothballError } from '../core/errors/index.ts'
import type { Archiver } from '../engine/archiver.ts'
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded-postgres.ts'
import type { Interruption } from './interruption.ts'
import { connectPlainly, type PlainSql } from './plain-sql.ts'

const DATABASE = 'call_center'
export const CONFIG_NAME = 'mothball.yaml'
const URL_NAME = 'url'
const CONFIG = `# The specification's policy, with all its defaults. MOTHBALL_DATABASE_URL names the database.
policies:
  - preset: nic-call-center
`

/** As safe as a production server; the sizes are for a laptop, the zone is the call center's. */
const SETTINGS = {
  timezone: 'Africa/Johannesburg',
  shared_buffers: '256MB',
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
  /** A file that holds it, for the reader's shell. */
  urlPath: string
  configPath: string
  archiver: Archiver
  sql: PlainSql
  /** `abandoned`: the folder goes, whatever was asked for, and statements are cut off. May be called twice. */
  close(how: Readonly<{ abandoned: boolean }>): Promise<void>
}>

/** Throws what the server says when it does not start, or the Interrupted error; nothing is left then either. */
export async function openStage(choices: StageChoices, interruption: Interruption): Promise<Stage> {
  const isNew = choices.folder === null
  forgetOtherServers()
  const starting = startServer(choices)
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

/** PGSSLMODE, PGOPTIONS and their like are meant for the reader's own servers, and would rule our connections too. */
function forgetOtherServers(): void {
  for (const name of Object.keys(process.env)) if (/^PG[A-Z]+$/.test(name)) delete process.env[name]
}

function startServer({ port, keep, folder }: StageChoices): Promise<EmbeddedPostgres> {
  const chosen = { ...(port === null ? {} : { port }), ...(folder === null ? {} : { dataDir: folder }) }
  return startEmbeddedPostgres({ ...chosen, keep, settings: SETTINGS }).catch((error: unknown) => {
    const isTaken = error instanceof Error && /Address already in use/.test(error.message)
    if (port === null || !isTaken) throw error
    throw new MothballError('option_invalid', { option: '--port', problem: `${port} is taken by another program` })
  })
}

async function furnish(server: EmbeddedPostgres, isNew: boolean): Promise<Stage> {
  const { dataDir: folder } = server
  const configPath = join(folder, CONFIG_NAME)
  const urlPath = join(folder, URL_NAME)
  const url = server.url(DATABASE)
  if (isNew) await makeDatabase(server.url())
  if (isNew) await writeBeside(folder, configPath, CONFIG)
  // The port may be another one each time.
  await writeBeside(folder, urlPath, `${url}\n`)
  const archiver = openArchiver({ database: { url } })
  const sql = await connectPlainly(url)
  const endConnections = () => Promise.allSettled([sql.end(), archiver[Symbol.asyncDispose]()])
  return {
    folder,
    url,
    urlPath,
    configPath,
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

async function makeDatabase(adminUrl: string): Promise<void> {
  const admin = await connectPlainly(adminUrl)
  await admin.execute(`create database ${DATABASE}`)
  await admin.end()
}

/** Owned like the folder, by the server's account; the password in the URL is for nobody else. */
async function writeBeside(folder: string, path: string, content: string): Promise<void> {
  const { uid, gid } = await stat(folder)
  await writeFile(path, content, { mode: 0o600 })
  await chown(path, uid, gid)
}
