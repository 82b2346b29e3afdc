/** Legal bases and purges in the journal. Retention is counted here and nowhere else: by the calendar, in UTC. */
import { raw, type Sql, sql } from '../tag.ts'

export type BasisRow = Readonly<{ id: string; basis: string; recorded_by: string; recorded_at: string }>

const BASIS = raw('id::text as id, basis, recorded_by, recorded_at::text as recorded_at')

export const recordBasisSql = (policy: string, basis: string, actor: string): Sql<BasisRow> =>
  sql`insert into mothball.legal_basis (policy, basis, recorded_by) values (${policy}, ${basis}, ${actor}) returning ${BASIS}`

export const withdrawBasisSql = (policy: string, actor: string): Sql<BasisRow> =>
  sql`update mothball.legal_basis set withdrawn_by = ${actor}, withdrawn_at = pg_catalog.clock_timestamp()
    where policy = ${policy} and withdrawn_at is null returning ${BASIS}`

export const openBasisSql = (policy: string): Sql<BasisRow> =>
  sql`select ${BASIS} from mothball.legal_basis where policy = ${policy} and withdrawn_at is null`

export type PurgeRow = Readonly<{
  id: string
  basis: string
  moment: string
  retention: string
  families: string
  planned_by: string
  planned_at: string
  reason: string
  state: string
  run: string | null
  carried_out_by: string | null
  certificate: string | null
  certificate_sha256: string | null
}>

const PURGE =
  raw(`p.id::text as id, b.basis, p.moment::text as moment, p.retention, p.families::text as families, p.planned_by,
    p.planned_at::text as planned_at, p.reason, p.state, p.run_id::text as run, p.carried_out_by, p.certificate, p.certificate_sha256`)

const FROM = raw('from mothball.purge p join mothball.legal_basis b on b.id = p.basis_id')

type Keep = Readonly<{ years: number; months: number; days: number }>

/** When the retention of the family `c` is over. */
const overAt = ({ years, months, days }: Keep): Sql =>
  sql`c.archived_at + pg_catalog.make_interval(years => ${years}::integer, months => ${months}::integer, days => ${days}::integer)`

export type ColdCountsRow = Readonly<{
  exported: string
  due: string
  held: string
  soon: string
  purged: string
  sets: string
  bytes: string
}>

/** What a plan would list now and within `days`, and what is past that. One that was exported again after a change counts once: its former file has it as `changed`. */
export const coldCountsSql = (
  { policy, subject, keep }: Pick<NewPurge, 'policy' | 'subject' | 'keep'>,
  days: number,
): Sql<ColdCountsRow> =>
  sql`select count(*) filter (where f.state = 'exported') as exported, count(*) filter (where f.state = 'purged') as purged,
      count(*) filter (where f.state = 'exported' and f.over_at <= pg_catalog.now() and not f.is_held) as due,
      count(*) filter (where f.state = 'exported' and f.over_at <= pg_catalog.now() and f.is_held) as held,
      count(*) filter (where f.state = 'exported' and f.over_at > pg_catalog.now() and not f.is_held
        and f.over_at <= pg_catalog.now() + pg_catalog.make_interval(days => ${days}::integer)) as soon,
      s.sets, s.bytes
    from (select count(*) as sets, coalesce(sum(bytes), 0) as bytes from mothball.cold_file where policy = ${policy} and subject = ${subject}) s
    left join (
      select c.state, ${overAt(keep)} as over_at, h.subject_key is not null as is_held
      from mothball.cold_family c join mothball.cold_file o on o.id = c.file_id
        left join (select distinct subject_key from mothball.hold where subject = ${subject} and released_at is null) h using (subject_key)
      where c.subject = ${subject} and o.policy = ${policy} and c.state in ('exported', 'purged')) f on true
    group by s.sets, s.bytes`

export type NewPurge = Readonly<{
  policy: string
  subject: string
  basis: string
  retention: string
  keep: Keep
  actor: string
  reason: string
}>

/** The plan and its list in one statement: families in cold files whose retention is over, and who are not held. */
export const planPurgeSql = (plan: NewPurge): Sql<{ id: string }> => {
  return sql`with due as materialized (
      select c.file_id, c.subject_key from mothball.cold_family c join mothball.cold_file f on f.id = c.file_id
      where c.subject = ${plan.subject} and f.policy = ${plan.policy} and c.state = 'exported'
        and ${overAt(plan.keep)} <= pg_catalog.now()
        and not exists (select from mothball.hold h where h.subject = c.subject and h.subject_key = c.subject_key and h.released_at is null)),
    planned as (
      insert into mothball.purge (policy, subject, basis_id, moment, retention, families, rows, planned_by, reason)
      select ${plan.policy}, ${plan.subject}, ${plan.basis}::bigint, pg_catalog.now(), ${plan.retention}, (select count(*) from due), 0, ${plan.actor}, ${plan.reason}
      returning id),
    listed as (
      insert into mothball.purge_family (purge_id, file_id, subject_key) select planned.id, due.file_id, due.subject_key from planned, due)
    select id::text as id from planned`
}

export const purgeSql = (policy: string, id: number): Sql<PurgeRow> =>
  sql`select ${PURGE} ${FROM} where p.policy = ${policy} and p.id = ${id}::bigint`

/** Newest first, those before `before` (null: from the newest on). */
export const listPurgesSql = (
  policy: string,
  { before, limit }: Readonly<{ before: number | null; limit: number }>,
): Sql<PurgeRow> =>
  sql`select ${PURGE} ${FROM} where p.policy = ${policy} and (${before}::bigint is null or p.id < ${before}::bigint)
    order by p.id desc limit ${limit}::bigint`

/** Whether nobody has withdrawn the basis that the plan was made on; and whether it was made at a time that is to come. */
export const purgeStandsSql = (id: number): Sql<{ founded: string; ahead: string }> =>
  sql`select (b.withdrawn_at is null)::text as founded, (p.moment > pg_catalog.clock_timestamp())::text as ahead
    from mothball.purge p join mothball.legal_basis b on b.id = p.basis_id where p.id = ${id}::bigint`

/** Once: the second to try touches no row. A purge whose run died is taken up again by a new one. */
export const beginPurgeSql = (id: number, run: number, actor: string): Sql =>
  sql`update mothball.purge set state = 'running', run_id = ${run}::bigint, carried_out_by = ${actor}
    where id = ${id}::bigint and state in ('planned', 'running')`

export const endPurgeSql = (id: number, certificate: string, sha256: string): Sql =>
  sql`update mothball.purge set state = 'done', certificate = ${certificate}, certificate_sha256 = ${sha256}
    where id = ${id}::bigint and state = 'running'`

export type PurgeFileRow = Readonly<{ file: string; manifest: string; sha256: string }>

/** Sets that the plan has families of which nobody knows the outcome yet. */
export const purgeFilesSql = (id: number): Sql<PurgeFileRow> =>
  sql`select f.id::text as file, f.manifest, f.manifest_sha256 as sha256 from mothball.cold_file f
    where exists (select from mothball.purge_family p where p.purge_id = ${id}::bigint and p.file_id = f.id and p.outcome is null) order by f.id`

/** The next of them; `keys` is a JSON array, null where none is left. */
export const nextPurgeKeysSql = (id: number, file: string, limit: number): Sql<{ keys: string | null }> =>
  sql`select pg_catalog.json_agg(k.subject_key)::text as keys from (
      select subject_key from mothball.purge_family where purge_id = ${id}::bigint and file_id = ${file}::bigint and outcome is null
      order by length(subject_key), subject_key collate "C" limit ${limit}::bigint) k`

export const purgeOutcomesSql = (id: number, file: string, keys: readonly string[], outcomes: readonly string[]): Sql =>
  sql`update mothball.purge_family p set outcome = o.outcome
    from unnest(${keys}::text[], ${outcomes}::text[]) o (key, outcome)
    where p.purge_id = ${id}::bigint and p.file_id = ${file}::bigint and p.subject_key = o.key and p.outcome is null`

export const purgeSumsSql = (id: number): Sql<{ outcome: string; families: string; hash: string }> =>
  sql`select outcome, count(*)::text as families,
      pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(pg_catalog.string_agg(file_id || ' ' || subject_key, ',' order by file_id, subject_key collate "C"), 'UTF8')), 'hex') as hash
    from mothball.purge_family where purge_id = ${id}::bigint group by outcome order by outcome`

/** Rows that purges of this plan took from the archive, by table; of rows that no batch of ours moved nothing is left. */
export const purgeRunsSql = (id: number): Sql<{ run: string; rows: string | null }> =>
  sql`select r.id::text as run, (r.details->'rows')::text as rows from mothball.run r
    where r.operation = 'purge' and (r.details->>'plan')::bigint = ${id}::bigint order by r.id`

/** Adds to what the run has destroyed; in the transaction that destroys it. */
export const addPurgedSql = (run: number, plan: number, rows: string): Sql =>
  sql`update mothball.run r set details = pg_catalog.jsonb_build_object('plan', ${plan}::bigint, 'rows', (
      select coalesce(pg_catalog.jsonb_object_agg(t.name, t.rows), '{}') from (
        select e.key as name, sum(e.value::bigint) as rows from (
          select * from pg_catalog.jsonb_each_text(coalesce(r.details->'rows', '{}')) union all
          select * from pg_catalog.jsonb_each_text(${rows}::jsonb)) e group by e.key) t))
    where r.id = ${run}::bigint`
