/** Checkpoints of the audit log, and the entries that they stand for. */
import type { Checkpoint } from '../../core/checkpoint.ts'
import { raw, type Sql, sql } from '../tag.ts'

export type CheckpointRow = Readonly<{
  id: string
  first: string
  last: string
  entries: string
  previous: string
  head: string
  pruned_at: string
  pruned_by: string
  reason: string
  key_id: string
  signature: string
}>

const COLUMNS =
  raw(`c.id::text as id, c.first_entry::text as first, c.last_entry::text as last, c.entries::text as entries,
    pg_catalog.encode(c.previous, 'hex') as previous, pg_catalog.encode(c.head, 'hex') as head, c.pruned_at::text as pruned_at,
    c.pruned_by, c.reason, c.key_id, c.signature`)

/** In their order. */
export const checkpointsSql: Sql<CheckpointRow> = sql`select ${COLUMNS} from mothball.audit_checkpoint c order by c.last_entry, c.id`

export const recordCheckpointSql = (checkpoint: Checkpoint): Sql =>
  sql`insert into mothball.audit_checkpoint (id, first_entry, last_entry, entries, previous, head, pruned_at, pruned_by, reason, key_id, signature)
    values (${checkpoint.id}::bigint, ${checkpoint.first}::bigint, ${checkpoint.last}::bigint, ${checkpoint.entries}::bigint,
      pg_catalog.decode(${checkpoint.previous}, 'hex'), pg_catalog.decode(${checkpoint.head}, 'hex'), ${checkpoint.prunedAt}::timestamptz,
      ${checkpoint.prunedBy}, ${checkpoint.reason}, ${checkpoint.keyId}, ${checkpoint.signature})`

/** The last of the first entries that are all older than the instant and were walked, at most `limit`; null: there is none. */
export const prunableSql = (
  { before, walked }: Readonly<{ before: string; walked: number }>,
  limit: number,
): Sql<{ last: string | null }> =>
  sql`select max(a.id)::text as last from (select id from mothball.audit order by id limit ${limit}::bigint) a
    where a.id <= ${walked}::bigint and a.id < coalesce((select min(id) from mothball.audit where at >= ${before}::timestamptz), 9223372036854775807)`

export const auditEntryHashSql = (id: number): Sql<{ hash: string }> =>
  sql`select pg_catalog.encode(hash, 'hex') as hash from mothball.audit where id = ${id}::bigint`

/** Returns how many. */
export const pruneEntriesSql = (last: number): Sql => sql`delete from mothball.audit where id <= ${last}::bigint`
