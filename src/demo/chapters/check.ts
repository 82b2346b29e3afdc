/** After the move: the log that everybody can read, and the proof that nothing was lost, with the queries of Appendix B. */
import { registerVerify } from '../../cli/commands/verify.ts'
import { type } from '../command.ts'
import type { Tour } from '../tour.ts'

const LOG_QUERY = `select run_date::timestamp(0)::text as run_date, records_archived, records_failed, status,
  execution_time_ms, dry_run from public.nic_cc_archive_log order by run_date desc limit 10`

export async function readLog({ sql, tell }: Tour): Promise<void> {
  tell.step('The log: a row for each run, dry runs too')
  tell.command(`psql "$MOTHBALL_DATABASE_URL" -c 'select * from nic_cc_archive_log'`)
  const rows = await sql.rows(LOG_QUERY)
  const columns = Object.keys(rows[0] ?? {})
  const isNumber = (name: string) => /^records_|_ms$/.test(name)
  tell.table(
    columns.map((name) => ({ name, align: isNumber(name) ? 'right' : 'left' })),
    rows.map((row) => columns.map((name) => row[name] ?? '')),
  )
}

export async function verify(tour: Tour): Promise<void> {
  tour.tell.step('Nothing lost, doubled, changed or orphaned; Appendix B is answered as well')
  await type(tour, registerVerify, ['verify'])
}
