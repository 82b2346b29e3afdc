/** Typed reads and writes of API keys and sessions. */
import { z } from 'zod'
import type { ApiKey } from '../../core/api-key.ts'
import { ROLES, type Role } from '../../core/role.ts'
import {
  type ApiKeyRow,
  insertKeySql,
  keyCredentialSql,
  listKeysSql,
  revokeKeySql,
  sessionCredentialSql,
} from '../../sql/journal/api-key.sql.ts'
import type { Database, Session } from '../database.ts'

/** What a token is held against. */
export type Credential = Readonly<{ key: number; name: string; role: Role; digest: string; stale: boolean }>

const role = z.enum(ROLES)

/** Null where a living key has the name. */
export async function insertKey(
  session: Session,
  key: Readonly<{ name: string; role: Role; digest: string; actor: string }>,
): Promise<ApiKey | null> {
  const row = await session.maybe(insertKeySql(key))
  return row === null ? null : keyOf(row)
}

export const readKeys = async (session: Session, all: boolean): Promise<readonly ApiKey[]> =>
  (await session.rows(listKeysSql(all))).map(keyOf)

/** Null where no living key has the number. */
export async function endKey(session: Session, id: number, actor: string): Promise<ApiKey | null> {
  const row = await session.maybe(revokeKeySql(id, actor))
  return row === null ? null : keyOf(row)
}

/** Of a living key, or of a living session of one; null where there is none. */
export async function readCredential(
  database: Pick<Database, 'maybe'>,
  kind: 'key' | 'session',
  id: number,
): Promise<Credential | null> {
  const row = await database.maybe(kind === 'key' ? keyCredentialSql(id) : sessionCredentialSql(id))
  if (row === null) return null
  return { ...row, key: Number(row.key), role: role.parse(row.role), stale: row.stale === 'true' }
}

const keyOf = (row: ApiKeyRow): ApiKey => ({
  id: Number(row.id),
  name: row.name,
  role: role.parse(row.role),
  createdBy: row.created_by,
  createdAt: row.created_at,
  lastUsedAt: row.last_used_at,
  revokedBy: row.revoked_by,
  revokedAt: row.revoked_at,
})
