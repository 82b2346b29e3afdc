/**
 * The suite's PostgreSQL server as the tests see it: its address, connections that answer in the server's own text,
 * and work in the database `postgres`.
 */
import pg from 'pg'

export const SERVER_URL_VARIABLE = 'MOTHBALL_TEST_URL'

/** Column name to the server's own text; null is SQL's NULL. */
export type Row = Readonly<Record<string, string | null>>
/** Runs one statement with bound values, or several statements in one text without values. */
export type Query = (text: string, values?: readonly unknown[]) => Promise<Row[]>
export type Connection = Readonly<{ query: Query; end: () => Promise<void> }>

/** Connection string of a database in the suite's server; throws when no server was started for this run. */
export function serverUrl(database: string): string {
  const base = process.env[SERVER_URL_VARIABLE]
  if (base === undefined) throw new Error('no test server: run this file by npm run test:db -- FILE')
  const url = new URL(base)
  url.pathname = `/${encodeURIComponent(database)}`
  return url.href
}

/** One connection; every value comes back as text. `end` may be called twice. */
export async function connect(url: string): Promise<Connection> {
  const client = new pg.Client({ connectionString: url, types: { getTypeParser: () => (value: string) => value } })
  // The server ends the connection when the database is dropped under it; the next query tells.
  client.on('error', () => undefined)
  await client.connect()
  let ended: Promise<void> | null = null
  return {
    query: async (text, values) => (await client.query<Row>(text, values && [...values])).rows ?? [],
    end: () => {
      ended ??= client.end()
      return ended
    },
  }
}

/** Runs `work` on a connection of its own to the database `postgres`. */
export async function asAdmin<T>(work: (query: Query) => Promise<T>): Promise<T> {
  const admin = await connect(serverUrl('postgres'))
  try {
    return await work(admin.query)
  } finally {
    await admin.end()
  }
}
