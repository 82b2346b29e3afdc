/**
 * How a column of the database stands in a cold file. Whole numbers and truths have one form everywhere; all else is
 * PostgreSQL's own text, which no reader rounds, pads or shifts into another zone. Pure.
 */
import type { ColdColumn } from './manifest.ts'

const NATIVE: Readonly<Record<string, string>> = {
  smallint: 'SMALLINT',
  integer: 'INTEGER',
  bigint: 'BIGINT',
  boolean: 'BOOLEAN',
}

/** The type in the Parquet file. */
export const fileType = ({ type }: Pick<ColdColumn, 'type'>): string => NATIVE[type] ?? 'VARCHAR'

/** The column of ours in every file, its first: whose row it is. */
export const FAMILY_COLUMN = 'mothball_family'
