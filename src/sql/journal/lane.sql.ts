/** Lanes of a run. Their rows are written when a lane is cut, taken, given more to do, and ended: never by a batch. */
import { subjectOf } from '../../core/family.ts'
import type { Lane, LaneEnd } from '../../core/lane.ts'
import { candidateSql, type Judgement, SUBJECT } from '../eligibility.sql.ts'
import { columnsOf, keyParts, keyRange, keyText } from '../keys.sql.ts'
import { allOf, column, commaList, raw, type Sql, sql, table } from '../tag.ts'

/** The last keys of `lanes` equal parts of the candidates up to `last`, in the key's order. */
export function laneEndsSql(judgement: Judgement, last: string, lanes: number): Sql<{ key: string }> {
  const { shape } = subjectOf(judgement.family)
  const order = commaList(shape.key.map((name) => column(SUBJECT, name)))
  const keys = commaList(shape.key.map((name) => column(raw('n'), name)))
  return sql`select ${keyText(raw('n'), shape.key)} as key from (
      select ${order}, row_number() over (order by ${order}) as place, count(*) over () as total
      from only ${table(shape.name)} ${SUBJECT} where ${allOf([candidateSql(judgement), ...keyRange(SUBJECT, shape, null, last)])}
    ) n where n.place in (select (g * n.total) / ${lanes}::bigint from generate_series(1, ${lanes}::bigint) g)
    order by ${keys}`
}

export const cutLanesSql = (run: number, lanes: readonly Lane[]): Sql =>
  sql`insert into mothball.lane (run_id, lane, after_key, upto_key)
    select ${run}::bigint, n.lane, n.after_key, n.upto_key from pg_catalog.jsonb_to_recordset(${JSON.stringify(
      lanes.map(({ lane, after, upTo }) => ({ lane, after_key: after, upto_key: upTo })),
    )}::jsonb) as n(lane integer, after_key text, upto_key text)`

export type LaneRow = Readonly<{ lane: string; after_key: string | null; upto_key: string }>

/** Lanes that have not ended, in their order. */
export const openLanesSql = (run: number): Sql<LaneRow> =>
  sql`select lane::text as lane, after_key, upto_key from mothball.lane where run_id = ${run}::bigint and ended_at is null order by lane`

/** The lease of the run is held by somebody alive enough to close it; it stays so until this transaction ends. */
export const runIsLedSql = (lease: string, run: number): Sql<{ epoch: string }> =>
  sql`select epoch::text as epoch from mothball.lease
    where name = ${lease} and run_id = ${run}::bigint and owner is not null for key share`

/** No row: it has ended meanwhile. */
export const lockLaneSql = (run: number, lane: number): Sql<{ lane: string }> =>
  sql`select lane::text as lane from mothball.lane
    where run_id = ${run}::bigint and lane = ${lane}::integer and ended_at is null for no key update`

/** Whoever takes the lane says so. */
export const takeLaneSql = (run: number, lane: number, owner: string): Sql =>
  sql`update mothball.lane set owner = ${owner} where run_id = ${run}::bigint and lane = ${lane}::integer and ended_at is null`

/**
 * What a lane had found is counted anew when somebody else takes it: what its batches and failures settled. The rest is
 * found, and reserved, again.
 */
export function recountLaneSql(judgement: Judgement, run: number, { lane, after, upTo }: Lane): Sql {
  const { shape } = subjectOf(judgement.family)
  const within = (key: Sql) => {
    const types = columnsOf(shape, shape.key)
    const own = types.map(({ type }, at) =>
      types.length === 1 ? sql`${key}::${raw(type)}` : sql`(${key}::jsonb ->> ${at}::integer)::${raw(type)}`,
    )
    const bound = (text: string) =>
      commaList(types.map(({ type }, at) => sql`${keyParts(text, shape.key)[at] ?? ''}::${raw(type)}`))
    return allOf([
      ...(after === null ? [] : [sql`(${commaList(own)}) > (${bound(after)})`]),
      sql`(${commaList(own)}) <= (${bound(upTo)})`,
    ])
  }
  return sql`update mothball.lane set reserved =
      coalesce((select sum(b.subjects) from mothball.batch b where b.run_id = ${run}::bigint and ${within(sql`b.first_key`)}), 0)
      + (select count(*) from mothball.failure f where f.run_id = ${run}::bigint and ${within(sql`f.subject_key`)})
    where run_id = ${run}::bigint and lane = ${lane}::integer`
}

/** Lanes reserve one after the other, so that all of them together stay under the ceiling. */
export const lockRunSql = (run: number): Sql =>
  sql`select from mothball.run where id = ${run}::bigint for no key update`

/** Gives the lane so many more, or as many as the ceiling leaves. */
export const reserveSql = (run: number, lane: number, asked: number, ceiling: number): Sql<{ granted: string }> =>
  sql`with room as (
      select greatest(0, least(${asked}::bigint, ${ceiling}::bigint - sum(reserved)))::bigint as granted
      from mothball.lane where run_id = ${run}::bigint
    ), given as (
      update mothball.lane set reserved = reserved + (select granted from room)
      where run_id = ${run}::bigint and lane = ${lane}::integer
    ) select granted::text as granted from room`

/** Ends a lane once. */
export const endLaneSql = (run: number, end: LaneEnd, error: string | null): Sql =>
  sql`update mothball.lane set ended_at = pg_catalog.clock_timestamp(), stop_reason = ${end.stopReason},
      became_active = ${end.becameActive}::bigint, locked = ${end.locked}::bigint, swept = ${JSON.stringify(end.swept)}::jsonb,
      error = ${error}::jsonb
    where run_id = ${run}::bigint and lane = ${end.lane}::integer and ended_at is null`

export type LaneEndRow = Readonly<{
  lane: string
  stop_reason: string
  became_active: string
  locked: string
  swept: string | null
  error: string | null
}>

export const laneEndsOfSql = (run: number): Sql<LaneEndRow> =>
  sql`select lane::text as lane, stop_reason, became_active::text as became_active, locked::text as locked,
      swept::text as swept, error::text as error
    from mothball.lane where run_id = ${run}::bigint and ended_at is not null order by lane`

/** Runs of a subject that have lanes for others to take. */
export const runsWithLanesSql = (subject: string, policy: string): Sql<{ run: string }> =>
  sql`select distinct l.run_id::text as run from mothball.lane l join mothball.run r on r.id = l.run_id
    where r.subject = ${subject} and r.policy = ${policy} and r.ended_at is null and l.ended_at is null and l.owner is null`
