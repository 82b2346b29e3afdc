/** Erasures: their receipts. Written by the transaction that erases, and never changed. */

import { raw, type Sql, sql } from '../tag.ts'
import { openHoldsSql } from './hold.sql.ts'

export type ErasureRow = Readonly<{
  id: string
  method: string
  policy: string
  run: string
  case_number: string
  reason: string
  actor: string
  erased_at: string
  /** JSON. */
  reached: string
  /** JSON: an array of paths. */
  unremoved: string
}>

const COLUMNS = raw(`e.id::text as id, e.method, e.policy, e.run_id::text as run, e.case_number, e.reason, e.actor,
    e.erased_at::text as erased_at, e.reached::text as reached,
    (select coalesce(pg_catalog.json_agg(r.path order by r.path), '[]')::text from mothball.cold_removal r
      where r.run_id = e.run_id and r.removed_at is null) as unremoved`)

/** Of a subject table (qualified) and a key: a receipt is found by it, and no key by a receipt. */
const keyDigest = (subject: string, key: string): Sql =>
  sql`pg_catalog.sha256(pg_catalog.convert_to(pg_catalog.jsonb_build_array(${subject}::text, ${key}::text)::text, 'UTF8'))`

export const recordErasureSql = (
  subject: string,
  key: string,
  row: Pick<ErasureRow, 'method' | 'policy' | 'reason' | 'actor' | 'reached'> &
    Readonly<{ run: number; caseNumber: string }>,
): Sql<ErasureRow> =>
  sql`insert into mothball.erasure as e (policy, method, subject, key_digest, run_id, case_number, reason, actor, reached)
    values (${row.policy}, ${row.method}, ${subject}, ${keyDigest(subject, key)}, ${row.run}::bigint, ${row.caseNumber}, ${row.reason},
      ${row.actor}, ${row.reached}::jsonb) returning ${COLUMNS}`

/** Asked after a COMMIT whose answer never came. */
export const erasureOutcomeSql = (run: number, transaction: string): Sql<{ recorded: string; status: string | null }> =>
  sql`select exists (select from mothball.erasure where run_id = ${run}::bigint)::text as recorded,
    pg_catalog.pg_xact_status(${transaction}::xid8) as status`

/** Newest first; `key` null: of anybody. */
export const listErasuresSql = (
  subject: string,
  { key, before, limit }: Readonly<{ key: string | null; before: number | null; limit: number }>,
): Sql<ErasureRow> =>
  sql`select ${COLUMNS} from mothball.erasure e
    where e.subject = ${subject} and (${key}::text is null or e.key_digest = ${keyDigest(subject, key ?? '')})
      and (${before}::bigint is null or e.id < ${before}::bigint) order by e.id desc limit ${limit}::bigint`

/** Open holds on one subject. */
export const holdsOnSql = (
  subject: string,
  key: string,
): Sql<{ id: string; case_number: string | null; set_at: string }> => {
  const { rows, where } = openHoldsSql(raw('h'), subject)
  return sql`select h.id::text as id, h.case_number, h.set_at::text as set_at from ${rows}
    where ${where} and h.subject_key = ${key} order by h.id`
}
