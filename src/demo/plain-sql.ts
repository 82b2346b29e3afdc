/**
 * A connection that is not the product's: what the demo counts and compares, it counts and compares by itself. Every
 * value is the server's own text.
 */
import pg from 'pg'

type PlainRow = Readonly<Record<string, string | null>>

export type PlainSql = Readonly<{
  /** pg's own result, whose `rowCount` tells the filling how far it is. */
  execute(text: string, values?: readonly unknown[]): Promise<pg.QueryResult<PlainRow>>
  rows(text: string, values?: readonly unknown[]): Promise<readonly PlainRow[]>
  /** The only number of the only row. */
  count(text: string, values?: readonly unknown[]): Promise<number>
  end(): Promise<void>
}>

export async function connectPlainly(url: string): Promise<PlainSql> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'mothball demo',
    types: { getTypeParser: () => (text: string) => text },
  })
  // A server that is stopped under us tells the statement that waits; the event itself must not end the process.
  client.on('error', () => undefined)
  await client.connect()
  const execute: PlainSql['execute'] = (text, values = []) => client.query<PlainRow>(text, [...values])
  const rows: PlainSql['rows'] = async (text, values) => (await execute(text, values)).rows
  return {
    execute,
    rows,
    count: async (text, values) => Number(Object.values((await rows(text, values))[0] ?? {})[0]),
    end: () => client.end(),
  }
}

/**
 * The database as it is at this moment, for as long as `work` takes, whatever others change meanwhile.
 */
export async function inSnapshot<T>(url: string, work: (before: PlainSql) => Promise<T>): Promise<T> {
  const before = await connectPlainly(url)
  try {
    await before.execute('begin isolation level repeatable read, read only')
    // The snapshot is taken by the first statement that reads.
    await before.execute('select from pg_class limit 1')
    return await work(before)
  } finally {
    await before.end()
  }
}
