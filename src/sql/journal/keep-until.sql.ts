/** Until when a restored subject stays active: the keep rule `restored` reads it. */
import type { TableShape } from '../../core/table.ts'
import { type KeySet, keyText, unnestKeys } from '../keys.sql.ts'
import { raw, type Sql, sql } from '../tag.ts'

export type KeepUntil = Readonly<{ subject: string; until: string; reason: string; actor: string; run: number }>

/** The same where the server alone knows them: SQL in place of values. */
type Kept = Readonly<{ [Fact in keyof KeepUntil]: KeepUntil[Fact] | Sql }>

/** An instant as the database writes it, and whether it lies ahead. `given` null: `days` of 24 hours from `moment`. */
export const untilSql = (
  given: string | null,
  moment: string,
  days: number,
): Sql<{ until: string; is_ahead: string }> =>
  sql`select until::text as until, (until > pg_catalog.clock_timestamp() and isfinite(until))::text as is_ahead from (
      select coalesce(${given}::timestamptz,
        ${moment}::timestamptz + pg_catalog.make_interval(secs => ${days}::float8 * 86400)) as until) u`

/** The latest restore decides. */
export const keepSql = (shape: TableShape, keys: KeySet, keep: Kept): Sql =>
  sql`insert into mothball.keep_until (subject, subject_key, until, reason, actor, run_id)
    select ${keep.subject}, ${keyText(raw('u'), shape.key)}, ${keep.until}::timestamptz, ${keep.reason}, ${keep.actor}, ${keep.run}::bigint
    from ${unnestKeys(raw('u'), shape, keys)}
    on conflict (subject, subject_key) do update set until = excluded.until, reason = excluded.reason,
      actor = excluded.actor, run_id = excluded.run_id, set_at = pg_catalog.clock_timestamp()`

/** Asked after a COMMIT whose answer never came: a key of the batch, and what the server remembers of the transaction. */
export const restoreOutcomeSql = (
  subject: string,
  key: string,
  run: number,
  transaction: string,
): Sql<{ recorded: string; status: string | null }> =>
  sql`select exists (select from mothball.keep_until
      where subject = ${subject} and subject_key = ${key} and run_id = ${run}::bigint)::text as recorded,
    pg_catalog.pg_xact_status(${transaction}::xid8) as status`
