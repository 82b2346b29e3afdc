/**
 * The making of an archive table. LIKE copies names, types, modifiers, collations and NOT NULL exactly, domains of
 * every schema included, and leaves out what an archive must not have: defaults, identities and their sequences,
 * generation, checks. Values are literals, so that the statements can be printed and run by hand.
 */
import type { ArchiveColumn } from '../core/archive-columns.ts'
import type { ArchiveDefaults, Change } from '../core/migration.ts'
import type { Column } from '../core/table.ts'
import { createIndexSql } from './index.sql.ts'
import { commaList, id, literal, raw, type Sql, sql, table } from './tag.ts'

type ArchiveChange = Extract<Change, { kind: 'archive' }>
type ColumnChange = Extract<Change, { kind: 'column' }>

/** Storage and compression are kept too: what was stored outside the row, and how, stays so. */
export const createArchiveSql = ({ table: archive, source, defaults, indexes }: ArchiveChange): readonly Sql[] => [
  sql`create table if not exists ${table(archive)} (
  like ${table(source.name)} including storage including compression,
  "archived_at" timestamptz default ${defaultOf('archived_at', defaults)},
  "archived_by" text default ${defaultOf('archived_by', defaults)},
  "archive_reason" text default ${defaultOf('archive_reason', defaults)},
  "archive_batch" bigint,
  primary key (${commaList(source.key.map(id))})
)`,
  ...indexes.map(createIndexSql),
]

/**
 * Columns that the source has gained, and those of ours that a table made by others lacks. Rows that are there get what
 * the active ones were given where null would keep them from coming home, else NULL: nobody knows better, nor when and
 * why others archived them. Defaults of ours hold for rows to come; those of the source's columns are none of the archive's.
 */
export function addColumnsSql({ table: archive, columns, own, defaults }: ColumnChange): readonly Sql[] {
  const added = [...columns.map(columnDefinition), ...own.map((name) => sql`${id(name)} ${OWN_TYPES[name]}`)]
  const alter = (name: string, how: Sql) => sql`alter table ${table(archive)} alter column ${id(name)} ${how}`
  const withDefault = own.filter((name) => name !== 'archive_batch')
  return [
    sql`alter table ${table(archive)} ${commaList(added.map((each) => sql`add column if not exists ${each}`))}`,
    ...columns.filter(({ fill }) => fill !== null).map(({ name }) => alter(name, raw('drop default'))),
    ...withDefault.map((name) => alter(name, sql`set default ${defaultOf(name, defaults)}`)),
  ]
}

const OWN_TYPES: Readonly<Record<ArchiveColumn, Sql>> = {
  archived_at: raw('timestamptz'),
  archived_by: raw('text'),
  archive_reason: raw('text'),
  archive_batch: raw('bigint'),
}

function defaultOf(name: Exclude<ArchiveColumn, 'archive_batch'>, { archivedBy, reason }: ArchiveDefaults): Sql {
  if (name === 'archived_at') return raw('pg_catalog.now()')
  return literal(name === 'archived_by' ? archivedBy : reason)
}

/** Type, collation and value are the catalog's own text. A collation is named even where it is its type's usual one. */
function columnDefinition({ name, type, collation, fill }: Column): Sql {
  const collate = collation === null ? '' : ` collate ${collation}`
  return sql`${id(name)} ${raw(`${type}${collate}${fill === null ? '' : ` default ${fill}`}`)}`
}
