/**
 * A database that stops before every statement, before every COMMIT and after it, until `reached` has resolved, so that
 * a test can do something there from another connection. Statements that are sent together are stopped one by one, in
 * their order.
 */
import type { CopySession, Database, Session, TransactionOptions } from '../../src/db/database.ts'
import type { Sql } from '../../src/sql/tag.ts'

/**
 * `name` is the same for the same place in each transaction of one kind; `transaction` counts them, `first` is the name
 * of its first boundary, and `values` those of the statement that comes.
 */
export type StatementBoundary = Readonly<{
  name: string
  transaction: number
  first: string
  values: readonly unknown[]
}>

export type ReachedBoundary = (boundary: StatementBoundary) => Promise<void>

export function stoppingDatabase(database: Database, reached: ReachedBoundary): Database {
  let count = 0
  const around = async <S extends Session, T>(
    begin: (work: (session: S) => Promise<T>) => Promise<T>,
    wrap: (session: S, stops: Stops) => S,
    work: (session: S) => Promise<T>,
  ): Promise<T> => {
    count += 1
    const stops = new Stops(count, reached)
    const result = await begin(async (session) => {
      try {
        const done = await work(wrap(session, stops))
        await stops.stop('COMMIT', [])
        return done
      } finally {
        // After an error nothing may be sent into the transaction that follows on this connection.
        await stops.settled()
      }
    })
    await stops.stop('after COMMIT', [])
    return result
  }
  const transaction = <T>(options: TransactionOptions, work: (session: Session) => Promise<T>): Promise<T> =>
    around<Session, T>(
      (inner) => database.transaction(options, inner),
      (session, stops) => new StoppingSession(session, stops),
      work,
    )
  const copying = <T>(options: TransactionOptions, work: (session: CopySession) => Promise<T>): Promise<T> =>
    around<CopySession, T>(
      (inner) => database.copying(options, inner),
      (session, stops) => new StoppingCopySession(session, stops),
      work,
    )
  const single = <T>(work: (session: Session) => Promise<T>) => transaction({}, work)
  return {
    ...database,
    transaction,
    copying,
    rows: (query) => single((session) => session.rows(query)),
    one: (query) => single((session) => session.one(query)),
    maybe: (query) => single((session) => session.maybe(query)),
    execute: (query) => single((session) => session.execute(query)),
    outsideTransaction: async (query) => {
      count += 1
      await new Stops(count, reached).stop(query.text, [])
      return database.outsideTransaction(query)
    },
  }
}

const NAME_LENGTH = 70

/** The stops of one transaction: one after the other, and everything is sent in the order in which it was asked for. */
class Stops {
  readonly #transaction: number
  readonly #reached: ReachedBoundary
  readonly #seen = new Map<string, number>()
  #first: string | null = null
  #last: Promise<void> = Promise.resolve()

  constructor(transaction: number, reached: ReachedBoundary) {
    this.#transaction = transaction
    this.#reached = reached
  }

  stop(text: string, values: readonly unknown[]): Promise<void> {
    const short = text.replaceAll(/\s+/g, ' ').slice(0, NAME_LENGTH)
    const nth = (this.#seen.get(short) ?? 0) + 1
    this.#seen.set(short, nth)
    const name = nth === 1 ? short : `${short} (${nth})`
    this.#first ??= name
    const boundary = { name, transaction: this.#transaction, first: this.#first, values }
    this.#last = this.#last.then(() => this.#reached(boundary))
    return this.#last
  }

  settled(): Promise<void> {
    return this.#last.catch(() => undefined)
  }
}

class StoppingSession implements Session {
  protected readonly session: Session
  protected readonly stops: Stops

  constructor(session: Session, stops: Stops) {
    this.session = session
    this.stops = stops
  }

  get processId(): number | null {
    return this.session.processId
  }

  async rows<Row extends object>(query: Sql<Row>): Promise<readonly Row[]> {
    await this.stops.stop(query.text, query.values)
    return this.session.rows(query)
  }

  async one<Row extends object>(query: Sql<Row>): Promise<Row> {
    await this.stops.stop(query.text, query.values)
    return this.session.one(query)
  }

  async maybe<Row extends object>(query: Sql<Row>): Promise<Row | null> {
    await this.stops.stop(query.text, query.values)
    return this.session.maybe(query)
  }

  async execute(query: Sql<object>): Promise<number> {
    await this.stops.stop(query.text, query.values)
    return this.session.execute(query)
  }

  async together(queries: readonly Sql<object>[]): Promise<void> {
    await Promise.all(queries.map((query) => this.execute(query)))
  }
}

class StoppingCopySession extends StoppingSession implements CopySession {
  readonly #copies: CopySession

  constructor(session: CopySession, stops: Stops) {
    super(session, stops)
    this.#copies = session
  }

  async copyOut(...[query, sink]: Parameters<CopySession['copyOut']>): Promise<number> {
    await this.stops.stop(query.text, query.values)
    return this.#copies.copyOut(query, sink)
  }
}
