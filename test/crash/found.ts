/** Reads both sides of every table in one snapshot, as the checker wants them. */
import { connect, type Row } from '../support/server.ts'
import type { Found, FoundRow, Side } from './checker.ts'
import { TABLES, type TableName } from './content.ts'

const OWN_COLUMNS: readonly string[] = ['archived_at', 'archived_by', 'archive_reason', 'archive_batch', 'archived_ms']

export async function readFound(url: string): Promise<Found> {
  const { query, end } = await connect(url)
  try {
    await query('begin isolation level repeatable read read only')
    const rows: FoundRow[] = []
    for (const table of TABLES) {
      rows.push(...(await query(`select * from only ${table}`)).map((row) => foundRow(table, 'active', row)))
      const archived = `select *, extract(epoch from archived_at) * 1000 as archived_ms from only ${table}_backup`
      rows.push(...(await query(archived)).map((row) => foundRow(table, 'archive', row)))
    }
    const holds = await query('select distinct subject_key as customer from mothball.hold where released_at is null')
    await query('commit')
    return { rows, held: new Set(holds.map(({ customer }) => Number(customer))) }
  } finally {
    await end()
  }
}

function foundRow(table: TableName, side: Side, row: Row): FoundRow {
  const content = Object.fromEntries(Object.entries(row).filter(([name]) => !OWN_COLUMNS.includes(name)))
  const archivedAt = side === 'archive' ? Number(row['archived_ms']) : null
  return { table, side, id: Number(row['id']), content, archivedAt }
}
