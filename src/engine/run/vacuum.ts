/** VACUUM (ANALYZE) of what a run or a large restore touched, outside transactions. A failure is told and harms nothing. */
import { MothballError } from '../../core/errors/index.ts'
import { type TableName, tableText } from '../../core/names.ts'
import { vacuumSql } from '../../sql/vacuum.sql.ts'
import type { Engine } from '../ports.ts'

export async function vacuumTables(
  { database, emit }: Engine,
  names: readonly TableName[],
  run: number,
): Promise<void> {
  for (const name of names) {
    // A table that we do not own is skipped by the server with no more than a warning.
    const done = await database.outsideTransaction(vacuumSql(name)).then(
      (warnings) => warnings.length === 0,
      (error: unknown) => {
        if (error instanceof MothballError) return false
        throw error
      },
    )
    emit({ kind: done ? 'vacuumed' : 'not-vacuumed', run, table: tableText(name) })
  }
}
