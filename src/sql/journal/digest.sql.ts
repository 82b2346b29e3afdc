/** What a digest tells beside the statistics: its bounds by the database's clock, and what happened between them. */
import { raw, type Sql, sql } from '../tag.ts'

export type DigestBounds = Readonly<{
  /** The day on which it is due, in its zone. */
  day: string
  /** From the time at which the one before was due to its own. Instants' texts. */
  since: string
  until: string
  /** Hours that it is late. */
  late_hours: string
}>

const INTERVALS = {
  daily: raw(`interval '1 day'`),
  weekly: raw(`interval '7 days'`),
  monthly: raw(`interval '1 month'`),
}

/**
 * The last time at which a digest was due, on the wall clock of the zone: a time that daylight saving skips is the one
 * an hour later. `weekday` is 1 for Monday; it counts for weekly ones only.
 */
export function digestBoundsSql(
  kind: keyof typeof INTERVALS,
  { zone, at, weekday }: Readonly<{ zone: string; at: string; weekday: number }>,
): Sql<DigestBounds> {
  const dayOf = {
    daily: sql`n.wall::date - case when n.wall::time < n.at then 1 else 0 end`,
    weekly: sql`(n.wall - n.at)::date - (extract(isodow from n.wall - n.at)::integer - ${weekday}::integer + 7) % 7`,
    monthly: sql`date_trunc('month', n.wall - n.at)::date`,
  }[kind]
  return sql`with clock as (select pg_catalog.now() at time zone ${zone}::text as wall, ${at}::time as at),
      due as (select ${dayOf} as day, n.at from clock n)
    select d.day::text as day, ((d.day + d.at - ${INTERVALS[kind]}) at time zone ${zone}::text)::text as since,
      ((d.day + d.at) at time zone ${zone}::text)::text as until,
      floor(extract(epoch from pg_catalog.now() - ((d.day + d.at) at time zone ${zone}::text)) / 3600)::text as late_hours
    from due d`
}

type Between = Readonly<{ policy: string; since: string; until: string }>

export type MissedRow = Readonly<{ missed: string }>

export const missedBetweenSql = ({ policy, since, until }: Between): Sql<MissedRow> =>
  sql`select count(*)::text as missed from mothball.slot
    where policy = ${policy} and missed_at >= ${since}::timestamptz and missed_at < ${until}::timestamptz`

export const causesBetweenSql = ({ policy, since, until }: Between): Sql<{ code: string; count: string }> =>
  sql`select f.code, count(*)::text as count from mothball.failure f join mothball.run r on r.id = f.run_id
    where r.policy = ${policy} and f.failed_at >= ${since}::timestamptz and f.failed_at < ${until}::timestamptz
    group by f.code order by count(*) desc, f.code`

export type HoldsRow = Readonly<{ set: string; released: string }>

export const holdsBetweenSql = (subject: string, { since, until }: Between): Sql<HoldsRow> =>
  sql`select count(*) filter (where set_at >= ${since}::timestamptz and set_at < ${until}::timestamptz)::text as set,
      count(*) filter (where released_at >= ${since}::timestamptz and released_at < ${until}::timestamptz)::text as released
    from mothball.hold where subject = ${subject}`

export type EarlyRestoreRow = Readonly<{ within_week: string; within_month: string; later: string }>

/** Subjects that came home, by how long they had been in the archive. */
export const restoredAfterSql = (subject: string, { policy, since, until }: Between): Sql<EarlyRestoreRow> =>
  sql`select count(*) filter (where age < interval '7 days')::text as within_week,
      count(*) filter (where age >= interval '7 days' and age < interval '30 days')::text as within_month,
      count(*) filter (where age >= interval '30 days')::text as later
    from (select r.started_at - b.committed_at as age from mothball.run r
      join mothball.departure d on d.run_id = r.id and d.table_name = ${subject} join mothball.batch b on b.id = d.batch_id
      where r.policy = ${policy} and r.operation = 'restore' and r.started_at >= ${since}::timestamptz and r.started_at < ${until}::timestamptz) a`
