/** Indexes of ours: made beside the work on a table that is in use, or at once on one that is new. */
import type { IndexChange } from '../core/migration.ts'
import { SEARCH_FORMS } from './search.sql.ts'
import { commaList, id, raw, type Sql, sql, table } from './tag.ts'

/** Within the transaction that made the table. */
export const createIndexSql = (change: IndexChange): Sql => createSql(change, raw(''))

/**
 * Outside a transaction, while others go on writing. What an earlier try left invalid is dropped first, for `if not
 * exists` would take it for the index.
 */
export const createIndexConcurrentlySql = (change: IndexChange): readonly Sql[] => [
  ...(change.leftover
    ? [sql`drop index concurrently if exists ${table({ schema: change.table.schema, table: change.name })}`]
    : []),
  createSql(change, raw('concurrently ')),
]

const createSql = (change: IndexChange, concurrently: Sql): Sql =>
  sql`create index ${concurrently}if not exists ${id(change.name)} on ${table(change.table)} (${expressions(change)})`

function expressions({ columns, form }: IndexChange): Sql {
  const names = columns.map(id)
  return commaList(form === null ? names : names.map((name) => sql`(${SEARCH_FORMS[form](name)})`))
}
