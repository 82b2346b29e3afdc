/** The batch's own record, written by the transaction that moved its rows: it is there exactly when they moved. */
import { type Sql, sql } from '../tag.ts'

/** `tables` is the manifest as JSON. The subjects lie between `first` and `last`, two journal keys. */
export const recordBatchSql = (
  batch: Readonly<{ batch: string; run: number; subjects: number; first: string; last: string; tables: string }>,
): Sql =>
  sql`insert into mothball.batch (id, run_id, subjects, first_key, last_key, tables)
    values (${batch.batch}::bigint, ${batch.run}::bigint, ${batch.subjects}::bigint, ${batch.first}, ${batch.last},
      ${batch.tables}::jsonb)`

/** Asked after a COMMIT whose answer never came. `status` is null where the server no longer knows the transaction. */
export const batchOutcomeSql = (batch: string, transaction: string): Sql<{ recorded: string; status: string | null }> =>
  sql`select exists (select from mothball.batch where id = ${batch}::bigint)::text as recorded,
    pg_catalog.pg_xact_status(${transaction}::xid8) as status`
