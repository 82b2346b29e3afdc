/** The call center before anything is archived: tables as the specification has them, filled with made-up people. */
import { fillSampleTables } from '../sample-data.ts'
import { createSampleTables } from '../sample-tables.ts'
import { activeRows, type Side } from '../table-counts.ts'
import { number, type Tour } from '../tour.ts'

export async function makeSample({ sql, options, tell }: Tour): Promise<Side> {
  const { result: made, took } = await tell.timed('making tables', async () => {
    await createSampleTables(sql.execute, options)
    const written = new Map<string, number>()
    await fillSampleTables(sql.execute, options, (table, rows) => {
      written.set(table, rows)
      const [customers = 0, ...related] = written.values()
      const all = related.reduce((sum, count) => sum + count, customers)
      tell.busy(`making ${number(options.customers)} customers: ${number(all)} rows so far`)
    })
    return activeRows(sql)
  })
  const keys = options.foreignKeys ? 'with foreign keys' : 'no foreign keys'
  tell.say(`${number(made.customers)} customers with ${number(made.related)} related rows, made up, ${keys}`, took)
  return made
}
