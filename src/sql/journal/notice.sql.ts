/** Notices: what people are told, each key once; incidents that are open until they are over. */
import { type Sql, sql } from '../tag.ts'

/**
 * One process at a time tells of a policy; held to the end of the transaction. It is none of the locks of a run, and no
 * run asks for it.
 */
export const lockNoticesSql = (policy: string): Sql =>
  sql`select pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended(${`mothball notice ${policy}`}, 0))`

export type NewNotice = Readonly<{
  policy: string
  kind: string
  key: string
  incident: string | null
  partOf: number | null
  /** JSON. */
  content: string
}>

/** No row where the key was told before. */
export const tellSql = (notice: NewNotice): Sql<{ id: string }> =>
  sql`insert into mothball.notice (policy, kind, key, incident, part_of, content)
    values (${notice.policy}, ${notice.kind}, ${notice.key}, ${notice.incident}, ${notice.partOf}::bigint, ${notice.content}::jsonb)
    on conflict (key) do nothing returning id::text`

export const isToldSql = (key: string): Sql<{ id: string }> =>
  sql`select id::text as id from mothball.notice where key = ${key}`

export type OpenNoticeRow = Readonly<{ id: string; kind: string; incident: string; told_at: string; repeats: string }>

export const openNoticesSql = (policy: string): Sql<OpenNoticeRow> =>
  sql`select n.id::text as id, n.kind, n.incident, n.told_at::text as told_at,
      (select count(*) from mothball.notice p where p.part_of = n.id)::text as repeats
    from mothball.notice n
    where n.policy = ${policy} and n.incident is not null and n.part_of is null and n.closed_at is null order by n.id`

export const closeNoticeSql = (id: number): Sql =>
  sql`update mothball.notice set closed_at = pg_catalog.clock_timestamp() where id = ${id}::bigint and closed_at is null`

/** The channels of a notice that were told, or are to be. */
export const channelsOfSql = (notice: number): Sql<{ channel: string }> =>
  sql`select channel from mothball.delivery where notice_id = ${notice}::bigint order by channel`

export type ListedNoticeRow = Readonly<{
  id: string
  policy: string
  kind: string
  told_at: string
  closed_at: string | null
  repeats: string
  content: string
  /** JSON: a list of {channel, state, attempts, sentAt, nextAt, problem}. */
  deliveries: string
}>

/** Newest first; those that only repeat an incident are counted with it. */
export const listNoticesSql = (policies: readonly string[], limit: number): Sql<ListedNoticeRow> =>
  sql`select n.id::text as id, n.policy, n.kind, n.told_at::text as told_at, n.closed_at::text as closed_at,
      (select count(*) from mothball.notice p where p.part_of = n.id)::text as repeats, n.content::text as content,
      coalesce((select jsonb_agg(jsonb_build_object('channel', d.channel, 'state', d.state, 'attempts', d.attempts,
          'sentAt', d.sent_at::text, 'nextAt', case when d.state = 'waiting' then d.next_at::text end, 'problem', d.problem) order by d.channel)
        from mothball.delivery d where d.notice_id = n.id), '[]')::text as deliveries
    from mothball.notice n where n.policy = any (${policies}::text[]) and n.part_of is null order by n.id desc limit ${limit}::bigint`

export type UntoldRunRow = Readonly<{ run: string; policy_hash: string | null; previous_hash: string | null }>

/** Later than this an alert would be no alert any more: the digest tells of it. */
const FRESH = '24 hours'

/**
 * Marks live runs of the policy whose end nobody has looked at, and returns them in the order of their ends. Two
 * processes that ask at once never get the same run.
 */
export const takeUntoldRunsSql = (policy: string): Sql<UntoldRunRow> =>
  sql`with ended as (
      select r.id, r.ended_at, r.policy_hash from mothball.run r
      where r.policy = ${policy} and r.operation = 'archive' and not r.dry_run and r.ended_at > pg_catalog.now() - ${FRESH}::interval
        and not exists (select from mothball.run_told t where t.run_id = r.id)
    ), taken as (insert into mothball.run_told (run_id) select id from ended on conflict (run_id) do nothing returning run_id)
    select e.id::text as run, e.policy_hash, (select p.policy_hash from mothball.run p
        where p.policy = ${policy} and p.operation = 'archive' and not p.dry_run and p.id < e.id order by p.id desc limit 1) as previous_hash
    from ended e join taken on taken.run_id = e.id order by e.ended_at`

export const policyDefinitionSql = (hash: string): Sql<{ definition: string }> =>
  sql`select definition::text as definition from mothball.policy_version where hash = ${hash}`

/** Slots that were missed lately and that nobody has told of. */
export const untoldMissedSlotsSql = (policy: string): Sql<{ slot: string; caught_up: string }> =>
  sql`select s.planned_at::text as slot, (s.state <> 'missed')::text as caught_up from mothball.slot s
    where s.policy = ${policy} and s.missed_at > pg_catalog.now() - ${FRESH}::interval
      and not exists (select from mothball.notice n where n.key = 'missed:' || ${policy}::text || ':' || s.planned_at::text)
    order by s.planned_at`

/** Failures of one run, by code. */
export const causesOfRunSql = (run: number): Sql<{ code: string; count: string }> =>
  sql`select code, count(*)::text as count from mothball.failure where run_id = ${run}::bigint group by code order by count(*) desc, code`
