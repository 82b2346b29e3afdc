/**
 * Statements that come again with every batch are prepared by name, so that the server plans them once and not each time.
 * Only on a connection that is a backend's own: a pooler gives each transaction another backend, which knows no name.
 */
import { createHash } from 'node:crypto'
import { backendSql } from '../sql/session.sql.ts'
import type { Sql } from '../sql/tag.ts'
import type { Session } from './database.ts'
import { sqlstateOf } from './database-error.ts'

/** By connection: whether the backend that we were given at its beginning is the one that answers. */
const owned = new WeakMap<object, boolean>()

/** Gives a statement its name, or null where it is not to have one. */
export type Naming = (query: Sql<object>) => string | null

export const UNNAMED: Naming = () => null

/** A statement that binds nothing is sent whole, in one message: there is nothing to plan. */
const byText: Naming = ({ text, values, isPlannedAnew }) =>
  values.length === 0 || isPlannedAnew ? null : createHash('sha256').update(text).digest('base64url')

/**
 * A name that the backend does not know or knows already (a pooler that told us its backend's number and has changed it,
 * DEALLOCATE ALL), and one whose statement cannot be made again (it bound a type that was dropped since, under whose
 * name there is another).
 */
const OF_A_NAME = ['26000', '42P05', '0A000', 'XX000']

/** Where `error` may speak of a name, the connection goes on without any: it would fail with every further transaction. */
export function nameNoMore(connection: object, error: unknown): void {
  if (owned.get(connection) && OF_A_NAME.includes(sqlstateOf(error))) owned.set(connection, false)
}

/** `connection` is asked in its first transaction who answers, together with what else is sent; named from the next one on. */
export function namingFor(connection: object, session: Pick<Session, 'one' | 'processId'>): Naming {
  const isOwned = owned.get(connection)
  if (isOwned !== undefined) return isOwned ? byText : UNNAMED
  session.one(backendSql).then(
    ({ pid }) => owned.set(connection, pid === String(session.processId)),
    () => undefined,
  )
  return UNNAMED
}
