/**
 * Names as a hint's statement writes them: bare where PostgreSQL reads them back as they are, quoted where it would
 * not. Hints are for people to read and paste; the program itself quotes everything.
 */
import type { TableName } from '../names.ts'
import type { Column } from '../table.ts'

/** Words that PostgreSQL 18 does not take as a column's or table's name without quotes. */
const RESERVED = new Set(
  `all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation
  column concurrently constraint create cross current_catalog current_date current_role current_schema current_time
  current_timestamp current_user default deferrable desc distinct do else end except false fetch for foreign freeze
  from full grant group having ilike in initially inner intersect into is isnull join lateral leading left like limit
  localtime localtimestamp natural not notnull null offset on only or order outer overlaps placing primary references
  returning right select session_user similar some symmetric system_user table tablesample then to trailing true union
  unique user using variadic verbose when where window with`.split(/\s+/),
)

export const nameText = (name: string): string =>
  /^[a-z_][a-z0-9_]*$/.test(name) && !RESERVED.has(name) ? name : `"${name.replaceAll('"', '""')}"`

export const namesText = (names: readonly string[]): string => names.map(nameText).join(', ')

/** With its schema, unless that is public. */
export const tableNameText = ({ schema, table }: TableName): string =>
  schema === 'public' ? nameText(table) : `${nameText(schema)}.${nameText(table)}`

/** The type with its collation, which is left out where it is the database's own. */
export const typeText = ({ type, collation }: Column): string =>
  collation === null || collation === 'pg_catalog."default"' ? type : `${type} collate ${collation}`
