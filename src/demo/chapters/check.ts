/** After the move: the log that everybody can read, and the proof that nothing was lost, with the queries of Appendix B. */
import { registerVerify } from '../../cli/commands/verify.ts'
import type { Tour } from '../tour.ts'
import { typeCommand } from '../typed-command.ts'

/** The columns that fit; the order is that of Appendix B. */
const LOG_QUERY = `select date_trunc('second', run_date)::timestamp::text as run_date, records_archived, status, dry_run,
  execution_time_ms from public.nic_cc_archive_log as log order by log.run_date desc limit 10`

export async function readLog({ sql, tell }: Tour): Promise<void> {
  tell.step('The log: a row for each run, dry runs too')
  tell.command(`psql -c 'SELECT * FROM nic_cc_archive_log ORDER BY run_date DESC LIMIT 10'`)
  const rows = await sql.rows(LOG_QUERY)
  const columns = Object.keys(rows[0] ?? {})
  tell.table(
    columns.map((name) => ({ name, align: /^records_|_ms$/.test(name) ? 'right' : 'left' })),
    rows.map((row) => columns.map((name) => row[name] ?? '')),
  )
}

export async function verify(tour: Tour): Promise<void> {
  tour.tell.step('Nothing lost, doubled, changed or orphaned; Appendix B is answered as well')
  await typeCommand(tour, registerVerify, ['verify'])
}
