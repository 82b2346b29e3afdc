/**
 * How each transaction begins: its isolation, and the one text form in which values are read, sealed and compared,
 * whatever the server's or the role's own settings are. All by SET LOCAL (set_config with is_local), because a pooler
 * may hand every transaction to another session.
 */
import type { Timeouts } from '../core/policy.ts'
import { commaList, inlined, raw, type Sql, sql } from './tag.ts'

export type PinOptions = Readonly<{
  pinnedSearchPath?: boolean
  timeouts?: Pick<Timeouts, 'lockMs' | 'statementMs' | 'idleMs'>
  /**
   * May take parallel workers. Left out: a snapshot may. What a run reads beside people is to leave them the other cores,
   * whose commits wake up there: on two of them a scan of half a second was half of what the slowest of them felt.
   */
  parallel?: boolean
}>

/** Under these a value has one text, whoever asks for it; beside them the search path matters for `reg...` types. */
export const TEXT_FORM = {
  TimeZone: 'UTC',
  DateStyle: 'ISO, YMD',
  IntervalStyle: 'postgres',
  extra_float_digits: '1',
  bytea_output: 'hex',
  lc_monetary: 'C',
} as const

const SETTINGS = {
  ...TEXT_FORM,
  // Off, a NULL between keys would come back as the text 'NULL'.
  array_nulls: 'on',
  // On, a type that the catalog tells would not be called by its plain name.
  quote_all_identifiers: 'off',
  // Under `document` a fragment that a cold file kept could not be read again.
  xmloption: 'content',
  // A policy that hides rows becomes an error instead of a smaller count.
  row_security: 'off',
  // A batch's rows are deleted on the word of this commit, so it must be durable wherever the role says otherwise.
  synchronous_commit: 'on',
  // Compiling a statement that runs once for a thousand rows costs more than running it.
  jit: 'off',
}

const BEGIN = {
  write: raw('begin isolation level read committed'),
  snapshot: raw('begin isolation level repeatable read read only'),
}

/** Binds nothing, so that both statements go to the server as one message. */
export const beginSql = (mode: keyof typeof BEGIN, options: PinOptions): Sql =>
  sql`${BEGIN[mode]}; ${inlined(pinSql({ parallel: mode === 'snapshot', ...options }))}`

function pinSql({ pinnedSearchPath, timeouts, parallel }: PinOptions): Sql {
  const settings: Record<string, string> = { ...SETTINGS }
  if (!parallel) settings['max_parallel_workers_per_gather'] = '0'
  if (pinnedSearchPath) settings['search_path'] = 'pg_catalog'
  if (timeouts !== undefined) {
    settings['lock_timeout'] = `${timeouts.lockMs}ms`
    settings['statement_timeout'] = `${timeouts.statementMs}ms`
    settings['idle_in_transaction_session_timeout'] = `${timeouts.idleMs}ms`
  }
  return sql`select ${commaList(
    Object.entries(settings).map(([name, value]) => sql`pg_catalog.set_config(${name}, ${value}, true)`),
  )}`
}

/** Deferred constraints speak at their statement, where the row is still known, and not at COMMIT. */
export const immediateConstraintsSql: Sql = raw('set constraints all immediate')

/** Who answers: behind a pooler it is another one than the connection was told at its beginning. */
export const backendSql: Sql<{ pid: string }> = sql`select pg_catalog.pg_backend_pid()::text as pid`
