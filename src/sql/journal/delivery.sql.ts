/** Deliveries: one notice on one channel, claimed by whoever sends it, tried again later where it failed. */
import { type Sql, sql } from '../tag.ts'

export const addDeliverySql = (notice: number, channel: string): Sql =>
  sql`insert into mothball.delivery (notice_id, channel) values (${notice}::bigint, ${channel}) on conflict do nothing`

export type ClaimedRow = Readonly<{
  notice_id: string
  channel: string
  attempts: string
  policy: string
  kind: string
  told_at: string
  content: string
}>

/**
 * The oldest notice that is due on one of the channels, for one sender: claimed for so long, and counted as an attempt.
 * No row: nothing is due.
 */
export const claimDeliverySql = (
  policies: readonly string[],
  channels: readonly string[],
  claimMs: number,
): Sql<ClaimedRow> =>
  sql`with due as (
      select d.notice_id, d.channel from mothball.delivery d join mothball.notice n on n.id = d.notice_id
      where d.state = 'waiting' and d.next_at <= pg_catalog.clock_timestamp() and d.channel = any (${channels}::text[])
        and n.policy = any (${policies}::text[])
        and (d.claimed_until is null or d.claimed_until < pg_catalog.clock_timestamp())
      order by d.notice_id, d.channel limit 1 for update of d skip locked
    ), claimed as (
      update mothball.delivery d set attempts = d.attempts + 1,
        claimed_until = pg_catalog.clock_timestamp() + pg_catalog.make_interval(secs => ${claimMs / 1000}::float8)
      from due where d.notice_id = due.notice_id and d.channel = due.channel
      returning d.notice_id, d.channel, d.attempts
    ) select c.notice_id::text as notice_id, c.channel, c.attempts::text as attempts, n.policy, n.kind, n.told_at::text as told_at, n.content::text as content
    from claimed c join mothball.notice n on n.id = c.notice_id`

type Attempt = Readonly<{ notice: number; channel: string; attempts: number }>

/** No row is touched where somebody else has claimed it since. */
export const deliveredSql = ({ notice, channel, attempts }: Attempt): Sql =>
  sql`update mothball.delivery set state = 'sent', sent_at = pg_catalog.clock_timestamp(), claimed_until = null, problem = null
    where notice_id = ${notice}::bigint and channel = ${channel} and attempts = ${attempts}::integer and state = 'waiting'`

/** `retryMs` null: it is not tried again. */
export const notDeliveredSql = (
  { notice, channel, attempts }: Attempt,
  { problem, retryMs }: Readonly<{ problem: string; retryMs: number | null }>,
): Sql =>
  sql`update mothball.delivery set state = case when ${retryMs}::float8 is null then 'given_up' else 'waiting' end,
      next_at = pg_catalog.clock_timestamp() + pg_catalog.make_interval(secs => coalesce(${retryMs}::float8, 0) / 1000),
      claimed_until = null, problem = ${problem}
    where notice_id = ${notice}::bigint and channel = ${channel} and attempts = ${attempts}::integer and state = 'waiting'`

export type ChannelStateRow = Readonly<{ channel: string; state: string; count: string; failing: string }>

/** `failing`: those that wait after an attempt. */
export const channelStatesSql: Sql<ChannelStateRow> = sql`select channel, state, count(*)::text as count, count(*) filter (where state = 'waiting' and problem is not null)::text as failing
    from mothball.delivery group by channel, state order by channel, state`

export type FailingChannelRow = Readonly<{ channel: string; waiting: string; given_up: string; problem: string | null }>

/** Channels with something undelivered since `from`. */
export const failingChannelsSql = (from: string): Sql<FailingChannelRow> =>
  sql`select d.channel, count(*) filter (where d.state = 'waiting')::text as waiting,
      count(*) filter (where d.state = 'given_up')::text as given_up, max(d.problem) as problem
    from mothball.delivery d join mothball.notice n on n.id = d.notice_id
    where d.problem is not null and d.state <> 'sent' and n.told_at >= ${from}::timestamptz group by d.channel order by d.channel`
