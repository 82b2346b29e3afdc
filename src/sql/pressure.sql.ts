/** What a run does to others: who waits for its batch, what cannot be cleaned up at this moment, how far replicas are behind. */
import { type Sql, sql } from './tag.ts'

/**
 * Sessions that wait for this transaction to end. Asked within it, at its end: between batches nobody waits any more. Who
 * stands behind another one that waits for the same row is not counted.
 */
export const waitersSql: Sql<{ waiters: string }> = sql`select count(*)::text as waiters from pg_catalog.pg_locks w
    where not w.granted and w.locktype = 'transactionid' and w.transactionid = pg_catalog.pg_current_xact_id()::xid`

export type PressureRow = Readonly<{ oldest_ms: string; lag_ms: string }>

/**
 * Looks at sessions of this database. What a role may not see counts as nothing: a run never stops because it is blind.
 */
export const pressureSql: Sql<PressureRow> = sql`select
      coalesce((select (extract(epoch from pg_catalog.clock_timestamp() - min(o.xact_start)) * 1000)::bigint
        from pg_catalog.pg_stat_activity o where o.datname = pg_catalog.current_database() and o.pid <> pg_catalog.pg_backend_pid()
          and o.backend_type = 'client backend' and o.backend_xmin is not null), 0)::text as oldest_ms,
      coalesce((select (extract(epoch from max(greatest(p.replay_lag, p.flush_lag))) * 1000)::bigint from pg_catalog.pg_stat_replication p), 0)::text as lag_ms`
