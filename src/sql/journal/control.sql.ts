/** What somebody asks of a run that goes on, and how the run reads and answers it. */
import { type Sql, sql } from '../tag.ts'

export type ControlRow = Readonly<{ asked: string | null; asked_reason: string | null; state: string; broken: string }>

/** Read between two batches. `broken`: a lane of the run has failed, so the others end too. */
export const controlSql = (run: number): Sql<ControlRow> =>
  sql`select r.asked, r.asked_reason, r.status as state,
      exists (select from mothball.lane l where l.run_id = r.id and l.error is not null)::text as broken
    from mothball.run r where r.id = ${run}::bigint`

/** The run moves from one state to the other; no row touched where it was not in it. */
export const turnRunSql = (run: number, from: string, to: string): Sql =>
  sql`update mothball.run set status = ${to} where id = ${run}::bigint and status = ${from} and ended_at is null`

/** `asked` null takes back what was asked. No row: there is no such run, or it has ended. */
export const askSql = (
  policy: string,
  run: number,
  ask: Readonly<{ asked: string | null; actor: string; reason: string | null }>,
): Sql<{ state: string }> =>
  sql`update mothball.run set asked = ${ask.asked}, asked_by = ${ask.actor}, asked_reason = ${ask.reason},
      asked_at = pg_catalog.clock_timestamp()
    where id = ${run}::bigint and policy = ${policy} and operation = 'archive' and ended_at is null
    returning status as state`
