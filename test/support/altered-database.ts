/** A database port that changes statements on their way: a mistake of ours, or of the server, where a test wants one. */
import type { Database, Session } from '../../src/db/database.ts'
import { Sql } from '../../src/sql/tag.ts'

/** A statement's whole text, with `$1`, `$2`, ... for its values, to another text with the same ones in the same order. */
export type Alter = (text: string) => string

/** The statements of every transaction go through `alter`. */
export function alteredDatabase(database: Database, alter: Alter): Database {
  return {
    ...database,
    transaction: (options, work) => database.transaction(options, (session) => work(alteredSession(session, alter))),
  }
}

function alteredSession(session: Session, alter: Alter): Session {
  return {
    rows: (query) => session.rows(altered(query, alter)),
    one: (query) => session.one(altered(query, alter)),
    maybe: (query) => session.maybe(altered(query, alter)),
    execute: (query) => session.execute(altered(query, alter)),
    together: (queries) => session.together(queries.map((query) => altered(query, alter))),
    get processId() {
      return session.processId
    },
  }
}

function altered<Row extends object>(query: Sql<Row>, alter: Alter): Sql<Row> {
  const [first = '', ...pieces] = alter(query.text).split(/\$\d+/)
  if (pieces.length !== query.values.length) throw new RangeError('the altered statement binds other values')
  return new Sql<Row>([first, ...pieces.flatMap((piece, index) => [query.values[index] ?? null, piece])])
}
