/**
 * How a column of the database stands in a cold file. Whole numbers and truths have one form everywhere; all else is
 * PostgreSQL's own text, which no reader rounds, pads or shifts into another zone. Pure.
 */
import { withoutLength } from '../table.ts'
import type { ColdColumn } from './manifest.ts'

const NATIVE: Readonly<Record<string, string>> = {
  smallint: 'SMALLINT',
  integer: 'INTEGER',
  bigint: 'BIGINT',
  boolean: 'BOOLEAN',
}

/** The type in the Parquet file. */
export const fileType = ({ type }: Pick<ColdColumn, 'type'>): string => NATIVE[type] ?? 'VARCHAR'

/** Types of which COPY itself writes what their cast to text gives: that cast alone costs a third of copying a row. */
const COPIED_AS_TEXT: ReadonlySet<string> = new Set([
  'smallint',
  'integer',
  'bigint',
  'numeric',
  'text',
  'character varying',
  'date',
  'timestamp with time zone',
  'timestamp without time zone',
  'uuid',
])

/** Whatever its length or precision; a domain or an array goes by a name of its own and is none of them. */
export const isCopiedAsText = ({ type }: Pick<ColdColumn, 'type'>): boolean => COPIED_AS_TEXT.has(withoutLength(type))

/** The column of ours in every file, its first: whose row it is. */
export const FAMILY_COLUMN = 'mothball_family'
