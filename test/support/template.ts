/**
 * Template databases: built once for the whole suite, whichever of its files comes first. A template under its final
 * name is complete: it is built under another name and renamed at the end.
 */
import { asAdmin, connect, type Query, serverUrl } from './server.ts'

/** What every database cloned from it holds. `name` stands for the content: same name, same content. */
export type Template = Readonly<{ name: string; build: (query: Query) => Promise<void> }>

/** Databases that begin so are ours to drop. */
const PREFIX = 'mothball_template_'

const templates = new Map<string, Promise<void>>()

const exists = async (query: Query, name: string) =>
  (await query('select from pg_database where datname = $1', [name])).length > 0

async function fill(name: string, build: Template['build']): Promise<void> {
  const connection = await connect(serverUrl(name))
  try {
    await build(connection.query)
  } finally {
    await connection.end()
  }
}

/** The lock belongs to the connection: a builder that is killed lets the next one in. */
async function buildOnce(query: Query, name: string, build: Template['build']): Promise<void> {
  await query('select pg_advisory_lock(hashtextextended($1, 0))', [name])
  if (await exists(query, name)) return
  await query(`drop database if exists ${name}_unfinished with (force)`)
  await query(`create database ${name}_unfinished template template0`)
  await fill(`${name}_unfinished`, build)
  await query(`alter database ${name}_unfinished rename to ${name}`)
}

/** The name of the finished template's database. */
export async function buildTemplate({ name, build }: Template): Promise<string> {
  if (!/^[a-z0-9_]{1,40}$/.test(name)) throw new Error(`a template's name is lower case and short, not ${name}`)
  const database = `${PREFIX}${name}`
  const built = templates.get(database) ?? asAdmin((query) => buildOnce(query, database, build))
  templates.set(database, built)
  await built.catch((error) => {
    templates.delete(database)
    throw error
  })
  return database
}

/** Drops what an earlier suite left in a server that outlives it: its templates may be out of date. */
export async function dropTemplates(): Promise<void> {
  await asAdmin(async (query) => {
    for (const { name } of await query('select datname as name from pg_database where starts_with(datname, $1)', [
      PREFIX,
    ])) {
      await query(`drop database "${name}" with (force)`)
    }
  })
}
