/** API keys and the sessions that browsers get for them. A revoked key has no sessions either. */
import { raw, type Sql, sql } from '../tag.ts'

export type ApiKeyRow = Readonly<{
  id: string
  name: string
  role: string
  created_by: string
  created_at: string
  last_used_at: string | null
  revoked_by: string | null
  revoked_at: string | null
}>

const COLUMNS = raw(`k.id::text as id, k.name, k.role, k.created_by, k.created_at::text as created_at,
    k.last_used_at::text as last_used_at, k.revoked_by, k.revoked_at::text as revoked_at`)

/** No row where a living key has the name. */
export const insertKeySql = (
  key: Readonly<{ name: string; role: string; digest: string; actor: string }>,
): Sql<ApiKeyRow> =>
  sql`insert into mothball.api_key as k (name, role, digest, created_by)
    values (${key.name}, ${key.role}, decode(${key.digest}, 'hex'), ${key.actor})
    on conflict (name) where revoked_at is null do nothing returning ${COLUMNS}`

export const listKeysSql = (all: boolean): Sql<ApiKeyRow> =>
  sql`select ${COLUMNS} from mothball.api_key k where ${all}::boolean or k.revoked_at is null order by k.id`

export const anyKeySql: Sql<{ any: string }> = sql`select exists (
    select from mothball.api_key where revoked_at is null)::text as any`

export const revokeKeySql = (id: number, actor: string): Sql<ApiKeyRow> =>
  sql`update mothball.api_key k set revoked_at = clock_timestamp(), revoked_by = ${actor}
    where k.id = ${id}::bigint and k.revoked_at is null returning ${COLUMNS}`

/** `stale`: its last use is not noted to the minute any more. */
export type CredentialRow = Readonly<{ key: string; name: string; role: string; digest: string; stale: string }>

const CREDENTIAL = raw(`k.id::text as key, k.name, k.role,
    (k.last_used_at is null or k.last_used_at < clock_timestamp() - interval '1 minute')::text as stale`)

export const keyCredentialSql = (id: number): Sql<CredentialRow> =>
  sql`select ${CREDENTIAL}, encode(k.digest, 'hex') as digest from mothball.api_key k
    where k.id = ${id}::bigint and k.revoked_at is null`

export const sessionCredentialSql = (id: number): Sql<CredentialRow> =>
  sql`select ${CREDENTIAL}, encode(s.digest, 'hex') as digest
    from mothball.session s join mothball.api_key k on k.id = s.key_id
    where s.id = ${id}::bigint and k.revoked_at is null and s.ended_at is null and s.expires_at > clock_timestamp()`

/** Passes by where somebody else notes it at the moment. */
export const touchKeySql = (id: number): Sql =>
  sql`update mothball.api_key set last_used_at = clock_timestamp() where id = (
      select id from mothball.api_key where id = ${id}::bigint for no key update skip locked)`

export const insertSessionSql = (
  session: Readonly<{ key: number; digest: string; hours: number }>,
): Sql<{ id: string; expires_at: string }> =>
  sql`insert into mothball.session (key_id, digest, expires_at)
    values (${session.key}::bigint, decode(${session.digest}, 'hex'), clock_timestamp() + make_interval(hours => ${session.hours}::integer))
    returning id::text as id, expires_at::text as expires_at`

export const endSessionSql = (id: number): Sql =>
  sql`update mothball.session set ended_at = clock_timestamp() where id = ${id}::bigint and ended_at is null`
