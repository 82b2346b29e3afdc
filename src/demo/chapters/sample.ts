/** The call center before anything is archived: tables as the specification has them, filled with made-up people. */
import { count } from '../../cli/format.ts'
import { fillSampleTables } from '../sample-data.ts'
import { createSampleTables } from '../sample-tables.ts'
import { activeRows, type Side } from '../table-counts.ts'
import type { Tour } from '../tour.ts'

export async function makeSample({ sql, options, tell }: Tour): Promise<Side> {
  const startedAt = performance.now()
  await createSampleTables(sql.execute, options)
  const written = new Map<string, number>()
  await fillSampleTables(sql.execute, options, (table, rows) => {
    written.set(table, rows)
    const all = [...written.values()].reduce((sum, each) => sum + each, 0)
    tell.busy(`making ${count(options.customers)} customers: ${count(all)} rows so far`)
  })
  const made = await activeRows(sql)
  const keys = options.foreignKeys ? 'with foreign keys' : 'no foreign keys'
  tell.say(
    `${count(made.customers)} customers, ${count(made.related)} related rows, ${keys}`,
    performance.now() - startedAt,
  )
  return made
}
