/** The batch's own record, written by the transaction that moved its rows: it is there exactly when they moved. */
import type { TableShape } from '../../core/table.ts'
import { type KeySet, keyText, unnestKeys } from '../keys.sql.ts'
import { column, commaList, raw, type Sql, sql } from '../tag.ts'

/** `tables` is the manifest as JSON. `keys` are the subjects'. */
export function recordBatchSql(
  shape: TableShape,
  { batch, run, keys, tables }: Readonly<{ batch: string; run: number; keys: KeySet; tables: string }>,
): Sql {
  const names = (direction: 'asc' | 'desc') =>
    commaList(shape.key.map((name) => sql`${column(raw('u'), name)} ${raw(direction)}`))
  const end = (direction: 'asc' | 'desc') =>
    sql`(select ${keyText(raw('u'), shape.key)} from ${unnestKeys(raw('u'), shape, keys)} order by ${names(direction)} limit 1)`
  return sql`insert into mothball.batch (id, run_id, subjects, first_key, last_key, tables)
    values (${batch}::bigint, ${run}::bigint, ${keys.count}::bigint, ${end('asc')}, ${end('desc')}, ${tables}::jsonb)`
}

/** Asked after a COMMIT whose answer never came. `status` is null where the server no longer knows the transaction. */
export const batchOutcomeSql = (batch: string, transaction: string): Sql<{ recorded: string; status: string | null }> =>
  sql`select exists (select from mothball.batch where id = ${batch}::bigint)::text as recorded,
    pg_catalog.pg_xact_status(${transaction}::xid8) as status`
