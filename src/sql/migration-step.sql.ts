/** One step toward the tables that a run needs, as data: shown, printed as a script, or applied. */
import type { Sql } from './tag.ts'

export type MigrationStep = Readonly<{
  kind: 'journal' | 'archive' | 'log' | 'column' | 'index' | 'view' | 'homecoming'
  /** The table, or the migration's name. */
  object: string
  /** Such as `create the archive table nic_cc_customer_backup`. */
  title: string
  /** Bind no values. */
  statements: readonly Sql[]
  /** All of it or nothing; false where a statement refuses to run in a transaction. */
  transactional: boolean
}>

/** The steps as a script for psql, with each step's title as a comment. */
export const migrationScript = (steps: readonly MigrationStep[]): string =>
  steps
    .map(({ title, statements, transactional }) => {
      const body = statements.map(({ text }) => `${text.trim().replace(/;$/, '')};\n`).join('')
      return `-- ${title}\n${transactional ? `begin;\n${body}commit;\n` : body}`
    })
    .join('\n')
