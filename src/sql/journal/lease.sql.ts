/**
 * The lease: who may write for a subject now. A live owner is known by its heartbeat and by its backends; a dead one
 * (backends gone, or no heartbeat for the lease's time) is taken over by raising the epoch, which fences its batches.
 */
import { type Sql, sql } from '../tag.ts'

/**
 * A lane's lease is called like its subject's, with this and the lane's number after it: a character that no table of a
 * policy has in its name (`nameProblem`), so that it is never called like a table's, or like a lane of another one.
 */
const LANE_MARK = ';'

export const laneLeaseOf = (name: string, lane: number): string => `${name}${LANE_MARK}${lane}`

/** Makes the row that everybody contends for; does nothing where it is there. */
export const ensureLeaseSql = (name: string): Sql =>
  sql`insert into mothball.lease (name, epoch) values (${name}, 0) on conflict (name) do nothing`

/**
 * Nobody lives behind the lease `l`: released, no heartbeat for its time, or its backend is gone. A heartbeat of the
 * future is from before the server's clock was set back: nobody would have the lease until then.
 */
const isFree = (leaseMs: number): Sql =>
  sql`(l.owner is null
      or l.heartbeat_at < pg_catalog.clock_timestamp() - pg_catalog.make_interval(secs => ${leaseMs}::float8 / 1000)
      or l.heartbeat_at > pg_catalog.clock_timestamp() + pg_catalog.make_interval(secs => ${leaseMs}::float8 / 1000)
      or (l.backend_pid is not null and not exists (select from pg_catalog.pg_stat_activity b where b.pid = l.backend_pid
        and (b.backend_start is null or b.backend_start = l.backend_start))))`

/** The run of a living owner; no row where the lease can be had. */
export const livingRunSql = (name: string, leaseMs: number): Sql<{ run: string | null }> =>
  sql`select l.run_id::text as run from mothball.lease l where l.name = ${name} and not ${isFree(leaseMs)}`

/**
 * Takes the lease if nobody lives behind it. Waits for an open batch of the old owner, which holds the row FOR KEY
 * SHARE. No row: its owner is alive. Behind a pooler the connection was given another number than its backend has: that
 * backend lives and dies for reasons of its own, so it is not noted, and the heartbeat alone decides. `pg_stat_activity` hides a stranger's backend_start, so a visible pid counts as alive.
 */
export const acquireLeaseSql = (
  lease: Readonly<{ name: string; owner: string; run: number; leaseMs: number; processId: number | null }>,
): Sql<{ epoch: string }> =>
  sql`update mothball.lease l set epoch = l.epoch + 1, owner = ${lease.owner}, run_id = ${lease.run}::bigint,
      backend_pid = case when pg_catalog.pg_backend_pid() = ${lease.processId}::integer then pg_catalog.pg_backend_pid() end,
      backend_start = a.backend_start, heartbeat_at = pg_catalog.clock_timestamp()
    from (select backend_start from pg_catalog.pg_stat_activity where pid = pg_catalog.pg_backend_pid()) a
    where l.name = ${lease.name} and ${isFree(lease.leaseMs)}
    returning l.epoch::text as epoch`

/** Ends the backend of an owner that has lost its lease's time: a stopped process would keep its locks otherwise. Only our own role's: another's would need a privilege, and its batches are fenced all the same. */
export const terminateExpiredSql = (name: string, leaseMs: number): Sql =>
  sql`select pg_catalog.pg_terminate_backend(a.pid) from mothball.lease l join pg_catalog.pg_stat_activity a
      on a.pid = l.backend_pid and a.backend_start = l.backend_start
    where l.name = ${name} and l.owner is not null and a.pid <> pg_catalog.pg_backend_pid() and a.usename = current_user
      and l.heartbeat_at < pg_catalog.clock_timestamp() - pg_catalog.make_interval(secs => ${leaseMs}::float8 / 1000)`

/** Which run holds the lease. */
export const leaseHolderSql = (name: string): Sql<{ run: string | null }> =>
  sql`select run_id::text as run from mothball.lease where name = ${name}`

/** Touches no key column, so that it passes beside an open batch. No row: the lease is lost. */
export const heartbeatSql = (name: string, epoch: string): Sql =>
  sql`update mothball.lease set heartbeat_at = pg_catalog.clock_timestamp() where name = ${name} and epoch = ${epoch}::bigint`

/** Fences the lanes of every other run of this subject: their batches find no row from now on. Waits for the open ones. */
export const fenceLanesSql = (name: string, run: number): Sql =>
  sql`update mothball.lease set epoch = epoch + 1, owner = null, backend_pid = null, backend_start = null
    where starts_with(name, ${name + LANE_MARK}) and run_id <> ${run}::bigint`

export const releaseLeaseSql = (name: string, epoch: string): Sql =>
  sql`update mothball.lease set owner = null, backend_pid = null, backend_start = null where name = ${name} and epoch = ${epoch}::bigint`

/** Holds the lease's row against a takeover until the transaction ends. No row: another process owns the run now. */
export const holdLeaseSql = (name: string, epoch: string): Sql<{ epoch: string }> =>
  sql`select epoch::text as epoch from mothball.lease where name = ${name} and epoch = ${epoch}::bigint for key share`
