/** The one implementation of the database port: a pool of pg connections in pipeline mode. */
import type { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import pg from 'pg'
import { to as copyTo } from 'pg-copy-streams'
import { MothballError } from '../core/errors/index.ts'
import { beginSql } from '../sql/session.sql.ts'
import type { Sql } from '../sql/tag.ts'
import type { CopySession, Database, TransactionOptions } from './database.ts'
import { databaseError } from './database-error.ts'
import { type Naming, nameNoMore, namingFor, UNNAMED } from './prepared.ts'

export type DatabaseOptions = Readonly<{
  url: string
  /** Shown in pg_stat_activity. */
  applicationName?: string
  /** Connections at the most, made when they are needed; a run needs one for each of its lanes, and the heartbeats' one. */
  maxConnections?: number
  connectTimeoutMs?: number
}>

/** Connects lazily: the first statement finds out whether the server is there. */
export function openDatabase(options: DatabaseOptions): Database {
  const settings = {
    connectionString: options.url,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 10_000,
    types: { getTypeParser: () => (text: string) => text },
    fallback_application_name: options.applicationName ?? 'mothball',
    keepAlive: true,
    keepAliveInitialDelayMillis: SILENT_MS,
  }
  const limit = { ...settings, max: options.maxConnections ?? 6 }
  const pool = listeningPool({
    ...limit,
    // The lease knows its owner by a backend of this pool: it must live as long as the process does.
    idleTimeoutMillis: 0,
    pipeline: true,
  })
  const transaction: Database['transaction'] = (how, work) =>
    withClient(pool, (client) => runTransaction(client, how, work))
  const alone = <Row extends object>(query: Sql<Row>) => withClient(pool, (client) => runAlone(client, query))
  const copies = listeningPool({ ...limit, idleTimeoutMillis: IDLE_COPY_MS })
  const copying: Database['copying'] = (how, work) =>
    withClient(copies, (client) => runCopies(client, how, work), isLeftHalfWay)
  return {
    transaction,
    copying,
    rows: alone,
    one: async (query) => onlyRow(query, await alone(query)),
    maybe: async (query) => (await alone(query))[0] ?? null,
    execute: (query) => transaction({}, (session) => session.execute(query)),
    outsideTransaction: (query) => withClient(pool, (client) => runBare(client, query)),
    close: async () => void (await Promise.all([pool.end(), copies.end()])),
  }
}

/**
 * A server whose machine or network has gone says nothing, and whoever waits for its answer would wait for the two hours
 * that the system leaves a silent connection alone.
 */
const SILENT_MS = 30_000

/**
 * A connection that copies one set after the other is made once: that takes as long as a tenth of a set. It is gone soon
 * after, for one that waits is one less for others.
 */
const IDLE_COPY_MS = 1000

/** Rows of a copy that failed may still be on their way on its connection. */
const isLeftHalfWay = (): boolean => true

function listeningPool(config: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool(config)
  // The server may close an idle connection; it is replaced at the next use, and without a listener it would end us.
  pool.on('error', () => undefined)
  // The server's word that it ends a connection may come in one packet with its welcome, before whoever asked for the
  // connection has heard of it: from its first moment on somebody listens.
  pool.on('connect', (client) => client.on('error', () => undefined))
  return pool
}

/** After an error the connection is closed where it was lost, `isUseless`, or still in a transaction: its end was refused. */
async function withClient<T>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<T>,
  isUseless: (told: unknown) => boolean = isLost,
): Promise<T> {
  const client = await pool.connect().catch((error: unknown) => {
    throw databaseError(error)
  })
  let broken = false
  // A cut connection is told to the statement that waits on it; the event itself must not end the process.
  const onError = () => {
    broken = true
  }
  client.on('error', onError)
  try {
    return await work(client)
  } catch (error) {
    const told = databaseError(error)
    broken ||= isUseless(told) || client.getTransactionStatus() !== IDLE
    throw told
  } finally {
    client.off('error', onError)
    client.release(broken)
  }
}

/** What the server last said of a connection on which no transaction is open. */
const IDLE = 'I'

const isLost = (told: unknown): boolean => told instanceof MothballError && told.code === 'connection_lost'

async function runTransaction<T>(
  client: pg.PoolClient,
  options: TransactionOptions,
  work: (session: ClientSession) => Promise<T>,
): Promise<T> {
  const session = new ClientSession(client)
  let result: T
  try {
    result = await beginAndWork(client, session, options, work)
  } catch (error) {
    session.end(error)
    nameNoMore(client, error)
    throw (await rollback(client)) ?? error
  }
  await commit(client)
  return result
}

/** Null, or that the connection was lost: whoever would go on after his own error is to hear of that instead. */
const rollback = (client: pg.PoolClient): Promise<unknown> =>
  client.query('rollback').then(
    () => null,
    (error: unknown) => {
      const told = databaseError(error)
      return isLost(told) ? told : null
    },
  )

/** In the midst of a copy no rollback is heard: where it fails its connection is closed, which rolls back as well. */
async function runCopies<T>(
  client: pg.PoolClient,
  options: TransactionOptions,
  work: (session: ClientSession) => Promise<T>,
): Promise<T> {
  const result = await beginAndWork(client, new ClientSession(client), options, work)
  await commit(client)
  return result
}

async function beginAndWork<T>(
  client: pg.PoolClient,
  session: ClientSession,
  { mode = 'write', ...options }: TransactionOptions,
  work: (session: ClientSession) => Promise<T>,
): Promise<T> {
  // Not waited for where nothing is written by what goes along with it: a BEGIN that somebody cancels leaves that outside
  // of any transaction. It fails with BEGIN's error, and nothing is sent after it.
  const begun = session.execute(beginSql(mode, options))
  begun.catch(() => undefined)
  if (mode === 'write' && !options.repeated) await begun
  if (options.repeated) session.naming = namingFor(client, session)
  const result = await work(session)
  await begun
  return result
}

/**
 * A transaction of one statement, sent whole: its answer is one round trip away. Where the statement fails, the server
 * answers the commit with a rollback, and what is thrown is the statement's error.
 */
async function runAlone<Row extends object>(client: pg.PoolClient, query: Sql<Row>): Promise<readonly Row[]> {
  const session = new ClientSession(client)
  const [begun, answered, ended] = await Promise.allSettled([
    session.execute(beginSql('write', {})),
    session.rows(query),
    commit(client),
  ])
  if (begun.status === 'rejected') throw begun.reason
  if (answered.status === 'rejected') throw answered.reason
  if (ended.status === 'rejected') throw ended.reason
  return answered.value
}

function onlyRow<Row extends object>(query: Sql<Row>, rows: readonly Row[]): Row {
  const [row] = rows
  if (row === undefined || rows.length > 1) throw new RangeError(`expected one row, got ${rows.length}: ${query.text}`)
  return row
}

async function commit(client: pg.PoolClient): Promise<void> {
  let answer: string
  try {
    answer = (await client.query('commit')).command
  } catch (error) {
    const told = databaseError(error)
    // Not even an answer is the end of it: a server whose WAL cannot go on says so and dies, and may have kept the commit.
    if (told instanceof MothballError)
      throw new MothballError(told.code, { ...told.facts, at: 'commit' }, { cause: error })
    throw told
  }
  if (answer !== 'COMMIT') throw new MothballError('commit_refused', { answer })
}

async function runBare(client: pg.PoolClient, query: Sql<object>): Promise<readonly string[]> {
  const warnings: string[] = []
  const onNotice = (notice: { code?: string | undefined }) => warnings.push(notice.code ?? '')
  client.on('notice', onNotice)
  try {
    await client.query(query.text, [...query.values])
    return warnings
  } finally {
    client.off('notice', onNotice)
  }
}

class ClientSession implements CopySession {
  naming: Naming = UNNAMED
  readonly #client: pg.PoolClient
  #sent = 0
  /** The first error: in a pipeline the server answers everything after it with 25P02, which explains nothing. */
  #failure: Readonly<{ error: unknown; turn: number }> | null = null

  constructor(client: pg.PoolClient) {
    this.#client = client
  }

  /** Nothing more is sent: what still wants to would find the transaction gone, or another one. */
  end(error: unknown): void {
    this.#failure ??= { error, turn: this.#sent }
  }

  get processId(): number | null {
    // The driver keeps it beside the cancel key; its type definitions do not tell.
    return 'processID' in this.#client && typeof this.#client.processID === 'number' ? this.#client.processID : null
  }

  async rows<Row extends object>(query: Sql<Row>): Promise<readonly Row[]> {
    return (await this.#send<Row>(query)).rows
  }

  async one<Row extends object>(query: Sql<Row>): Promise<Row> {
    return onlyRow(query, await this.rows(query))
  }

  async maybe<Row extends object>(query: Sql<Row>): Promise<Row | null> {
    return (await this.rows(query))[0] ?? null
  }

  async execute(query: Sql<object>): Promise<number> {
    return (await this.#send(query)).rowCount ?? 0
  }

  async together(queries: readonly Sql<object>[]): Promise<void> {
    await Promise.all(queries.map((query) => this.#send(query)))
  }

  async copyOut(query: Sql<object>, sink: Writable): Promise<number> {
    const stream = this.#client.query(copyTo(query.text))
    await pipeline(stream, sink).catch((error: unknown) => {
      throw databaseError(error)
    })
    return stream.rowCount
  }

  async #send<Row extends object>(query: Sql<Row>): Promise<pg.QueryResult<Row>> {
    this.#requireUnfailed()
    const turn = this.#sent
    this.#sent += 1
    const answer = await this.#answer(query).catch((error: unknown) => {
      this.#failure ??= { error: databaseError(error), turn }
      throw this.#failure.error
    })
    // Answered well behind one that failed, it stood outside of any transaction: BEGIN was what failed.
    this.#requireUnfailed(turn)
    return answer
  }

  #requireUnfailed(before = Number.POSITIVE_INFINITY): void {
    if (this.#failure !== null && this.#failure.turn < before) throw this.#failure.error
  }

  #answer<Row extends object>(query: Sql<Row>): Promise<pg.QueryResult<Row>> {
    const name = this.naming(query)
    const values = [...query.values]
    if (name === null) return this.#client.query<Row>(query.text, values)
    return this.#client.query<Row>({ name, text: query.text, values })
  }
}
