/** The columns that a policy searches, of a few subjects: values that are masked before anybody sees them. */
import type { TableName } from '../core/names.ts'
import type { TableShape } from '../core/table.ts'
import { inKeys, type KeySet, keyText } from './keys.sql.ts'
import { column, commaList, id, raw, type Sql, sql, table } from './tag.ts'

/** `contact_<n>` for the nth column. */
export type ContactsRow = Readonly<{ key: string } & Record<string, string | null>>

const ROW = raw('s')

export const contactsSql = (
  name: TableName,
  shape: TableShape,
  keys: KeySet,
  columns: readonly string[],
): Sql<ContactsRow> =>
  sql`select ${commaList([
    sql`${keyText(ROW, shape.key)} as key`,
    ...columns.map((each, index) => sql`${column(ROW, each)}::text as ${id(`contact_${index}`)}`),
  ])} from only ${table(name)} s where ${inKeys(ROW, shape.key, keys, shape)}`
