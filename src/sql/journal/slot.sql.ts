/** Slots: planned times, each known once, whoever looks at it first. Instants travel as epoch milliseconds or as text. */
import { type Sql, sql } from '../tag.ts'

export type ScheduleRow = Readonly<{ cron: string; zone: string; seen_until_ms: string; now_ms: string }>

/** Begins to look at a schedule; does nothing where somebody has. */
export const beginScheduleSql = (policy: string, rule: Readonly<{ cron: string; zone: string }>): Sql =>
  sql`insert into mothball.schedule (policy, cron, zone, seen_until)
    values (${policy}, ${rule.cron}, ${rule.zone}, pg_catalog.now()) on conflict (policy) do nothing`

/** Holds the schedule's row for this look. No row: somebody else is looking at this moment. */
export const lockScheduleSql = (policy: string): Sql<ScheduleRow> =>
  sql`select cron, zone, (extract(epoch from seen_until) * 1000)::bigint::text as seen_until_ms,
      (extract(epoch from pg_catalog.clock_timestamp()) * 1000)::bigint::text as now_ms
    from mothball.schedule where policy = ${policy} for update skip locked`

export const seenUntilSql = (policy: string, rule: Readonly<{ cron: string; zone: string }>, untilMs: number): Sql =>
  sql`update mothball.schedule set cron = ${rule.cron}, zone = ${rule.zone},
      seen_until = pg_catalog.to_timestamp(${untilMs}::float8 / 1000) where policy = ${policy}`

export type NoticedSlot = Readonly<{ atMs: number; state: 'due' | 'missed' | 'skipped'; reason: string | null }>

/**
 * Writes slots down; one that somebody has run already, by hand, stays as it is. One that nobody has run was written down
 * under a clock that was ahead: its time comes now.
 */
export const noticeSlotsSql = (policy: string, slots: readonly NoticedSlot[]): Sql<{ slot: string; state: string }> =>
  sql`insert into mothball.slot (policy, planned_at, state, reason, missed_at)
    select ${policy}, pg_catalog.to_timestamp(n.at_ms::float8 / 1000), n.state, n.reason,
      case when n.state = 'missed' then pg_catalog.clock_timestamp() end
    from pg_catalog.jsonb_to_recordset(${JSON.stringify(
      slots.map(({ atMs, state, reason }) => ({ at_ms: atMs, state, reason })),
    )}::jsonb) as n(at_ms bigint, state text, reason text) order by 2
    on conflict (policy, planned_at) do update set state = excluded.state, reason = excluded.reason, missed_at = excluded.missed_at
      where slot.run_id is null
    returning planned_at::text as slot, state`

/** Slots whose time came and that nobody took for so long, or that a later one has overtaken whose time came as well. */
export const missLateSlotsSql = (policy: string, lateAfterMs: number): Sql<{ slot: string }> =>
  sql`update mothball.slot s set state = 'missed', missed_at = coalesce(s.missed_at, pg_catalog.clock_timestamp())
    where s.policy = ${policy} and s.state = 'due' and (
      (s.missed_at is null and s.planned_at < pg_catalog.clock_timestamp() - pg_catalog.make_interval(secs => ${lateAfterMs}::float8 / 1000))
      or exists (select from mothball.slot later where later.policy = s.policy and later.planned_at > s.planned_at and later.state <> 'missed'
        and later.planned_at <= pg_catalog.clock_timestamp()))
    returning s.planned_at::text as slot`

/** Makes the newest of the policy's slots due again, where it was missed and nothing has run since. */
export const catchUpSql = (policy: string): Sql<{ slot: string }> =>
  sql`update mothball.slot s set state = 'due'
    where s.policy = ${policy} and s.state = 'missed' and s.run_id is null
      and s.planned_at = (select max(planned_at) from mothball.slot where policy = ${policy} and planned_at <= pg_catalog.clock_timestamp())
    returning s.planned_at::text as slot`

/** `late`: it was missed, and one run catches up. */
export const dueSlotsSql = (policy: string): Sql<{ slot: string; late: string }> =>
  sql`select planned_at::text as slot, (missed_at is not null)::text as late from mothball.slot
    where policy = ${policy} and state = 'due' and planned_at <= pg_catalog.clock_timestamp() order by planned_at`

/** A slot that will not be run, and why. Nothing where a run has it. */
export const settleSlotSql = (policy: string, slot: string, state: 'skipped' | 'refused', reason: string): Sql =>
  sql`update mothball.slot set state = ${state}, reason = ${reason}
    where policy = ${policy} and planned_at = ${slot}::timestamptz and run_id is null`

/** Takes the slot back from a dry run that never ended, so that another can stand for it. */
export const releaseSlotSql = (policy: string, slot: string, run: number): Sql =>
  sql`update mothball.slot set state = 'due', run_id = null
    where policy = ${policy} and planned_at = ${slot}::timestamptz and run_id = ${run}::bigint`

export type SlotRow = Readonly<{
  slot: string
  state: string
  reason: string | null
  missed_at: string | null
  run: string | null
}>

export const slotSql = (
  policy: string,
  slot: string,
): Sql<SlotRow & { ended: string | null; dry_run: string | null }> =>
  sql`select s.planned_at::text as slot, s.state, s.reason, s.missed_at::text as missed_at, s.run_id::text as run,
      (r.ended_at is not null)::text as ended, r.dry_run::text as dry_run
    from mothball.slot s left join mothball.run r on r.id = s.run_id
    where s.policy = ${policy} and s.planned_at = ${slot}::timestamptz`

/** Newest first. */
export const listSlotsSql = (policy: string, limit: number): Sql<SlotRow> =>
  sql`select planned_at::text as slot, state, reason, missed_at::text as missed_at, run_id::text as run
    from mothball.slot where policy = ${policy} order by planned_at desc limit ${limit}::bigint`
