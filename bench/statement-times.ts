/**
 * Where the time goes: a database that notes how long each kind of statement took, seen from the program. Of statements
 * that are sent together each is charged from the answer before it.
 */
import type { Database, Session, TransactionOptions } from '../src/db/database.ts'
import type { Sql } from '../src/sql/tag.ts'
import type { Sample } from './interleave.ts'
import type { Share } from './report.ts'

export class StatementTimes {
  readonly #times = new Map<string, Readonly<{ count: number; ms: number }>>()

  add(kind: string, ms: number): void {
    const { count, ms: sum } = this.#times.get(kind) ?? { count: 0, ms: 0 }
    this.#times.set(kind, { count: count + 1, ms: sum + ms })
  }

  /** The most expensive kind first; what is left of the runs' own time is the program's. */
  shares(runs: readonly Sample[]): readonly Share[] {
    const noted = this.busy(runs)
    const all = runs.reduce((sum, run) => sum + run.ms, 0)
    const rest = (all / rowsOf(runs)) * 1000 - noted.reduce((sum, { ms }) => sum + ms, 0)
    return [...noted, { kind: 'between statements, in the program', count: 0, ms: rest }]
  }

  /** The same of kinds that go on at once, whose times say nothing of what is left. */
  busy(runs: readonly Sample[]): readonly Share[] {
    const rows = rowsOf(runs)
    const noted = [...this.#times].map(([kind, { count, ms }]) => ({ kind, count, ms: (ms / rows) * 1000 }))
    return noted.sort((a, b) => b.ms - a.ms)
  }
}

const rowsOf = (runs: readonly Sample[]): number => runs.reduce((sum, run) => sum + run.rows, 0)

const KINDS: readonly (readonly [RegExp, string])[] = [
  [/^set constraints/, 'constraints immediate'],
  [/^lock table/, 'lock tables'],
  [/from mothball\.lease where .* for key share/s, 'fence'],
  [/mothball\.fingerprint/, 'fingerprint'],
  [/pg_attribute/, 'read catalog'],
  [/^with owned as|as torn$/, 'shared rows'],
  [/as seen.* from locked/s, 'lock related rows'],
  [/for update skip locked/, 'lock subjects'],
  [/insert into mothball\.batch/, 'record batch'],
  [/insert into "[^"]+"\."([^"]+)"/, 'copy'],
  [/delete from only/, 'delete'],
  [/pg_catalog\.cardinality\(e\.k0\)/, 'scan: eligible in window'],
  [/ limit 1$/, 'scan: window end'],
  [/mothball\.lease/, 'lease'],
]

const kindOf = ({ text }: Sql): string => KINDS.find(([pattern]) => pattern.test(text))?.[1] ?? text.slice(0, 60)

export function timedDatabase(database: Database, times: StatementTimes): Database {
  const transaction = async <T>(options: TransactionOptions, work: (session: Session) => Promise<T>): Promise<T> => {
    const sentAt = performance.now()
    let workedUntil = sentAt
    const result = await database.transaction(options, async (session) => {
      times.add('begin and pin', performance.now() - sentAt)
      const done = await work(new TimedSession(session, times))
      workedUntil = performance.now()
      return done
    })
    times.add('commit', performance.now() - workedUntil)
    return result
  }
  const single = <T>(work: (session: Session) => Promise<T>) => transaction({}, work)
  return {
    ...database,
    transaction,
    rows: (query) => single((session) => session.rows(query)),
    one: (query) => single((session) => session.one(query)),
    maybe: (query) => single((session) => session.maybe(query)),
    execute: (query) => single((session) => session.execute(query)),
  }
}

class TimedSession implements Session {
  readonly #session: Session
  readonly #times: StatementTimes
  #answeredAt = performance.now()

  constructor(session: Session, times: StatementTimes) {
    this.#session = session
    this.#times = times
  }

  get processId(): number | null {
    return this.#session.processId
  }

  rows<Row extends object>(query: Sql<Row>): Promise<readonly Row[]> {
    return this.#timed(query, this.#session.rows(query))
  }

  one<Row extends object>(query: Sql<Row>): Promise<Row> {
    return this.#timed(query, this.#session.one(query))
  }

  maybe<Row extends object>(query: Sql<Row>): Promise<Row | null> {
    return this.#timed(query, this.#session.maybe(query))
  }

  execute(query: Sql<object>): Promise<number> {
    return this.#timed(query, this.#session.execute(query))
  }

  async together(queries: readonly Sql<object>[]): Promise<void> {
    await Promise.all(queries.map((query) => this.execute(query)))
  }

  async #timed<T>(query: Sql<object>, answer: Promise<T>): Promise<T> {
    const sentAt = performance.now()
    const value = await answer
    const answeredAt = performance.now()
    this.#times.add(kindOf(query), answeredAt - Math.max(sentAt, this.#answeredAt))
    this.#answeredAt = answeredAt
    return value
  }
}
