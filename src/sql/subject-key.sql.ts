/** A key that a person typed, as the database writes it. */
import type { TableShape } from '../core/table.ts'
import { keySetOfTexts, keyText, unnestKeys } from './keys.sql.ts'
import { raw, type Sql, sql } from './tag.ts'

/** Fails with an SQLSTATE of class 22 where the text is no value of the key's type. Touches no table. */
export const canonicalKeySql = (shape: TableShape, text: string): Sql<{ key: string }> =>
  sql`select ${keyText(raw('u'), shape.key)} as key from ${unnestKeys(raw('u'), shape, keySetOfTexts([text], shape.key))}`
