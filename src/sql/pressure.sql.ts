/** What a run does to others at this moment: who waits behind it, what cannot be cleaned up, how far replicas are behind. */
import { type Sql, sql } from './tag.ts'

export type PressureRow = Readonly<{ waiters: string; oldest_ms: string; lag_ms: string }>

/**
 * Looks at sessions of this database. Who waits for a backend that calls itself ours waits for us.
 * What a role may not see counts as nothing: a run never stops because it is blind.
 */
export const pressureSql: Sql<PressureRow> = sql`select
      (select count(*) from pg_catalog.pg_stat_activity w where w.datname = pg_catalog.current_database() and w.wait_event_type = 'Lock'
        and exists (select from pg_catalog.pg_stat_activity m where m.application_name like 'mothball%'
          and m.pid = any (pg_catalog.pg_blocking_pids(w.pid))))::text as waiters,
      coalesce((select (extract(epoch from pg_catalog.clock_timestamp() - min(o.xact_start)) * 1000)::bigint
        from pg_catalog.pg_stat_activity o where o.datname = pg_catalog.current_database() and o.pid <> pg_catalog.pg_backend_pid()
          and o.backend_type = 'client backend' and o.backend_xmin is not null), 0)::text as oldest_ms,
      coalesce((select (extract(epoch from max(greatest(p.replay_lag, p.flush_lag))) * 1000)::bigint from pg_catalog.pg_stat_replication p), 0)::text as lag_ms`
