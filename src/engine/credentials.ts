/**
 * Who comes with this token? A wrong one costs the same statement and the same comparison as a right one, and nothing
 * says which part of it was wrong. Sessions are for browsers: they last half a day and end with their key.
 */
import {
  csrfToken,
  NO_DIGEST,
  type Principal,
  parseToken,
  sameDigest,
  secretDigest,
  type TokenKind,
  tokenText,
} from '../core/api-key.ts'
import { auditEntry } from '../core/chain.ts'
import { readCredential } from '../db/journal/api-key.ts'
import { appendAudit } from '../db/journal/audit.ts'
import { requireJournal } from '../db/journal-schema.ts'
import { anyKeySql, endSessionSql, insertSessionSql, touchKeySql } from '../sql/journal/api-key.sql.ts'
import { newSecret } from './keys.ts'
import type { Engine } from './ports.ts'

const SESSION_HOURS = 12

/** Null for a token that opens nothing. Notes the key's last use, to the minute. */
export async function principalOf(
  { database }: Pick<Engine, 'database'>,
  kind: TokenKind,
  text: string,
): Promise<Principal | null> {
  const token = parseToken(kind, text)
  const found = await readCredential(database, kind, token?.id ?? 0)
  if (found?.stale) await database.execute(touchKeySql(found.key))
  const isRight = sameDigest(secretDigest(token?.secret ?? ''), found?.digest ?? NO_DIGEST)
  return found !== null && isRight ? { key: found.key, name: found.name, role: found.role } : null
}

export type NewSession = Readonly<{ token: string; csrf: string; expiresAt: string; seconds: number }>

/** For somebody who has shown his key. */
export function openSession({ database }: Pick<Engine, 'database'>, principal: Principal): Promise<NewSession> {
  const secret = newSecret()
  return database.transaction({}, async (session) => {
    const opened = { key: principal.key, digest: secretDigest(secret), hours: SESSION_HOURS }
    const row = await session.one(insertSessionSql(opened))
    const token = { id: Number(row.id), secret }
    await appendAudit(
      session,
      auditEntry({ actor: principal.name, role: principal.role, action: 'session.open', object: `session ${row.id}` }),
    )
    return {
      token: tokenText('session', token),
      csrf: csrfToken(token),
      expiresAt: row.expires_at,
      seconds: SESSION_HOURS * 3600,
    }
  })
}

export async function closeSession({ database }: Pick<Engine, 'database'>, text: string): Promise<void> {
  const token = parseToken('session', text)
  if (token !== null) await database.execute(endSessionSql(token.id))
}

/** Without one nobody could come in, and nothing beyond this machine should be listened to. */
export const hasKeys = ({ database }: Pick<Engine, 'database'>): Promise<boolean> =>
  database.transaction({}, async (session) => {
    await requireJournal(session)
    return (await session.one(anyKeySql)).any === 'true'
  })

export type Refusal = Readonly<{ principal: Principal | null; object: string; code: string }>

/** Somebody asked for what he has no right to. */
export const recordRefusal = (
  { database }: Pick<Engine, 'database'>,
  { principal, object, code }: Refusal,
): Promise<void> =>
  database.transaction({}, async (session) => {
    await appendAudit(
      session,
      auditEntry({
        actor: principal?.name ?? 'unknown',
        role: principal?.role,
        action: 'http.refused',
        object,
        after: code,
        outcome: 'refused',
      }),
    )
  })
