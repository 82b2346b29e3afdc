/** Turns the driver's errors into ours, leaving behind PostgreSQL's message and detail: they quote customers' rows. */
import pg from 'pg'
import { type ErrorCode, MothballError } from '../core/errors/index.ts'

/** SQLSTATE classes and codes that mean: the server is gone, or going. */
const LOST = ['57P01', '57P02', '57P03', '08000', '08003', '08006', '25P03']
const UNREACHABLE = [
  'ECONNREFUSED',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'ENOENT',
  '28P01',
  '28000',
  '3D000',
  '53300',
  '08001',
  '08004',
]

/** The driver's own words; it gives them no code. */
const LACKS_PASSWORD = /^SASL: \S+ client password must be a /

/** An error that PostgreSQL answered, reduced to what may be stored, logged and sent. */
export function databaseError(error: unknown): unknown {
  if (error instanceof MothballError) return error
  if (!(error instanceof Error)) return error
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (UNREACHABLE.includes(code)) return new MothballError('database_unreachable', { cause: code })
  if (LOST.includes(code)) return new MothballError('connection_lost', { sqlstate: code })
  if (LACKS_PASSWORD.test(error.message))
    return new MothballError('database_unreachable', { cause: 'password_missing' })
  // The system's own codes, such as ECONNRESET, are no SQLSTATE: nobody may take one for the database's word about a row.
  if (isCut(error)) return new MothballError('connection_lost', { sqlstate: '', cause: code })
  if (!(error instanceof pg.DatabaseError)) return error
  const kind: ErrorCode = code === '42501' ? 'privilege_missing' : 'statement_failed'
  return new MothballError(kind, {
    sqlstate: code,
    object: objectOf(error),
    constraint: error.constraint ?? '',
    table: error.table ?? '',
  })
}

/** SQLSTATE of an error of ours, or the empty text. */
export const sqlstateOf = (error: unknown): string =>
  error instanceof MothballError ? String(error.facts['sqlstate'] ?? '') : ''

/** The driver's own words for a socket that closed under a statement; it gives them no code. */
const isCut = (error: Error): boolean =>
  ('code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE')) ||
  /^Connection terminated|^Client has encountered a connection error|^timeout exceeded when trying to connect/.test(
    error.message,
  )

function objectOf(error: pg.DatabaseError): string {
  const table = error.table === undefined ? '' : `${error.schema ?? 'public'}.${error.table}`
  return [table, error.column, error.constraint].filter((part) => part !== undefined && part !== '').join(' ')
}
