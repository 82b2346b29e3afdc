/**
 * The database port. Every value comes back as the server's own text (drivers cut microseconds and round big
 * numbers), every transaction is pinned to one text form, and PostgreSQL's messages, which carry row data, stop here:
 * what goes on is SQLSTATE and the names of objects. Statements are sent in pipelines, so that a batch is not made
 * of round trips.
 */
import type { Writable } from 'node:stream'
import type { Timeouts } from '../core/policy.ts'
import type { Sql } from '../sql/tag.ts'

/** Runs statements on one connection, inside one transaction. */
export interface Session {
  /** All rows. */
  rows<Row extends object>(query: Sql<Row>): Promise<readonly Row[]>
  /** The one row; anything else is a mistake of ours and throws RangeError. */
  one<Row extends object>(query: Sql<Row>): Promise<Row>
  /** The first row, or null. */
  maybe<Row extends object>(query: Sql<Row>): Promise<Row | null>
  /** Number of rows that the statement touched. */
  execute(query: Sql<object>): Promise<number>
  /** The backend that the server (or a pooler in its name) said it is, at connection; null where it said nothing. */
  readonly processId: number | null
  /** Sends all at once; resolves when all are done, throws the first error. */
  together(queries: readonly Sql<object>[]): Promise<void>
}

/** A session that can also send rows out. */
export interface CopySession extends Session {
  /** Runs a COPY ... TO STDOUT into `sink`, which it ends; returns the number of rows. */
  copyOut(query: Sql<object>, sink: Writable): Promise<number>
}

export type TransactionOptions = Readonly<{
  /** `snapshot` is REPEATABLE READ, READ ONLY: one moment, nothing written. Default: READ COMMITTED. */
  mode?: 'write' | 'snapshot'
  /** Only names of pg_catalog are found without their schema, so that types and functions print in one form. */
  pinnedSearchPath?: boolean
  timeouts?: Pick<Timeouts, 'lockMs' | 'statementMs' | 'idleMs'>
  /** Its statements come again with the next transaction of its kind: they are planned once, where that can be had. */
  repeated?: boolean
  /** May take parallel workers. Default: a snapshot may. */
  parallel?: boolean
}>

export interface Database {
  /**
   * Commits what `work` did, or rolls it back when it throws. Throws `commit_refused` where COMMIT is answered by
   * ROLLBACK, and with the fact `at: 'commit'` where the answer never came or was an error: it may have committed.
   */
  transaction<T>(options: TransactionOptions, work: (session: Session) => Promise<T>): Promise<T>
  /** A transaction on a connection beside the pool's, which answers one statement after the other: COPY wants that. */
  copying<T>(options: TransactionOptions, work: (session: CopySession) => Promise<T>): Promise<T>
  /** One statement in a transaction of its own. */
  rows<Row extends object>(query: Sql<Row>): Promise<readonly Row[]>
  one<Row extends object>(query: Sql<Row>): Promise<Row>
  maybe<Row extends object>(query: Sql<Row>): Promise<Row | null>
  execute(query: Sql<object>): Promise<number>
  /** For VACUUM and CREATE INDEX CONCURRENTLY, which refuse to run inside a transaction. Returns the server's warnings' SQLSTATEs. */
  outsideTransaction(query: Sql<object>): Promise<readonly string[]>
  close(): Promise<void>
}
