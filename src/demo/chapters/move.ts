/** The specification's checklist for moving: a dry run, ten customers that are compared field by field, then the rest. */
import { registerRun } from '../../cli/commands/run.ts'
import { count, sumOf } from '../../cli/format.ts'
import { compareTables } from '../compare-tables.ts'
import { inSnapshot } from '../plain-sql.ts'
import { type ToldPlan, type ToldRun, toldRun } from '../told.ts'
import { Disagreement, type Tour } from '../tour.ts'
import { typeCommand } from '../typed-command.ts'

export async function dryRun(tour: Tour): Promise<ToldRun> {
  tour.tell.step('A dry run: logged like any other, and moves nothing')
  return toldRun.parse(await typeCommand(tour, registerRun, ['run', '--dry-run']))
}

/** A snapshot taken before the run still sees the rows as they were, while the archive holds what became of them. */
export async function moveTen(tour: Tour): Promise<ToldRun> {
  const { sql, url, tell } = tour
  tell.step('Ten customers first, compared with what they were')
  return inSnapshot(url, async (before) => {
    const told = await typeCommand(tour, registerRun, ['run', '--max-rows', '10', '--batch-size', '10', '--yes'])
    const { rows, fields } = await compareTables(before, sql)
    const stamped = await sql.count(
      "select count(*) from public.nic_cc_customer_backup where archived_at is not null and archive_reason = '60_day_rule'",
    )
    if (stamped !== 10)
      throw new Disagreement(`${stamped} of 10 archived customers say when and why they were archived`)
    tell.say(`plain SQL: ${count(rows)} rows, ${count(fields)} fields, all as they were; archived_at is set`)
    return toldRun.parse(told)
  })
}

export async function moveRest(tour: Tour, { eligible, active }: ToldPlan): Promise<ToldRun> {
  const { tell } = tour
  const share = Math.round((100 * eligible) / active)
  tell.step(`The rest: ${share} % of the table, so the guard wants the number`)
  const run = toldRun.parse(await typeCommand(tour, registerRun, ['run', `--confirm=${eligible - 10}`]))
  const perSecond = (rows: number) => count(Math.round((1000 * rows) / Math.max(1, run.durationMs)))
  const rows = run.archived + sumOf(run.related)
  tell.say(`${perSecond(run.archived)} customers, ${perSecond(rows)} rows a second`)
  return run
}
