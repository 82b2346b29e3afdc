/** What `doctor` reads beside the catalog: settings, who is connected, and the state of a policy's journal. */
import { type Sql, sql } from './tag.ts'

/** Values in the setting's own unit; a setting that this server does not know has no row. */
export const settingsSql = (names: readonly string[]): Sql<{ name: string; setting: string | null }> =>
  sql`select name, setting from pg_settings where name = any(${names}::text[])`

/** Other people's transactions: ours is open too. */
export const activitySql: Sql<{ connections: string; oldest_seconds: string }> =
  sql`select count(*) filter (where backend_type = 'client backend')::text as connections,
      coalesce(extract(epoch from max(clock_timestamp() - xact_start) filter (where pid <> pg_backend_pid()
        and backend_type = 'client backend')), 0)::text as oldest_seconds
    from pg_stat_activity`

/** Batches that have no seal yet, those that were refused one, open failures, and archive runs that never ended. */
export const journalStateSql = (
  subject: string,
): Sql<{ unsealed: string; refused: string; quarantined: string; unended: string; last_run: string | null }> =>
  sql`select (select count(*) from mothball.batch b join mothball.run r on r.id = b.run_id
        where r.subject = ${subject} and not exists (select from mothball.seal s where s.batch_id = b.id)
          and not exists (select from mothball.seal_refusal f where f.batch_id = b.id))::text as unsealed,
      (select count(distinct f.batch_id) from mothball.seal_refusal f join mothball.batch b on b.id = f.batch_id
        join mothball.run r on r.id = b.run_id where r.subject = ${subject} and not exists (
          select from mothball.seal s where s.batch_id = f.batch_id and s.table_name = f.table_name))::text as refused,
      (select count(*) from mothball.failure where subject = ${subject} and resolved_at is null)::text as quarantined,
      (select count(*) from mothball.run where subject = ${subject} and ended_at is null)::text as unended,
      (select max(id) from mothball.run where subject = ${subject})::text as last_run`

/** The zone that the server or the role gives to a session; our transactions set their own. */
export const zoneSql: Sql<{ zone: string }> = sql`select reset_val as zone from pg_settings where name = 'TimeZone'`

/** Whom the server takes us for. */
export const identitySql: Sql<{ user: string; database: string; version: string }> =
  sql`select current_user::text as user, current_database()::text as database, current_setting('server_version_num') as version`
