/** The batch's own record, written by the transaction that moved its rows: it is there exactly when they moved. */
import type { TableShape } from '../../core/table.ts'
import { type KeySet, keyTextAt } from '../keys.sql.ts'
import { type Sql, sql } from '../tag.ts'

/** `tables` is the manifest as JSON. `range` are the subjects that were locked, in the key's order: the batch lies within. */
export function recordBatchSql(
  shape: TableShape,
  batch: Readonly<{ batch: string; run: number; subjects: number; range: KeySet; tables: string }>,
): Sql {
  return sql`insert into mothball.batch (id, run_id, subjects, first_key, last_key, tables)
    values (${batch.batch}::bigint, ${batch.run}::bigint, ${batch.subjects}::bigint, ${keyTextAt(shape, batch.range, 1)},
      ${keyTextAt(shape, batch.range, batch.range.count)}, ${batch.tables}::jsonb)`
}

/** Asked after a COMMIT whose answer never came. `status` is null where the server no longer knows the transaction. */
export const batchOutcomeSql = (batch: string, transaction: string): Sql<{ recorded: string; status: string | null }> =>
  sql`select exists (select from mothball.batch where id = ${batch}::bigint)::text as recorded,
    pg_catalog.pg_xact_status(${transaction}::xid8) as status`
