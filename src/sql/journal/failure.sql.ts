/** Subjects that could not move. An open failure is a quarantine; the reason is a code and SQLSTATE, never a message. */
import type { TableShape } from '../../core/table.ts'
import { type KeySet, keyText, unnestKeys } from '../keys.sql.ts'
import { raw, type Sql, sql } from '../tag.ts'

export type FailureReason = Readonly<{ code: string; sqlstate: string; object: string }>

/** Writes a failure for each key, once, and returns the keys as the journal has them. */
export const recordFailuresSql = (
  shape: TableShape,
  subject: string,
  run: number,
  keys: KeySet,
  reason: FailureReason,
): Sql<{ subject_key: string }> =>
  sql`insert into mothball.failure (subject, subject_key, run_id, code, sqlstate, object)
    select ${subject}, ${keyText(raw('u'), shape.key)}, ${run}::bigint, ${reason.code}, nullif(${reason.sqlstate}, ''), nullif(${reason.object}, '')
    from ${unnestKeys(raw('u'), shape, keys)}
    on conflict (subject, subject_key) where resolved_at is null do nothing returning subject_key`
