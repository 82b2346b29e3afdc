/** The audit log: appended to under a lock of its own, read in pages by number. */
import type { ChainedEntry } from '../../core/chain.ts'
import { raw, type Sql, sql } from '../tag.ts'

/**
 * Entries come one after the other. Nobody takes another lock while he has this one, for appending is the last thing
 * that a transaction does: so no circle can close over it. The number is ours alone by being odd.
 */
export const auditLockSql: Sql = raw('select pg_catalog.pg_advisory_xact_lock(7206171912834019)')

/** The last entry (null: none yet), and the time. A statement of its own behind the lock: its snapshot is younger. */
export const auditHeadSql: Sql<{ id: string | null; hash: string | null; at: string }> =
  sql`select h.id::text as id, pg_catalog.encode(h.hash, 'hex') as hash, pg_catalog.clock_timestamp()::text as at
    from (select 1) one left join lateral (select id, hash from mothball.audit order by id desc limit 1) h on true`

export const clockSql: Sql<{ at: string }> = sql`select pg_catalog.clock_timestamp()::text as at`

export const appendAuditSql = (entry: ChainedEntry): Sql =>
  sql`insert into mothball.audit (id, at, actor, role, action, policy, object, reason, before, after, outcome, previous, hash)
    values (${entry.id}::bigint, ${entry.at}::timestamptz, ${entry.actor}, ${entry.role}, ${entry.action}, ${entry.policy},
      ${entry.object}, ${entry.reason}, ${entry.before}, ${entry.after}, ${entry.outcome},
      pg_catalog.decode(${entry.previous}, 'hex'), pg_catalog.decode(${entry.hash}, 'hex'))`

export type AuditRow = Readonly<{
  id: string
  at: string
  actor: string
  role: string | null
  action: string
  policy: string | null
  object: string
  reason: string | null
  before: string | null
  after: string | null
  outcome: string
  previous: string
  hash: string
}>

const COLUMNS =
  raw(`a.id::text as id, a.at::text as at, a.actor, a.role, a.action, a.policy, a.object, a.reason, a.before,
    a.after, a.outcome, pg_catalog.encode(a.previous, 'hex') as previous, pg_catalog.encode(a.hash, 'hex') as hash`)

/** Newest first, those before `before` (null: from the newest on). */
export const listAuditSql = ({ before, limit }: Readonly<{ before: number | null; limit: number }>): Sql<AuditRow> =>
  sql`select ${COLUMNS} from mothball.audit a
    where ${before}::bigint is null or a.id < ${before}::bigint order by a.id desc limit ${limit}::bigint`

/** In the order of the chain, those after `after`. */
export const walkAuditSql = (after: number, limit: number): Sql<AuditRow> =>
  sql`select ${COLUMNS} from mothball.audit a where a.id > ${after}::bigint order by a.id limit ${limit}::bigint`
