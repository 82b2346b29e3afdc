/** Requests that may come twice: the first is worked on, the others get its answer. */
import { type Sql, sql } from '../tag.ts'

/** How long an answer is given again. */
const HOURS = 24

export type IdempotentRequest = Readonly<{ key: number; name: string; fingerprint: string }>

/** One row where the request is the first, or the first for a day; none where another has come before. */
export const claimRequestSql = ({ key, name, fingerprint }: IdempotentRequest): Sql<{ claimed: string }> =>
  sql`insert into mothball.idempotency as i (key_id, name, fingerprint, begun_at)
    values (${key}::bigint, ${name}, decode(${fingerprint}, 'hex'), clock_timestamp())
    on conflict (key_id, name) do update set fingerprint = excluded.fingerprint, begun_at = excluded.begun_at,
      status = null, headers = null, body = null
      where i.begun_at < clock_timestamp() - make_interval(hours => ${HOURS}::integer)
    returning 'true' as claimed`

export type AnswerRow = Readonly<{
  fingerprint: string
  status: string | null
  headers: string | null
  body: string | null
}>

export const answeredRequestSql = (key: number, name: string): Sql<AnswerRow> =>
  sql`select encode(fingerprint, 'hex') as fingerprint, status::text as status, headers::text as headers, body
    from mothball.idempotency where key_id = ${key}::bigint and name = ${name}`

/** `headers` is JSON. */
export const keepAnswerSql = (
  { key, name }: IdempotentRequest,
  answer: Readonly<{ status: number; headers: string; body: string }>,
): Sql =>
  sql`update mothball.idempotency set status = ${answer.status}::integer, headers = ${answer.headers}::jsonb, body = ${answer.body}
    where key_id = ${key}::bigint and name = ${name}`

/** Nothing came of it, so that the next try is the first again. */
export const forgetRequestSql = ({ key, name }: IdempotentRequest): Sql =>
  sql`update mothball.idempotency set begun_at = '-infinity' where key_id = ${key}::bigint and name = ${name}`

/** Answers that are given to nobody any more; as many as one call takes (`011_service.sql`). */
export const dropAnswersSql: Sql<{ dropped: string }> = sql`select mothball.drop_answers()::text as dropped`
