/** The batch's own record, written by the transaction that moved its rows: it is there exactly when they moved. */
import type { TableName } from '../../core/names.ts'
import { type Sql, sql, table } from '../tag.ts'

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

/** From which tables (qualified) rows have ever moved with the subjects of a table, and where they went. */
export const tablesMovedSql = (subject: string): Sql<{ name: string; archive: string }> =>
  sql`select distinct t.key as name, t.value->>'archive' as archive
    from mothball.batch b join mothball.run r on r.id = b.run_id cross join jsonb_each(b.tables) t
    where r.subject = ${subject} and (t.value->>'rows')::bigint > 0 order by 1, 2`

/** Whether an archive table still holds a row of them. */
export const holdsRowsOfSql = (archive: TableName, subject: string): Sql<{ held: string }> =>
  sql`select exists (select from only ${table(archive)} a join mothball.batch b on b.id = a.archive_batch
    join mothball.run r on r.id = b.run_id where r.subject = ${subject})::text as held`
