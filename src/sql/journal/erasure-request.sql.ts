/** Requests to be erased, and when they are due. */
import { raw, type Sql, sql } from '../tag.ts'

export type ErasureRequestRow = Readonly<{
  id: string
  key: string
  case_number: string
  reason: string
  actor: string
  requested_at: string
  due_at: string
  overdue: string
  closed_at: string | null
  closed_by: string | null
  outcome: string | null
}>

const COLUMNS = raw(`q.id::text as id, q.subject_key as key, q.case_number, q.reason, q.actor,
    q.requested_at::text as requested_at, q.due_at::text as due_at,
    (q.closed_at is null and q.due_at < pg_catalog.clock_timestamp())::text as overdue,
    q.closed_at::text as closed_at, q.closed_by, q.outcome`)

type NewRequest = Readonly<{
  policy: string
  subject: string
  key: string
  caseNumber: string
  reason: string
  actor: string
  due: string | null
  days: number
}>

/** No row: the case has an open request already. Days are of 24 hours. */
export const recordRequestSql = (request: NewRequest): Sql<ErasureRequestRow> =>
  sql`insert into mothball.erasure_request as q (policy, subject, subject_key, case_number, reason, actor, due_at)
    values (${request.policy}, ${request.subject}, ${request.key}, ${request.caseNumber}, ${request.reason}, ${request.actor},
      coalesce(${request.due}::timestamptz,
        pg_catalog.clock_timestamp() + pg_catalog.make_interval(secs => ${request.days}::float8 * 86400)))
    on conflict (subject, case_number) where closed_at is null do nothing returning ${COLUMNS}`

/** No row: the case has no open request. */
export const closeRequestSql = (
  subject: string,
  { caseNumber, actor, outcome }: Readonly<{ caseNumber: string; actor: string; outcome: string }>,
): Sql<ErasureRequestRow> =>
  sql`update mothball.erasure_request q set closed_at = pg_catalog.clock_timestamp(), closed_by = ${actor}, outcome = ${outcome}
    where q.subject = ${subject} and q.case_number = ${caseNumber} and q.closed_at is null returning ${COLUMNS}`

/** Open ones, or with `all` every one; the one that is due first comes first. */
export const listRequestsSql = (
  subject: string,
  { all, limit }: Readonly<{ all: boolean; limit: number }>,
): Sql<ErasureRequestRow> =>
  sql`select ${COLUMNS} from mothball.erasure_request q
    where q.subject = ${subject} and (${all}::boolean or q.closed_at is null)
    order by q.closed_at is not null, q.due_at, q.id limit ${limit}::bigint`

export const dueRequestsSql = (subject: string): Sql<{ overdue: string; soon: string }> =>
  sql`select count(*) filter (where q.due_at < pg_catalog.now()) as overdue,
      count(*) filter (where q.due_at >= pg_catalog.now() and q.due_at < pg_catalog.now() + interval '7 days') as soon
    from mothball.erasure_request q where q.subject = ${subject} and q.closed_at is null`
