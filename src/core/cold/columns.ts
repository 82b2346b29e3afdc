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

/** Columns of ours in every file: whose row it is, and its digest. */
export const FAMILY_COLUMN = 'mothball_family'
export const DIGEST_COLUMN = 'mothball_digest'
