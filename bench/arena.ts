/**
 * Where contenders meet: one embedded PostgreSQL 18 with default durability, data made once in a template database,
 * and a fresh copy of it with a checkpoint behind it for every measured run. Nothing stays behind.
 */
import pg from 'pg'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../src/demo/embedded-postgres.ts'

/** fsync, full_page_writes and synchronous_commit stay as they are; no checkpoint or autovacuum falls into a run. */
export const SETTINGS = {
  shared_buffers: '512MB',
  max_wal_size: '16GB',
  min_wal_size: '4GB',
  checkpoint_timeout: '1h',
  autovacuum: 'off',
  timezone: 'UTC',
} as const

/** `name` stands for the content, which is made once, on top of what `base` holds. */
export type Template = Readonly<{ name: string; base?: Template; build: (url: string) => Promise<void> }>

export type Arena = AsyncDisposable &
  Readonly<{
    /** Runs `work` on a copy of the template that nobody has touched, and drops it. */
    fresh<T>(template: Template, work: (url: string) => Promise<T>): Promise<T>
    serverVersion: string
  }>

export async function openArena(say: (text: string) => void): Promise<Arena> {
  const server = await startEmbeddedPostgres({ settings: SETTINGS })
  const built = new Map<string, Promise<string>>()
  let copies = 0
  const sourceOf = (template: Template): Promise<string> => {
    const made = built.get(template.name) ?? makeTemplate(template)
    built.set(template.name, made)
    return made
  }
  const makeTemplate = async (template: Template): Promise<string> => {
    const base = template.base === undefined ? 'template0' : await sourceOf(template.base)
    return buildTemplate(server, base, template, say)
  }
  return {
    fresh: async (template, work) => {
      const source = await sourceOf(template)
      copies += 1
      return onCopy(server, source, `copy_${copies}`, work)
    },
    serverVersion: await withClient(server.url(), async (client) => scalar(client, 'show server_version')),
    [Symbol.asyncDispose]: () => server.stop(),
  }
}

/** The name of the finished database. */
async function buildTemplate(
  server: EmbeddedPostgres,
  base: string,
  { name, build }: Template,
  say: (text: string) => void,
): Promise<string> {
  const startedAt = performance.now()
  const database = `template_${name}`
  await withClient(server.url(), (client) =>
    client.query(`create database ${database} template ${base} strategy file_copy`),
  )
  await build(server.url(database))
  // Frozen rows with their hint bits set: the first reader of a copy has nothing to write.
  await withClient(server.url(database), (client) => client.query('vacuum (freeze, analyze)'))
  say(`made the data ${name} in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`)
  return database
}

async function onCopy<T>(
  server: EmbeddedPostgres,
  source: string,
  copy: string,
  work: (url: string) => Promise<T>,
): Promise<T> {
  return withClient(server.url(), async (admin) => {
    await admin.query(`create database ${copy} template ${source} strategy file_copy`)
    await admin.query('checkpoint')
    try {
      return await work(server.url(copy))
    } finally {
      await admin.query(`drop database ${copy} with (force)`)
    }
  })
}

/** A connection for as long as `work` takes. */
export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** The one value of the one row, as text. */
export async function scalar(client: pg.Client, text: string, values: readonly unknown[] = []): Promise<string> {
  const { rows } = await client.query<unknown[]>({ text, values: [...values], rowMode: 'array' })
  return String(rows[0]?.[0])
}
