/**
 * The columns that every archive table has after those of its source, in this order. They are the public contract:
 * the specification names the first three, `archive_batch` ties a row to the batch that brought it.
 */
export const ARCHIVE_COLUMNS = ['archived_at', 'archived_by', 'archive_reason', 'archive_batch'] as const

export type ArchiveColumn = (typeof ARCHIVE_COLUMNS)[number]

/** As `format_type` prints them. */
export const ARCHIVE_COLUMN_TYPES: Readonly<Record<ArchiveColumn, string>> = {
  archived_at: 'timestamp with time zone',
  archived_by: 'text',
  archive_reason: 'text',
  archive_batch: 'bigint',
}

export const isArchiveColumn = (name: string): name is ArchiveColumn =>
  ARCHIVE_COLUMNS.some((column) => column === name)
